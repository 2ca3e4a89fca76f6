internal import NumericCore

/// Looks for what is odd about a file that can be read.
struct DataScan {
  let source: String
  let axis: TimeAxis

  /// Fewer values say nothing about what is usual.
  private static let leastValues = 100

  func warnings(_ all: [SeriesAccumulator], _ channels: [String]) -> [DataWarning] {
    var warnings: [DataWarning] = []
    if let dates = compactDates(all) { warnings.append(dates) }
    for one in all {
      if one.count == 1 && all.count > 1 {
        warnings.append(
          DataWarning(
            source: source, line: one.firstLine, .shortSeries(id: one.id, points: one.count)))
      }
      for (channel, name) in channels.enumerated() {
        let (values, times, lines) = one.observations(of: channel)
        if let (places, change) = UnitChange.find(in: values) {
          warnings.append(
            DataWarning(
              source: source, line: Int(lines[places[0]]),
              .unitChange(
                channel: name, id: one.id, time: axis.text(of: times[places[0]]),
                laterLines: places.dropFirst().map { Int(lines[$0]) }, change)))
        } else if let found = outlier(in: values) {
          warnings.append(
            DataWarning(
              source: source, line: Int(lines[found.place]),
              .outlier(
                channel: name, id: one.id, value: values[found.place], median: found.median,
                count: found.count)))
        }
      }
    }
    return warnings
  }

  /// The value farthest from the median, if that is more than 15 times the range of the inner 99 %.
  private func outlier(
    in values: [Double]
  ) -> (place: Int, median: Double, count: Int)? {
    guard values.count >= Self.leastValues else { return nil }
    let sorted = values.sorted()
    let median = quantile(sorted, 0.5)
    let limit = 15 * (quantile(sorted, 0.995) - quantile(sorted, 0.005))
    let far = max(median - sorted[0], sorted[sorted.count - 1] - median)
    guard limit > 0, far > limit else { return nil }
    let places = values.indices.filter { abs(values[$0] - median) > limit }
    let place = places.max { abs(values[$0] - median) < abs(values[$1] - median) }
    return place.map { ($0, median, places.count) }
  }

  /// Numbers such as 19580329, every one of which is a date.
  private func compactDates(_ all: [SeriesAccumulator]) -> DataWarning? {
    guard axis == .number else { return nil }
    let times = all.prefix(10).flatMap { $0.times.prefix(100) }
    let areDates = times.allSatisfy { time in
      guard let whole = Int(exactly: time), (18_000_101...22_001_231).contains(whole) else {
        return false
      }
      let digits = String(whole)
      let text = "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))"
      return CalendarTime.seconds(text) != nil
    }
    guard areDates, times.count > 1, let first = times.first else { return nil }
    return DataWarning(source: source, line: all[0].firstLine, .datesAsNumbers(first))
  }
}
