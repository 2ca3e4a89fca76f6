internal import NumericCore

/// Looks for what is odd about a file that can be read.
struct DataScan {
  let source: String
  let axis: TimeAxis
  /// Whether each channel has its own times.
  let isLong: Bool

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
        guard let (log, column) = one.place(of: channel, isLong: isLong) else { continue }
        let readings = ChannelReadings(log, column: column)
        if let (numbers, change) = UnitChange.find(in: readings) {
          let places = numbers.map(readings.position)
          warnings.append(
            DataWarning(
              source: source, line: places[0].line,
              .unitChange(
                channel: name, id: one.id, time: axis.text(of: places[0].time),
                laterLines: places.dropFirst().map(\.line), change)))
        } else if let found = outlier(in: readings) {
          warnings.append(
            DataWarning(
              source: source, line: readings.position(of: found.extreme.number).line,
              .outlier(
                channel: name, id: one.id, value: found.extreme.value, median: found.median,
                count: found.count)))
        }
      }
    }
    return warnings
  }

  /// The value farthest from the median, if that is more than 15 times the range of the inner 99 %.
  private func outlier(
    in readings: ChannelReadings
  ) -> (extreme: ChannelReadings.Extreme, median: Double, count: Int)? {
    guard readings.count >= Self.leastValues else { return nil }
    let sorted = readings.sample.sorted()
    let median = quantile(sorted, 0.5)
    let limit = 15 * (quantile(sorted, 0.995) - quantile(sorted, 0.005))
    let (low, high) = readings.extremes
    let far = median - low.value > high.value - median ? low : high
    guard limit > 0, abs(far.value - median) > limit else { return nil }
    return (far, median, readings.count { abs($0 - median) > limit })
  }

  /// Numbers such as 19580329, every one of which is a date.
  private func compactDates(_ all: [SeriesAccumulator]) -> DataWarning? {
    guard axis == .number else { return nil }
    let times = all.prefix(10).flatMap { $0.times(first: 100) }
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
