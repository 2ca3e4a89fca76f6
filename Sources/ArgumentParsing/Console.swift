import Platform
package import Serialization
import Synchronization

/// Whether a write to standard output failed.
private let isOutputLost = Atomic<Bool>(false)

/// The output of a command: results on standard output, everything else on standard error.
///
/// With `--json`, standard output receives only the document passed to `emit(_:)`; `print(_:)` and
/// `table(_:_:)` then write nothing, so a command calls both unconditionally.
package struct Console: Sendable {
  /// Whether `--json` was given.
  package let isJSON: Bool

  package init(isJSON: Bool) {
    self.isJSON = isJSON
  }

  /// Whether progress may rewrite its line.
  package var isTerminal: Bool { FileDescriptor.standardError.isTerminal }

  /// A line for a reader.
  package func print(_ line: String = "") {
    if !isJSON { write(line + "\n", to: .standardOutput) }
  }

  /// A table for a reader: the first column is aligned left, the others right unless they are
  /// words.
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

  /// The result for a program: with `--json` it is the document on standard output.
  package func emit(_ document: JSONValue) {
    if isJSON { write(document.text(indented: true) + "\n", to: .standardOutput) }
  }

  /// Progress, warnings and errors: a line on standard error.
  package func note(_ line: String) { write(line + "\n", to: .standardError) }

  /// Whether all results were written to standard output; the first failure is reported when it
  /// happens.
  package var isOutputComplete: Bool { !isOutputLost.load(ordering: .relaxed) }

  private func write(_ text: String, to file: FileDescriptor) {
    do throws(FileError.Reason) {
      try file.write(Array(text.utf8))
    } catch {
      // A failure of standard error cannot be reported.
      guard file.isStandardOutput, !isOutputLost.exchange(true, ordering: .relaxed) else { return }
      note("error: " + FileError.lostOutput(error))
    }
  }
}
