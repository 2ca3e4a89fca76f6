import Platform

/// A unit of time.
public enum TimeUnit: String, CaseIterable, Hashable, Sendable {
  /// A year has 365.25 days.
  case seconds, minutes, hours, days, weeks, years

  /// The length of the unit in seconds.
  public var seconds: Double {
    switch self {
    case .seconds: 1
    case .minutes: 60
    case .hours: 3_600
    case .days: 86_400
    case .weeks: 604_800
    case .years: 31_557_600
    }
  }
}

/// The meaning of the times of a series.
public enum TimeAxis: Hashable, Sendable {
  /// Plain numbers in an unknown unit.
  case number
  /// Units since an origin, given in seconds since 1970-01-01 00:00 UTC, and the offset from UTC of
  /// the first date; `nil` if dates have no offset.
  case calendar(origin: Double, unit: TimeUnit, offset: Double? = nil)

  /// The unit of dates; `nil` if the times are numbers.
  public var unit: TimeUnit? { if case .calendar(_, let unit, _) = self { unit } else { nil } }

  /// A time in the format of the file: a number, or a date and time with the fraction of a second
  /// and the offset of the file.
  public func text(of time: Double) -> String {
    switch self {
    case .number: shortNumber(time)
    case .calendar(let origin, let unit, let offset):
      CalendarTime.text(origin + time * unit.seconds, offset: offset)
    }
  }

  /// The same time on another axis of dates; `nil` if one of the two axes has numbers.
  public func time(_ time: Double, on other: TimeAxis) -> Double? {
    switch (self, other) {
    case (.number, .number): time
    case (.calendar(let origin, let unit, _), .calendar(let start, let other, _)):
      (time * unit.seconds + (origin - start)) / other.seconds
    case (.number, .calendar), (.calendar, .number): nil
    }
  }
}

/// The order of day and month in dates whose year is last.
public enum DateOrder: String, CaseIterable, Hashable, Sendable {
  /// `31/12/2023`
  case dayFirst = "day-first"
  /// `12/31/2023`
  case monthFirst = "month-first"
}

/// Dates of the proleptic Gregorian calendar in seconds since 1970-01-01 00:00 UTC.
public enum CalendarTime {
  /// Parses `2024-05-31`, `2024-05-31 18:30`, `2024-05-31T18:30:15.5Z`,
  /// `2024-05-31T18:30:00+02:00`, `2024/5/31 6:30 PM`, `31.5.2024`, and with an order `31/5/2024`
  /// or `5/31/2024`; `nil` for any other text.
  ///
  /// A time without an offset is UTC.
  /// - Parameter order: the order of dates whose year is last; with points the day is first. `nil`
  ///   refuses other such dates.
  public static func seconds(_ text: some StringProtocol, order: DateOrder? = nil) -> Double? {
    seconds(ArraySlice(Array(text.utf8)), order: order)
  }

  package static func seconds(_ text: ArraySlice<UInt8>, order: DateOrder? = nil) -> Double? {
    moment(text, order: order)?.seconds
  }

  /// A date and its offset from UTC; `nil` if it has no offset.
  package static func moment(
    _ text: ArraySlice<UInt8>, order: DateOrder? = nil
  ) -> (seconds: Double, offset: Double?)? {
    if let moment = unixMoment(text) { return moment }
    var scanner = DateScanner(rest: text)
    guard let (year, month, day) = scanner.date(order), (1...12).contains(month),
      (1...daysInMonth(month, of: year)).contains(day)
    else { return nil }
    let midnight = Double(daysSince1970(year, month, day)) * 86_400
    if scanner.rest.isEmpty { return (midnight, nil) }
    _ = scanner.take(",")
    guard scanner.take("T") || scanner.take(" "), let time = scanner.timeOfDay() else { return nil }
    if scanner.rest.isEmpty { return (midnight + time, nil) }
    guard let offset = scanner.offset(), scanner.rest.isEmpty else { return nil }
    return (midnight + time - offset, offset)
  }

  /// A date of the form `Fri Nov 03 22:15:57 CET 2023`, as `date` and Java write it; `nil` for
  /// other texts.
  private static func unixMoment(
    _ text: ArraySlice<UInt8>
  ) -> (seconds: Double, offset: Double?)? {
    let words = text.split(separator: 0x20)
    guard (5...6).contains(words.count), words[0].count == 3, words[1].count == 3 else {
      return nil
    }
    let date = [words[2], words[1], words[words.count - 1]].joined(separator: [0x20])
    let rest = words[3..<words.count - 1].joined(separator: [0x20])
    return moment(ArraySlice(Array(date) + [0x20] + Array(rest)))
  }

