/// Reads the parts of a date and a time of day from the bytes of a cell.
struct DateScanner {
  var rest: ArraySlice<UInt8>

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func digits(_ count: Int) -> Int? {
    let head = rest.prefix(count)
    guard head.count == count, head.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    rest.removeFirst(count)
    return head.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// One or two digits.
  mutating func shortNumber() -> Int? { digits(2) ?? digits(1) }

  /// Year, month and day in any accepted order.
  mutating func date(_ order: DateOrder?) -> (year: Int, month: Int, day: Int)? {
    if let year = digits(4) {
      if take("-") {
        guard let month = digits(2), take("-"), let day = digits(2) else { return nil }
        return (year, month, day)
      }
      guard let separator = separator(), let month = shortNumber(), take(separator),
        let day = shortNumber()
      else { return nil }
      return (year, month, day)
    }
    if let month = monthName() {
      guard take(" "), let day = shortNumber() else { return nil }
      _ = take(",")
      guard take(" "), let year = digits(4) else { return nil }
      return (year, month, day)
    }
    guard let first = shortNumber() else { return nil }
    if let named = namedMonthAndYear() { return (named.year, named.month, first) }
    guard let separator = separator(), let second = shortNumber(), take(separator),
      let year = fullYear(), let order = separator == "." ? .dayFirst : order
    else { return nil }
    return order == .dayFirst ? (year, second, first) : (year, first, second)
  }

  private mutating func separator() -> Unicode.Scalar? { ["/", ".", "-"].first { take($0) } }

  /// Four digits, or two: `69` to `99` are in the twentieth century, as in POSIX.
  private mutating func fullYear() -> Int? {
    if let year = digits(4) { return year }
    return digits(2).map { $0 < 69 ? 2000 + $0 : 1900 + $0 }
  }

  /// The rest of `3 Nov 2023` or `03-Nov-2023` after the day; consumes nothing else.
  private mutating func namedMonthAndYear() -> (month: Int, year: Int)? {
    let start = rest
    if let separator = (["-", " ", "/", "."] as [Unicode.Scalar]).first(where: { take($0) }),
      let month = monthName(), take(separator), let year = fullYear()
    {
      return (month, year)
    }
    rest = start
    return nil
  }

  /// An English month, abbreviated or in full.
  private mutating func monthName() -> Int? {
    let letters = rest.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a }
    let word = String(decoding: letters, as: UTF8.self).lowercased()
    guard word.count >= 3,
      let month = Self.months.firstIndex(where: { $0 == word || $0.prefix(3) == word })
    else { return nil }
    rest.removeFirst(letters.count)
    return month + 1
  }

  /// Hours from UTC of the zones whose names have one meaning.
  /// Source: RFC 5322, 4.3, and the tz database.
  private static let zones = [
    "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2,
    "EET": 2, "EEST": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "AEST": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13, "JST": 9,
  ]

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]

  /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, of twelve hours if followed by `AM` or `PM`, in
  /// seconds.
  mutating func timeOfDay() -> Double? {
    guard var hours = shortNumber(), hours < 24, take(":"), let minutes = digits(2), minutes < 60
    else { return nil }
    var seconds = Double(minutes * 60)
    if take(":") {
      guard let whole = digits(2), whole < 61 else { return nil }
      seconds += Double(whole)
      if take(".") {
        guard rest.first.map({ $0 >= 0x30 && $0 <= 0x39 }) == true else { return nil }
        // Digits after the twelfth are below the resolution of any time.
        var (numerator, denominator) = (0.0, 1.0)
        while let digit = digits(1) {
          if denominator < 1e12 {
            (numerator, denominator) = (10 * numerator + Double(digit), 10 * denominator)
          }
        }
        seconds += numerator / denominator
      }
    }
    if let isAfternoon = halfOfDay() {
      guard (1...12).contains(hours) else { return nil }
      hours = hours % 12 + (isAfternoon ? 12 : 0)
    }
    return Double(hours * 3_600) + seconds
  }

  /// `AM` or `PM`; `nil` for neither.
  private mutating func halfOfDay() -> Bool? {
    if rest.isEmpty { return nil }
    let letters = rest.drop { $0 == 0x20 }
    switch String(decoding: letters, as: UTF8.self).uppercased() {
    case "AM", "A.M.":
      rest = []
      return false
    case "PM", "P.M.":
      rest = []
      return true
    default: return nil
    }
  }

  /// `Z`, `+02:00`, `-0530`, `+02`, `UTC` or the name of a zone, optionally after a blank, in
  /// seconds.
  mutating func offset() -> Double? {
    _ = take(" ")
    if take("Z") { return 0 }
    if let hours = Self.zones[String(decoding: rest, as: UTF8.self)] {
      rest = []
      return Double(hours) * 3_600
    }
    let isWest = take("-")
    guard isWest || take("+"), let hours = digits(2) else { return nil }
    let needsMinutes = take(":")
    let found = digits(2)
    if found == nil && needsMinutes { return nil }
    let minutes = found ?? 0
    return (isWest ? -1 : 1) * Double(hours * 3_600 + minutes * 60)
  }
}
