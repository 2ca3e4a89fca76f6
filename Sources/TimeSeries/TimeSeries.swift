import Platform

/// Measurements at irregular times, with a mask: any channel may be missing at any time.
///
/// A series of a very long file is in a scratch file: `after`, `firstRow` and `pieces` read what
/// they need, `rows` reads nothing yet; `times`, `values` and `isObserved` read the whole series at
/// every access.
public struct TimeSeries: Sendable {
  /// The measured entity, such as a patient or a station; empty if the file has only one series.
  public let id: String
  /// Names of the channels.
  public let channels: [String]
  /// Static covariates of the series, as a model reads them; empty if there are none.
  public let covariates: [Double]

  // Empty if the rows are in a file.
  private let ownTimes: [Double]
  private let ownValues: [Double]
  private let ownMask: [Bool]
  private let stored: StoredRows?

  /// A series of times and values.
  ///
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
    self.covariates = covariates
    ownTimes = times
    ownValues = values
    ownMask = isObserved
    stored = nil
  }

  /// A series from optional values, `[time, channel]`; `nil` marks a missing value.
  public init(
    id: String = "", channels: [String], times: [Double], values: [Double?],
    covariates: [Double] = []
  ) {
    self.init(
      id: id, channels: channels, times: times, values: values.map { $0 ?? 0 },
      isObserved: values.map { $0 != nil }, covariates: covariates)
  }

  /// A series whose rows are, or may be, in a file.
  init(id: String, channels: [String], rows: StoredRows, covariates: [Double] = []) {
    precondition(channels.count == rows.columns.count, "\(channels) of \(rows.columns)")
    self.id = id
    self.channels = channels
    self.covariates = covariates
    (ownTimes, ownValues, ownMask) = ([], [], [])
    stored = rows
  }

  /// The same series with other covariates.
  public func with(covariates: [Double]) -> TimeSeries {
    if let stored {
      return TimeSeries(id: id, channels: channels, rows: stored, covariates: covariates)
    }
    return TimeSeries(
      id: id, channels: channels, times: ownTimes, values: ownValues, isObserved: ownMask,
      covariates: covariates)
  }
}

extension TimeSeries {
  /// Strictly increasing times, `[time]`.
  public var times: [Double] { stored == nil ? ownTimes : inMemory.ownTimes }

  /// `[time, channel]`, row-major; 0 for a missing value.
  public var values: [Double] { stored == nil ? ownValues : inMemory.ownValues }

  /// `[time, channel]`, row-major; false for a missing value.
  public var isObserved: [Bool] { stored == nil ? ownMask : inMemory.ownMask }

  public var count: Int { stored?.count ?? ownTimes.count }

  /// The first time; `nil` for an empty series.
  public var firstTime: Double? { count > 0 ? time(0) : nil }

  /// The last time; `nil` for an empty series.
  public var lastTime: Double? { count > 0 ? time(count - 1) : nil }

  /// The last time minus the first; 0 for an empty series.
  public var span: Double { (lastTime ?? 0) - (firstTime ?? 0) }

  /// The time of a row.
  public func time(_ row: Int) -> Double { stored?.time(row) ?? ownTimes[row] }

  /// The value of a channel at a row; `nil` if it is missing.
  public func value(_ row: Int, _ channel: Int = 0) -> Double? {
    if let stored { return stored.value(row, channel) }
    let place = row * channels.count + channel
    return ownMask[place] ? ownValues[place] : nil
  }

  /// Whether a channel was observed at any row.
  package func isObserved(_ channel: Int) -> Bool {
    pieces.contains { piece in
      (0..<piece.count).contains { piece.ownMask[$0 * channels.count + channel] }
    }
  }