  /// Whether a cell begins like a word, as no time does but a named month or day.
  package static func isWord(_ cell: ArraySlice<UInt8>) -> Bool {
    cell.first.map { !(0x2b...0x39).contains($0) } ?? true
  }

  /// The seconds of a time of day or a duration, `HH:MM`, `HH:MM:SS` or `HHH:MM:SS.fff`, which may
  /// exceed a day; `nil` for any other text.
  package static func elapsed(_ text: ArraySlice<UInt8>) -> Double? {
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), (1...4).contains(parts[0].count), parts[1].count == 2,
      parts[..<2].joined().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let numbers = parts.compactMap(decimalNumber)
    guard numbers.count == parts.count, numbers.dropFirst().allSatisfy({ (0..<60).contains($0) })
    else { return nil }
    return zip(numbers, [3_600.0, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The date and time of a number of seconds: `2024-05-31 18:30:15`, `2024-05-31
  /// 18:30:15.25+02:00`.
  ///
  /// Fractions have up to six digits, which a double resolves until the year 2242. Times outside of
  /// the calendar are written as a number of seconds.
  ///
  /// - Parameter offset: from UTC, in seconds; `nil` writes UTC without an offset.
  public static func text(_ seconds: Double, offset: Double? = nil) -> String {
    guard seconds.magnitude < 1e15 else { return "\(shortNumber(seconds)) s after 1970-01-01" }
    let local = seconds + (offset ?? 0)
    let parts = fraction(local)
    let whole = Int(parts.whole)
    let day = whole.quotientAndRemainder(dividingBy: 86_400)
    let isBefore = day.remainder < 0
    let time = isBefore ? day.remainder + 86_400 : day.remainder
    let (year, month, date) = civil(day.quotient - (isBefore ? 1 : 0))
    let clock = [time / 3_600, time / 60 % 60, time % 60].map { padded($0, 2) }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2)) "
      + clock.joined(separator: ":") + parts.text + (offset.map(offsetText) ?? "")
  }

  /// Whole seconds and the text of the fraction: milliseconds if they are the number up to
  /// rounding, otherwise microseconds.
  private static func fraction(_ seconds: Double) -> (whole: Double, text: String) {
    guard seconds.magnitude < 1e11 else { return (seconds.rounded(), "") }
    let whole = seconds.rounded(.down)
    let rest = seconds - whole
    let milliseconds = (rest * 1_000).rounded()
    let isMilliseconds = (rest - milliseconds / 1_000).magnitude < 2e-6
    let micros = isMilliseconds ? Int(milliseconds) * 1_000 : Int((rest * 1_000_000).rounded())
    if micros == 1_000_000 { return (whole + 1, "") }
    var digits = padded(micros, 6)
    while digits.hasSuffix("0") { digits.removeLast() }
    return (whole, digits.isEmpty ? "" : "." + digits)
  }

  private static func offsetText(_ offset: Double) -> String {
    if offset == 0 { return "Z" }
    let minutes = Int(offset.magnitude) / 60
    return (offset < 0 ? "-" : "+") + padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func daysInMonth(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01 to a date: years begin in March, so that the leap day is the last.
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The inverse of `daysSince1970`.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

/// A double without a trailing `.0` and without digits of rounding errors: `8.1361`, not
/// `8.136099999999999`.
package func shortNumber(_ value: Double) -> String {
  if let whole = Int(exactly: value), whole.magnitude < 1_000_000_000_000_000 {
    return String(whole)
  }
  // Twelve digits if they are the number up to rounding, otherwise fifteen.
  for digits in [12.0, 15.0] {
    let magnitude = (Double.logarithm(value.magnitude) / Double.logarithm(10)).rounded(.down)
    let places = digits - 1 - magnitude
    // Powers of ten up to this one are exact.
    guard value.isFinite, (0...22).contains(places) else { break }
    let scale = Double.power(10, places).rounded()
    let rounded = (value * scale).rounded() / scale
    if digits == 15 || (rounded - value).magnitude <= 8 * value.ulp { return rounded.description }
  }
  return value.description
}
