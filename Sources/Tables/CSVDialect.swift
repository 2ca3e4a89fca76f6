/// How the cells of a file are separated, detected from its first line.
struct CSVDialect: Hashable {
  var separator = UInt8(ascii: ",")

  /// Whether a comma is the decimal point, as European programs write it in files with semicolons.
  var hasDecimalComma: Bool { separator == UInt8(ascii: ";") }

  init() {}

  /// The most frequent separator outside of quotes; in a line of numbers the semicolon, if there is
  /// one.
  init(firstLine line: ArraySlice<UInt8>) {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
    let isNumber = line.first.map { (0x2b...0x39).contains($0) } ?? false
    if isNumber && counts[UInt8(ascii: ";")] != nil {
      separator = UInt8(ascii: ";")
    } else {
      // The first of equally frequent ones.
      for candidate in candidates where counts[candidate] ?? 0 > counts[separator] ?? 0 {
        separator = candidate
      }
    }
  }

  /// The character before the decimals of a number.
  enum DecimalMark {
    case comma, point
  }

  /// Replaces the decimal comma of a number at the end of a row's bytes by a point; any other cell
  /// is unchanged.
  ///
  /// - Returns: the character that was found; `nil` for neither, or if the cell is not a number.
  func unify(_ bytes: inout [UInt8], from start: Int) -> DecimalMark? {
    guard hasDecimalComma else { return nil }
    var mark: (place: Int, kind: DecimalMark)?
    for place in start..<bytes.count {
      switch bytes[place] {
      case UInt8(ascii: ",") where mark == nil: mark = (place, .comma)
      case UInt8(ascii: ".") where mark == nil: mark = (place, .point)
      case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"),
        0x20:
        continue
      default: return nil
      }
    }
    if let mark, mark.kind == .comma { bytes[mark.place] = UInt8(ascii: ".") }
    return mark?.kind
  }
}

extension CSVReader {
  /// Reads the line of column names; false for a file without a line.
  ///
  /// Earlier lines that begin with `#` are skipped. If rows of values follow them at once, the last
  /// of them is the header, as NumPy writes it.
  package mutating func readHeader(into row: inout CSVRow) throws(DataError) -> Bool {
    guard try read(into: &row) else { return false }
    guard row.isComment else { return true }
    var comment = row
    repeat {
      comment = row
      guard try read(into: &row) else {
        row = comment
        return true
      }
    } while row.isComment
    if comment.count == row.count && row.isOfValues {
      unread(row)
      row = comment.withoutMark
    }
    return true
  }
}

extension CSVRow {
  /// Whether every cell is a number, a date or empty, so that the row is not a header.
  package var isOfValues: Bool {
    (0..<count).allSatisfy { cell in
      self[cell].isEmpty || decimalNumber(self[cell]) != nil
        || DateOrder.allCases.contains { CalendarTime.seconds(self[cell], order: $0) != nil }
    } && !(0..<count).allSatisfy { self[$0].isEmpty }
  }
}