  /// The rows of a range; those of a series in a file are not read.
  public func rows(_ range: Range<Int>) -> TimeSeries {
    if let stored {
      return TimeSeries(
        id: id, channels: channels, rows: stored.rows(range), covariates: covariates)
    }
    let places = range.lowerBound * channels.count..<range.upperBound * channels.count
    return TimeSeries(
      id: id, channels: channels, times: Array(ownTimes[range]), values: Array(ownValues[places]),
      isObserved: Array(ownMask[places]), covariates: covariates)
  }

  /// The rows whose times are greater than `start` and at most `end`, in memory.
  public func after(_ start: Double, through end: Double) -> TimeSeries {
    part(after: start, through: end).inMemory
  }

  /// The rows whose times are greater than `start` and at most `end`.
  package func part(after start: Double, through end: Double) -> TimeSeries {
    rows(firstRow(after: start)..<firstRow(after: end))
  }

  /// The number of rows whose times are at most `time`, found in O(log rows).
  public func firstRow(after time: Double) -> Int {
    stored?.firstRow(after: time) ?? ownTimes.partitioningIndex { $0 > time }
  }

  /// The times and values of the observations of a channel.
  public func observations(of channel: Int = 0) -> (times: [Double], values: [Double]) {
    var (observedTimes, observedValues): ([Double], [Double]) = ([], [])
    for piece in pieces {
      for row in 0..<piece.count {
        guard let value = piece.value(row, channel) else { continue }
        observedTimes.append(piece.ownTimes[row])
        observedValues.append(value)
      }
    }
    return (observedTimes, observedValues)
  }

  /// The same series with `transform` applied to every observation; for a series in a file, when it
  /// is read.
  public func mapped(
    _ transform: @escaping @Sendable (_ channel: Int, _ value: Double) -> Double
  ) -> TimeSeries {
    if let stored {
      return TimeSeries(
        id: id, channels: channels, rows: stored.mapped(transform), covariates: covariates)
    }
    let new = ownValues.indices.map { place in
      ownMask[place] ? transform(place % channels.count, ownValues[place]) : 0
    }
    return TimeSeries(
      id: id, channels: channels, times: ownTimes, values: new, isObserved: ownMask,
      covariates: covariates)
  }

  /// The channels with these indices, in this order.
  package func selecting(_ names: [String]) -> TimeSeries {
    let places = names.compactMap { channels.firstIndex(of: $0) }
    if let stored {
      return TimeSeries(
        id: id, channels: names, rows: stored.selecting(places), covariates: covariates)
    }
    func selected<Element>(_ all: [Element]) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(count * places.count)
      for start in stride(from: 0, to: all.count, by: max(channels.count, 1)) {
        for place in places { result.append(all[start + place]) }
      }
      return result
    }
    return TimeSeries(
      id: id, channels: names, times: ownTimes, values: selected(ownValues),
      isObserved: selected(ownMask), covariates: covariates)
  }

  /// The same series with all rows in memory.
  public var inMemory: TimeSeries {
    guard let stored else { return self }
    let (times, values, isObserved) = stored.all
    return TimeSeries(
      id: id, channels: channels, times: times, values: values, isObserved: isObserved,
      covariates: covariates)
  }

  /// The rows in order, in pieces that are in memory.
  ///
  /// - Complexity: 8,192 numbers of memory in addition to the series.
  public var pieces: some Sequence<TimeSeries> {
    let size = pieceRows
    return stride(from: 0, to: count, by: size).lazy.map { start in
      stored == nil ? self : rows(start..<min(start + size, count)).inMemory
    }
  }

  /// Rows of a piece.
  package var pieceRows: Int { stored?.pieceRows ?? max(count, 1) }

  /// Whether the rows are in memory.
  package var isInMemory: Bool { stored == nil }
}

extension TimeSeries: Hashable {
  public static func == (one: TimeSeries, other: TimeSeries) -> Bool {
    one.id == other.id && one.channels == other.channels && one.covariates == other.covariates
      && one.times == other.times && one.values == other.values
      && one.isObserved == other.isObserved
  }

  /// - Complexity: reads the whole series.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(channels)
    hasher.combine(covariates)
    hasher.combine(times)
  }
}
