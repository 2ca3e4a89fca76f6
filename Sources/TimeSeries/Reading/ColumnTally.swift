import Tables

/// The cells of one column of values, counted while a file is read.
struct ColumnTally {
  /// Numbers, and their range without those that often mark a missing value.
  private(set) var numbers = 0
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity
  /// Words of instruments for a value beyond their range, and the first of them.
  private(set) var limits = 0
  private(set) var firstLimit: (line: Int, text: String)?
  /// Cells with other texts, and the first of them.
  private(set) var texts = 0
  private(set) var firstText: DataError?
  private(set) var marks: [Double: (count: Int, line: Int)] = [:]

  /// Numbers that instruments and databases write where nothing was measured.
  private static let usualMarks: Set<Double> = [
    -1, -99, -99.9, -999, -999.9, -9_999, -9_999.9, -99_999, 999, 999.9, 9_999, 9_999.9, 99_999,
    -32_768,
  ]

  mutating func take(_ value: Double, line: Int) {
    numbers += 1
    if (value == -1 || value.magnitude >= 99) && Self.usualMarks.contains(value) {
      let mark = marks[value] ?? (0, line)
      marks[value] = (mark.count + 1, mark.line)
    } else {
      low = min(low, value)
      high = max(high, value)
    }
  }

  /// Whether a text says that a value is beyond the range of an instrument: `Low`, `HI`, `<0.1`.
  mutating func takeLimit(_ cell: ArraySlice<UInt8>, line: Int) -> Bool {
    let text = String(decoding: cell, as: UTF8.self)
    let isWord = ["low", "high", "lo", "hi"].contains(text.lowercased())
    guard let first = cell.first,
      isWord
        || [UInt8(ascii: "<"), UInt8(ascii: ">")].contains(first)
          && decimalNumber(cell.dropFirst().drop { $0 == 0x20 || $0 == UInt8(ascii: "=") }) != nil
    else { return false }
    limits += 1
    firstLimit = firstLimit ?? (line, text)
    return true
  }

  mutating func take(_ text: DataError) {
    texts += 1
    firstText = firstText ?? text
  }

  /// Numbers that mark missing values: they repeat in the file and are far from all others, or are
  /// −1 where all others are well above zero.
  ///
  /// - Parameter total: how often each occurs in all columns.
  func missingMarks(_ total: [Double: Int]) -> [(value: Double, count: Int, line: Int)] {
    marks.compactMap { value, mark in
      guard low <= high, Double(mark.count) < 0.9 * Double(numbers) || value == -1 else {
        return nil
      }
      let distance = max(low - value, value - high)
      let isFar = total[value] ?? 0 > 1 && distance > 2 * (high - low) && distance > 0
      let isNegative = value == -1 && low > 2
      return isFar || isNegative ? (value, mark.count, mark.line) : nil
    }.sorted { $0.line < $1.line }
  }

  /// The value of a column that never changes.
  var constant: Double? {
    let marked = marks.keys
    if numbers == 0 || limits > 0 { return nil }
    if marked.isEmpty { return low == high ? low : nil }
    return low > high && marked.count == 1 ? marked.first : nil
  }
}
