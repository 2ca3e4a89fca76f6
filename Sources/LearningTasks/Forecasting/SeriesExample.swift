import Platform
public import TimeSeries

/// A span of a normalized series: the history that a model reads, and the queries it answers.
public struct SeriesExample: Hashable, Sendable {
  /// The start of the trajectory, in the series' own time; all history and queries are after it.
  public let start: Double
  /// The end of the span: the forecast origin, or the end of the observations around a gap.
  public let now: Double
  /// The history, in order of time.
  public let visible: TimeSeries
  /// The queries: times in order, with the values if they are known.
  public let asked: TimeSeries
  /// The series that the example was cut from, in the unit of the data, for statistical forecasts;
  /// `nil` if they read the history.
  package var series: TimeSeries?
  /// The times `lowerBound < t ≤ upperBound` of the series that are hidden.
  package var hidden: ClosedRange<Double>?
  /// Statistical forecasts of the queries, `[query][channel]`; `nil` where there is none, and the
  /// line between observations is the starting point.
  package var anchored: [[Double?]]?

  /// A window: its start, its forecast origin, the visible observations and the queries.
  public init(start: Double, now: Double, visible: TimeSeries, asked: TimeSeries) {
    self.start = start
    self.now = now
    self.visible = visible
    self.asked = asked
  }

  /// The same example with the statistical forecasts of its queries.
  ///
  /// - Precondition: the example is in the unit of the data.
  func anchored(by anchor: Anchor?) -> SeriesExample {
    guard let anchor else { return self }
    var example = self
    example.anchored = anchor.references(for: self)
    return example
  }

  /// The same example with the history as further queries, up to a time after the start.
  func reconstructing(upTo length: Double) -> SeriesExample {
    SeriesExample(
      start: start, now: now, visible: visible,
      asked: visible.merged(with: asked).after(-.infinity, through: start + length))
  }

  /// The forecast of a window.
  public init(forecasting window: Window, history: Double) {
    self.init(
      start: window.now - history, now: window.now, visible: window.history,
      asked: window.future)
    series = window.series
  }

  /// The imputation of a hidden gap.
  public init(filling gap: HiddenGap) {
    let times = gap.visible.times
    self.init(
      start: Swift.min(times.first ?? gap.start, gap.start), now: times.last ?? gap.end,
      visible: gap.visible, asked: gap.hidden)
    series = gap.series
    hidden = gap.start...gap.end
  }
}

extension TimeSeries {
  /// The rows of both in order of time; for two rows at one time, that of this series.
  func merged(with other: TimeSeries) -> TimeSeries {
    var rows = times.indices.map { (time: times[$0], series: self, row: $0) }
    let own = Set(times)
    rows += other.times.indices.filter { !own.contains(other.times[$0]) }
      .map { (other.times[$0], other, $0) }
    rows.sort { $0.time < $1.time }
    return TimeSeries(
      id: id, channels: channels, times: rows.map(\.time),
      values: rows.flatMap { entry in
        channels.indices.map { entry.series.value(entry.row, $0) }
      }, covariates: covariates)
  }

  /// The last time at which one of some channels was observed; `nil` if they never were.
  package func lastTime(observing channels: Range<Int>) -> Double? {
    for start in stride(from: 0, to: count, by: pieceRows).reversed() {
      let part = rows(start..<min(start + pieceRows, count)).inMemory
      let row = (0..<part.count).last { row in channels.contains { part.value(row, $0) != nil } }
      if let row { return part.time(row) }
    }
    return nil
  }

  /// Queries at some times, in order: only the covariates, the channels from `first` on, are known,
  /// by their last value before each time.
  package func questions(at times: [Double], inputsFrom first: Int) -> TimeSeries {
    var known = [Double?](repeating: nil, count: channels.count)
    var values: [Double?] = []
    let inputs = first..<max(first, channels.count)
    if !inputs.isEmpty {
      for piece in pieces {
        for row in 0..<piece.count {
          while values.count < times.count * channels.count,
            times[values.count / channels.count] < piece.time(row)
          {
            values += known
          }
          for channel in inputs { known[channel] = piece.value(row, channel) ?? known[channel] }
        }
      }
    }
    while values.count < times.count * channels.count { values += known }
    return TimeSeries(
      id: id, channels: channels, times: times, values: values, covariates: covariates)
  }
}
