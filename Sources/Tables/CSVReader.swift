/// One line of a CSV file, reused from line to line.
package struct CSVRow: Sendable {
  /// The line in the file where the row begins, from 1.
  package fileprivate(set) var line = 0
  fileprivate var bytes: [UInt8] = []
  fileprivate var ends: [Int] = []

  package init() {}

  package var count: Int { ends.count }

  /// The bytes of a cell without surrounding blanks.
  package subscript(cell: Int) -> ArraySlice<UInt8> {
    var cell = bytes[(cell == 0 ? 0 : ends[cell - 1])..<ends[cell]]
    while let byte = cell.first, byte == 0x20 || byte == 0x09 { cell.removeFirst() }
    while let byte = cell.last, byte == 0x20 || byte == 0x09 { cell.removeLast() }
    return cell
  }

  /// The text of a cell; bytes that are not UTF-8 are replaced.
  package func text(_ cell: Int) -> String { String(decoding: self[cell], as: UTF8.self) }

  fileprivate mutating func clear(line: Int) {
    self.line = line
    (hasComma, point, isFirstQuoted) = (false, nil, false)
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  fileprivate mutating func endCell(_ dialect: CSVDialect) {
    switch dialect.unify(&bytes, from: ends.last ?? 0) {
    case .comma?: hasComma = true
    case .point?: point = ends.count
    case nil: break
    }
    ends.append(bytes.count)
  }

  // Whether a number of the row had a decimal comma, and the last cell whose number had a point.
  fileprivate var hasComma = false
  fileprivate var point: Int?

  /// Whether the first cell was quoted.
  fileprivate var isFirstQuoted = false

  /// Whether the first cell begins with `#` and is not quoted.
  var isComment: Bool { count > 0 && !isFirstQuoted && self[0].first == UInt8(ascii: "#") }

  /// A row of empty cells in front.
  package mutating func insertEmptyCell() { ends.insert(0, at: 0) }

  /// Removes empty cells at the end beyond a number of cells.
  package mutating func removeEmptyCells(beyond count: Int) {
    while self.count > count && self[self.count - 1].isEmpty { ends.removeLast() }
  }

  /// A comment without its `#` and leading blanks.
  var withoutMark: CSVRow {
    var row = self
    let length = self[0].startIndex + 1
    row.bytes.removeFirst(length)
    row.ends = ends.map { $0 - length }
    return row
  }
}

/// Comma-separated values (RFC 4180), read line by line in constant memory.
///
/// Quoted cells may contain commas, line breaks and doubled quotes. Lines end in LF, CR LF or CR; blank lines
/// are skipped; a byte order mark is skipped. Semicolons, tabs or bars may separate the cells in place of commas
/// (`CSVDialect`).
package struct CSVReader {
  /// The file's path or name.
  package let name: String
  private let source: ByteSource
  private var buffer: [UInt8] = []
  private var position = 0
  private var line = 1
  private var isFirst = true
  private var dialect = CSVDialect()
  private var decoder = TextDecoder(start: [])
  /// Rows that were read ahead.
  private var pending: [CSVRow] = []
  /// Lines above the header that are not part of the table.
  package private(set) var linesAbove = 0
  private var hasComma = false
  private var firstPoint: (line: Int, column: Int, text: String)?

  /// The largest number of bytes of a cell: more is an unclosed quote, or not a table.
  static let cellLimit = 1 << 20
  /// The largest number of cells of a row.
  static let columnLimit = 100_000

  package init(_ source: ByteSource) {
    self.source = source
    name = source.name
  }

  /// A file; gzip is decompressed.
  package init(path: String) throws(DataError) { self.init(try ByteSource(path: path)) }

  /// Bytes in memory.
  package init(name: String, bytes: [UInt8]) {
    self.init(ByteSource(name: name, bytes: bytes))
  }

  /// Reads the next line that is not blank; false at the end.
  package mutating func read(into row: inout CSVRow) throws(DataError) -> Bool {
    if isFirst { try begin() }
    if !pending.isEmpty {
      row = pending.removeFirst()
      return true
    }
    return try readNext(into: &row)
  }

  /// The next rows, which are read again afterwards.
  package mutating func rowsAhead(_ count: Int) throws(DataError) -> [CSVRow] {
    if isFirst { try begin() }
    var row = CSVRow()
    while pending.count < count, try readNext(into: &row) { pending.append(row) }
    return pending
  }

  /// Skips a row that was read ahead.
  package mutating func skipRow() { pending.removeFirst() }

  private mutating func readNext(into row: inout CSVRow) throws(DataError) -> Bool {
    while true {
      row.clear(line: line)
      guard try readLine(into: &row) else { return false }
      try checkDecimals(of: row)
      if row.count > 1 || !row[0].isEmpty { return true }
    }
  }

  /// With decimal commas, a point may separate thousands.
  private mutating func checkDecimals(of row: CSVRow) throws(DataError) {
    hasComma = hasComma || row.hasComma
    if firstPoint == nil, let point = row.point {
      firstPoint = (row.line, point + 1, row.text(point))
    }
    if hasComma, let (line, column, text) = firstPoint {
      throw DataError(source: name, line: line, column: column, .decimalsMixed(text: text))
    }
  }

  /// Reads a row again as the next one.
  mutating func unread(_ row: CSVRow) { pending.insert(row, at: 0) }

  private mutating func readLine(into row: inout CSVRow) throws(DataError) -> Bool {
    guard var byte = try nextByte() else { return false }
    while true {
      if byte == .quote, isCellStart(row) {
        if row.ends.isEmpty { row.isFirstQuoted = true }
        guard let after = try readQuoted(into: &row) else { return true }
        byte = after
      }
      switch byte {
      case dialect.separator:
        row.endCell(dialect)
        if row.count == Self.columnLimit {
          throw DataError(source: name, line: line, .tooManyColumns(limit: Self.columnLimit))
        }
      case .carriageReturn where try peekByte() == .lineFeed: break
      case .lineFeed, .carriageReturn:
        line += 1
        row.endCell(dialect)
        return true
      default: try append(byte, to: &row)
      }
      guard let next = try nextByte() else {
        row.endCell(dialect)
        return true
      }
      byte = next
    }
  }

  /// Appends a byte to the current cell.
  private func append(_ byte: UInt8, to row: inout CSVRow) throws(DataError) {
    row.bytes.append(byte)
    guard row.bytes.count & 0xFFF == 0 else { return }
    if row.bytes.count - (row.ends.last ?? 0) > Self.cellLimit {
      throw DataError(
        source: name, line: row.line, column: row.count + 1, .cellTooLong(limit: Self.cellLimit))
    }
  }

  private func isCellStart(_ row: CSVRow) -> Bool { row.bytes.count == row.ends.last ?? 0 }

  /// Reads up to the closing quote and returns the byte after it; `nil` at the end of the file.
  private mutating func readQuoted(into row: inout CSVRow) throws(DataError) -> UInt8? {
    while let byte = try nextByte() {
      if byte == .lineFeed { line += 1 }
      if byte != .quote {
        try append(byte, to: &row)
        continue
      }
      switch try nextByte() {
      case .quote: row.bytes.append(.quote)
      case nil:
        row.endCell(dialect)
        return nil
      case let after?
      where after == dialect.separator || after == .lineFeed || after == .carriageReturn:
        return after
      default:
        throw DataError(source: name, line: line, column: row.count + 1, .textAfterQuote)
      }
    }
    throw DataError(source: name, line: row.line, column: row.count + 1, .unclosedQuote)
  }

  /// Determines the encoding, the separator and the lines above the header.
  private mutating func begin() throws(DataError) {
    isFirst = false
    while buffer.count < 1 << 16 {
      if try !source.read(into: &buffer) { break }
    }
    decoder = TextDecoder(start: buffer[...])
    buffer = decoder.decode(buffer)
    if buffer.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    // A line `sep=;` declares the separator for spreadsheets; it is not a row.
    let head = buffer[position...].prefix { $0 != .lineFeed && $0 != .carriageReturn }
    if head.count == 5, head.starts(with: Array("sep=".utf8)), let separator = head.last {
      dialect.separator = separator
      position = head.endIndex
      return
    }
    let lines = buffer[position...].split(maxSplits: 1_000) {
      $0 == .lineFeed || $0 == .carriageReturn
    }
    let table = TableHead(lines: lines.filter { $0.first != UInt8(ascii: "#") })
    dialect = table.dialect
    linesAbove = table.linesAbove
    var row = CSVRow()
    for _ in 0..<linesAbove {
      repeat { guard try readNext(into: &row) else { return } } while row.isComment
    }
  }

  private mutating func nextByte() throws(DataError) -> UInt8? {
    guard let byte = try peekByte() else { return nil }
    position += 1
    return byte
  }

  private mutating func peekByte() throws(DataError) -> UInt8? {
    while position == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      position = 0
      if try !source.read(into: &buffer) { return nil }
      if decoder.encoding != .utf8 { buffer = decoder.decode(buffer) }
    }
    return buffer[position]
  }
}

extension UInt8 {
  fileprivate static let quote = UInt8(ascii: "\"")
  fileprivate static let lineFeed = UInt8(ascii: "\n")
  fileprivate static let carriageReturn = UInt8(ascii: "\r")
}

/// A number as a cell of CSV; a number that is not finite is an empty cell.
package func csvCell(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
  value.isFinite ? value.description : ""
}

/// A text as a cell of CSV, quoted if needed.
///
/// A text that a spreadsheet would interpret as a formula gets a leading apostrophe, which marks
/// text: a text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return and is not a
/// number.
package func csvCell(_ text: String) -> String {
  if let first = text.utf8.first, Array("=+-@\t\r".utf8).contains(first),
    decimalNumber(ArraySlice(text.utf8)) == nil
  {
    return csvCell("'" + text)
  }
  guard text.contains(where: { ",\"\n\r\r\n".contains($0) }) else { return text }
  return "\""
    + text.split(separator: "\"", omittingEmptySubsequences: false)
    .joined(separator: "\"\"") + "\""
}
