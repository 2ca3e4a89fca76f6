import NumericCore

/// Where a command writes: results to standard output, all else to standard error.
///
/// With `--json` standard output carries the one document given to `emit(_:)`; `print(_:)` and
/// `table(_:_:)` then write nothing, so that a command may call both without asking.
struct Console: Sendable {
  /// Whether `--json` was given.
  let isJSON: Bool

  /// Whether progress may redraw its line.
  var isTerminal: Bool { FileDescriptor.standardError.isTerminal }

  /// A line for a reader.
  func print(_ line: String = "") {
    if !isJSON { write(line + "\n", to: .standardOutput) }
  }

  /// Columns for a reader: the first flush left, the others flush right unless they are words.
  func table(_ header: [String], _ rows: [[String]]) {
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
  func emit(_ document: JSONValue) {
    if isJSON { write(document.text(indented: true) + "\n", to: .standardOutput) }
  }

  /// Progress, warnings and errors: a line on standard error.
  func note(_ line: String) { write(line + "\n", to: .standardError) }

  private func write(_ text: String, to file: FileDescriptor) {
    do {
      try Array(text.utf8).withUnsafeBytes { try file.write($0) }
    } catch {
      // A closed pipe has no reader to tell; there is nobody to report to.
    }
  }
}
