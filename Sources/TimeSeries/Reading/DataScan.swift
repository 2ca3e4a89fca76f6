import NumericCore
package import Tables

/// Finds unusual features of a readable file.
struct DataScan {
  let source: String
  let axis: TimeAxis
  /// Whether each channel has its own times.
  let isLong: Bool

  /// Fewer values do not show what is usual.
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
      for first in stride(from: 0, to: channels.count, by: Self.channelsAtOnce) {
        let some = first..<min(first + Self.channelsAtOnce, channels.count)
        for (channel, readings) in readings(of: some, one) {
          if let warning = self.warning(of: readings, one.id, channels[channel]) {
            warnings.append(warning)
          }
        }
      }
    }
    return warnings
  }

  /// The number of channels that share an iteration over the rows.
  private static let channelsAtOnce = 16

  private func readings(
    of channels: Range<Int>, _ one: SeriesAccumulator
  ) -> [(channel: Int, readings: ChannelReadings)] {
    let places = channels.compactMap { channel in
      one.place(of: channel, isLong: isLong).map { (channel, $0.log, $0.column) }
    }
    if isLong {
      return places.map { ($0.0, ChannelReadings.all(of: $0.1, columns: [$0.2])[0]) }
    }
    guard let log = places.first?.1 else { return [] }
    return Array(zip(places.map(\.0), ChannelReadings.all(of: log, columns: places.map(\.2))))
  }

  private func warning(
    of readings: ChannelReadings, _ id: String, _ channel: String
  ) -> DataWarning? {
    if let (numbers, change) = UnitChange.find(in: readings) {
      let places = numbers.map(readings.position)
      return DataWarning(
        source: source, line: places[0].line,
        .unitChange(
          channel: channel, id: id, time: axis.text(of: places[0].time),
          laterLines: places.dropFirst().map(\.line), change))
    }
    return outlier(in: readings).map { found in
      DataWarning(
        source: source, line: readings.position(of: found.reading.number).line,
        .outlier(
          channel: channel, id: id, value: found.reading.value, median: found.median,
          count: found.count))
    }
  }

  /// The value farthest from the median, if the distance is more than 15 times the range of the
  /// inner 99 %.
  private func outlier(
    in readings: ChannelReadings
  ) -> (reading: ChannelReadings.Reading, median: Double, count: Int)? {
    guard readings.count >= Self.leastValues else { return nil }
    let sorted = readings.sample.sorted()
    let median = quantile(sorted, 0.5)
    let limit = 15 * (quantile(sorted, 0.995) - quantile(sorted, 0.005))
    let (low, high) = readings.extremes
    let far = median - low.value > high.value - median ? low : high
    guard limit > 0, abs(far.value - median) > limit else { return nil }
    return (far, median, readings.count { abs($0 - median) > limit })
  }

  /// Numbers such as 19580329 that are all dates.
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

/// Rows of one series: a time, the line of the file, and a value for each channel, not-a-number if
/// it is missing.
package struct ScannedSeries {
  package var id: String
  package var rows: [(time: Double, line: Int, values: [Double])]

  package init(id: String, rows: [(time: Double, line: Int, values: [Double])]) {
    self.id = id
    self.rows = rows
  }
}

extension DataWarning {
  /// The warnings about series that were read by other means.
  package static func warnings(
    source: String, axis: TimeAxis, _ series: [ScannedSeries], channels: [String]
  ) throws(DataError) -> [DataWarning] {
    var all: [SeriesAccumulator] = []
    for one in series {
      var accumulator = SeriesAccumulator(id: one.id, channels: channels.count)
      for row in one.rows.sorted(by: { $0.time < $1.time }) {
        try accumulator.begin(
          row.time, text: "", .average, at: DataPosition(source: source, line: row.line))
        for (channel, value) in row.values.enumerated() where !value.isNaN {
          try accumulator.add(value, channel)
        }
      }
      accumulator.close()
      all.append(accumulator)
    }
    return DataScan(source: source, axis: axis, isLong: false).warnings(all, channels)
      .filter { if case .shortSeries = $0.kind { false } else { true } }
  }
}
