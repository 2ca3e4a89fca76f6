/// Measurements at irregular times, with a mask: any channel may be missing at any time.
public struct TimeSeries: Hashable, Sendable {
  /// What is measured: a patient, a station; empty where a file has one series only.
  public let id: String
  public let channels: [String]
  /// Strictly increasing times, `[time]`.
  public let times: [Double]
  /// `[time, channel]` row by row; 0 where nothing was observed.
  public let values: [Double]
  /// `[time, channel]` row by row.
  public let isObserved: [Bool]
  /// What is known of the whole series, as a model reads it; empty where nothing is.
  public let covariates: [Double]

  /// - Precondition: the counts agree and the times increase strictly.
  public init(
    id: String = "", channels: [String], times: [Double], values: [Double], isObserved: [Bool],
    covariates: [Double] = []
  ) {
    precondition(
      values.count == times.count * channels.count && isObserved.count == values.count,
      "a series of \(times.count) times and \(channels.count) channels has \(values.count) values"
        + " and \(isObserved.count) mask entries")
    precondition(
      zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "times do not increase strictly")
    self.id = id
    self.channels = channels
    self.times = times
    self.values = values
    self.isObserved = isObserved
    self.covariates = covariates
  }

  /// A series from optional values, `[time, channel]`, nil where nothing was observed.
  public init(
    id: String = "", channels: [String], times: [Double], values: [Double?],
    covariates: [Double] = []
  ) {
    self.init(
      id: id, channels: channels, times: times, values: values.map { $0 ?? 0 },
      isObserved: values.map { $0 != nil }, covariates: covariates)
  }

  /// The same series with other covariates.
  public func with(covariates: [Double]) -> TimeSeries {
    TimeSeries(
      id: id, channels: channels, times: times, values: values, isObserved: isObserved,
      covariates: covariates)
  }

  public var count: Int { times.count }

  /// The last time minus the first; 0 for an empty series.
  public var span: Double { (times.last ?? 0) - (times.first ?? 0) }

  /// The value at a row of a channel, nil where nothing was observed.
  public func value(_ row: Int, _ channel: Int = 0) -> Double? {
    let place = row * channels.count + channel
    return isObserved[place] ? values[place] : nil
  }

  /// Whether a channel was observed at any row.
  func isObserved(_ channel: Int) -> Bool {
    (0..<count).contains { isObserved[$0 * channels.count + channel] }
  }

  /// The rows of a range.
  public func rows(_ range: Range<Int>) -> TimeSeries {
    let places = range.lowerBound * channels.count..<range.upperBound * channels.count
    return TimeSeries(
      id: id, channels: channels, times: Array(times[range]), values: Array(values[places]),
      isObserved: Array(isObserved[places]), covariates: covariates)
  }

  /// The rows whose times are greater than `start` and at most `end`.
  public func after(_ start: Double, through end: Double) -> TimeSeries {
    rows(firstRow(after: start)..<firstRow(after: end))
  }

  /// The number of rows whose times are at most `time`, found in O(log rows).
  public func firstRow(after time: Double) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The observed times and values of a channel.
  public func observations(of channel: Int = 0) -> (times: [Double], values: [Double]) {
    var (observedTimes, observedValues): ([Double], [Double]) = ([], [])
    for row in times.indices {
      guard let value = value(row, channel) else { continue }
      observedTimes.append(times[row])
      observedValues.append(value)
    }
    return (observedTimes, observedValues)
  }

  /// The same series with other times and values, `transform` being applied where something was observed.
  public func mapped(_ transform: (_ channel: Int, _ value: Double) -> Double) -> TimeSeries {
    let new = values.indices.map { place in
      isObserved[place] ? transform(place % channels.count, values[place]) : 0
    }
    return TimeSeries(
      id: id, channels: channels, times: times, values: new, isObserved: isObserved,
      covariates: covariates)
  }
}
