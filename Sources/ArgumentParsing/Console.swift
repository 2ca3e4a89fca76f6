import Platform
package import Serialization
import Synchronization

/// Whether something could not be written to standard output.
private let isOutputLost = Atomic<Bool>(false)

/// Where a command writes: results to standard output, all else to standard error.
///
/// With `--json` standard output carries the one document given to `emit(_:)`; `print(_:)` and
/// `table(_:_:)` then write nothing, so that a command may call both without asking.
package struct Console: Sendable {
  /// Whether `--json` was given.
  package let isJSON: Bool

  package init(isJSON: Bool) {
    self.isJSON = isJSON
  }

  /// Whether progress may redraw its line.
  package var isTerminal: Bool { FileDescriptor.standardError.isTerminal }

  /// A line for a reader.
  package func print(_ line: String = "") {
    if !isJSON { write(line + "\n", to: .standardOutput) }
  }

  /// Columns for a reader: the first flush left, the others flush right unless they are words.
  package func table(_ header: [String], _ rows: [[String]]) {
    if isJSON { return }
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let isNumber = header.indices.map { column in
      column > 0 && rows.allSatisfy { row in row[column].first.map { !$0.isLetter } ?? true }
    }
    for row in [header] + rows {
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isNumber[column] ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      print(String(line.reversed().drop { $0 == " " }.reversed()))
    }
  }

  /// The result for a program: with `--json` the one document on standard output.
  package func emit(_ document: JSONValue) {
    if isJSON { write(document.text(indented: true) + "\n", to: .standardOutput) }
  }

  /// Progress, warnings and errors: a line on standard error.
  package func note(_ line: String) { write(line + "\n", to: .standardError) }

  /// Whether all results came to standard output; where not, it was said when the first was lost.
  package var isOutputComplete: Bool { !isOutputLost.load(ordering: .relaxed) }

  private func write(_ text: String, to file: FileDescriptor) {
    do throws(FileError.Reason) {
      try file.write(Array(text.utf8))
    } catch {
      // Nobody is left to be told of a fault of standard error.
      guard file.isStandardOutput, !isOutputLost.exchange(true, ordering: .relaxed) else { return }
      note("error: " + FileError.lostOutput(error))
    }
  }
}
