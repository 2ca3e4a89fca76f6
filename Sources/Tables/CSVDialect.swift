/// How the cells of a file are told apart, found from its first line.
struct CSVDialect: Hashable {
  var separator = UInt8(ascii: ",")

  /// Where cells are separated by semicolons a comma stands for the decimal point, as European programs write it.
  var hasDecimalComma: Bool { separator == UInt8(ascii: ";") }

  init() {}

  /// The separator that is most frequent outside of quotes; of a line of numbers the semicolon, if there is one.
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
      // Of several the first that is most frequent.
      for candidate in candidates where counts[candidate] ?? 0 > counts[separator] ?? 0 {
        separator = candidate
      }
    }
  }

  /// What stands before the decimals of a cell that is a number.
  enum DecimalMark {
    case comma, point
  }

  /// Puts the decimal point for the comma of a number that is the end of a row's bytes; another cell stays as it is.
  ///
  /// - Returns: which of them stood there; nil: neither, or no number.
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
  /// Reads the line of the columns' names; false for a file without a line.
  ///
  /// Lines before it that begin with `#` are passed over. If rows of values follow them at once, the last is the header, as
  /// NumPy writes it.
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
  /// Whether every cell is a number, a date or empty, so that the row is no header.
  package var isOfValues: Bool {
    (0..<count).allSatisfy { cell in
      self[cell].isEmpty || decimalNumber(self[cell]) != nil
        || DateOrder.allCases.contains { CalendarTime.seconds(self[cell], order: $0) != nil }
    } && !(0..<count).allSatisfy { self[$0].isEmpty }
  }
}
