package import Tables

/// Measles in a town of England: reported cases, and births and population as inputs.
package struct MeaslesData: Sendable {
  /// Years (1950.5 is the middle of 1950) and cases reported in the two weeks that end there.
  package var times: [Double]
  package var cases: [Double]
  /// Births a year and inhabitants, at the middle of each year.
  package var births, population: Record

  /// Values at times in years.
  package struct Record: Hashable, Sendable {
    package var times: [Double]
    package var values: [Double]
  }

  /// Fortnights from the beginning of a year up to that of another.
  package init(town: String, from start: Int, to end: Int) throws(DataError) {
    var weeks: [(time: Double, cases: Double)] = []
    for line in try Self.lines("uk_measles_cities.csv", town: town) {
      guard let time = Self.year(line[0]), let count = Double(line[2]) else { continue }
      if Double(start) <= time && time < Double(end) { weeks.append((time, count)) }
    }
    (times, cases) = ([], [])
    for week in stride(from: 1, to: weeks.count, by: 2) {
      times.append(weeks[week].time)
      cases.append(weeks[week - 1].cases + weeks[week].cases)
    }
    let years = try Self.lines("uk_measles_demog.csv", town: town)
    func record(_ column: Int) -> Record {
      let known = years.compactMap { line -> (Double, Double)? in
        guard let year = Double(line[0]), let value = Double(line[column]) else { return nil }
        return (year + 0.5, value)
      }
      return Record(times: known.map(\.0), values: known.map(\.1))
    }
    population = record(2)
    births = record(3)
  }

  private static func lines(_ name: String, town: String) throws(DataError) -> [[String]] {
    let text = String(decoding: try BundledData.contents(of: name), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      .filter { $0.count >= 3 && $0[1] == town }
  }

  /// `1950-07-02` as years.
  private static func year(_ date: String) -> Double? {
    let parts = date.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3, (1...12).contains(parts[1]) else { return nil }
    let isLeap = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let day = lengths.prefix(parts[1] - 1).reduce(0, +) + parts[2] - 1
    return Double(parts[0]) + Double(day) / (isLeap ? 366 : 365)
  }
}
