/// The separator of a file and the lines above its header, found from its first lines.
///
/// Instruments write titles and settings above the table. They have another number of cells than
/// the lines of the table, which all have the same.
struct TableHead: Hashable {
  var dialect: CSVDialect
  /// Lines above the header, without comments and blank lines.
  var linesAbove = 0

  /// Lines that are examined.
  private static let mostLines = 200
  /// So many lines of the same number of cells are a table.
  private static let leastLines = 3

  /// - Parameter lines: the first lines, without comments and blank lines.
  init(lines: [ArraySlice<UInt8>]) {
    let lines = Array(lines.prefix(Self.mostLines))
    guard let first = lines.first else {
      dialect = CSVDialect()
      return
    }
    dialect = CSVDialect(firstLine: first)
    // The last line may be cut off.
    let body = lines.count > Self.leastLines ? lines.dropLast() : lines[...]
    if Self.isTable(body, dialect) { return }
    var best: (lines: Int, first: Int, separator: UInt8)?
    for separator in [";", "\t", "|", ","].map({ UInt8(ascii: $0) }) {
      guard let table = Self.table(in: body, separator) else { continue }
      if table.lines > best?.lines ?? 0 { best = (table.lines, table.first, separator) }
    }
    guard let best else { return }
    dialect.separator = best.separator
    // A header may have a cell less or more than its rows, and a second line with units.
    var header = best.first
    if header > 0 && Self.hasValue(lines[header], best.separator) {
      let counts = lines.prefix(header).map { Self.cells(of: $0, best.separator) }
      header -= 1
      while header > 0 && counts[header - 1] == counts[header] { header -= 1 }
    }
    linesAbove = header
  }

  /// Whether a cell of a line is a number or a date.
  private static func hasValue(_ line: ArraySlice<UInt8>, _ separator: UInt8) -> Bool {
    line.split(separator: separator).contains { cell in
      let text = cell.filter { $0 != UInt8(ascii: "\"") }
        .map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 }[...]
      return decimalNumber(text) != nil || CalendarTime.elapsed(text) != nil
        || CalendarTime.seconds(text, order: .dayFirst) != nil
        || CalendarTime.seconds(text, order: .monthFirst) != nil
    }
  }

  /// Whether most lines have as many cells as the first.
  private static func isTable(_ lines: ArraySlice<ArraySlice<UInt8>>, _ dialect: CSVDialect) -> Bool
  {
    let counts = lines.map { cells(of: $0, dialect.separator) }
    guard let first = counts.first else { return true }
    let others = counts.dropFirst()
    return others.count < leastLines - 1
      || first > 1 && 2 * others.count(where: { $0 == first }) >= others.count
  }

  /// The longest run of lines with the same number of cells, at least two, if it is most of what
  /// follows its start.
  private static func table(
    in lines: ArraySlice<ArraySlice<UInt8>>, _ separator: UInt8
  ) -> (first: Int, lines: Int)? {
    let counts = lines.map { cells(of: $0, separator) }
    var best: (first: Int, lines: Int)?
    var first = 0
    while first < counts.count {
      let end = counts[first...].firstIndex { $0 != counts[first] } ?? counts.count
      if counts[first] > 1 && end - first > best?.lines ?? 0 { best = (first, end - first) }
      first = end
    }
    guard let best, best.lines >= leastLines, 2 * best.lines >= counts.count - best.first else {
      return nil
    }
    return best
  }

  /// The number of cells of a line; separators in quotes do not count.
  private static func cells(of line: ArraySlice<UInt8>, _ separator: UInt8) -> Int {
    var count = 1
    var isQuoted = false
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == separator && !isQuoted { count += 1 }
    }
    return count
  }
}
