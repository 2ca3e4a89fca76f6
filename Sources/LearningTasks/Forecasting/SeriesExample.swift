import Platform
public import TimeSeries

/// A stretch of a normalized series: what a model sees of it, and what it is asked for.
public struct SeriesExample: Hashable, Sendable {
  /// Where the trajectory begins, in the series' own time; nothing seen or asked lies before it.
  public let start: Double
  /// Where the stretch ends: the moment of the forecast, or the end of what surrounds a gap.
  public let now: Double
  /// What is seen, in order of time.
  public let visible: TimeSeries
  /// What is asked for: times in order, and the values where they are known.
  public let asked: TimeSeries

  public init(start: Double, now: Double, visible: TimeSeries, asked: TimeSeries) {
    self.start = start
    self.now = now
    self.visible = visible
    self.asked = asked
  }

  /// The same, and what is seen is asked for too, up to a time after the start.
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
  }

  /// The filling of a hidden gap.
  public init(filling gap: HiddenGap) {
    let times = gap.visible.times
    self.init(
      start: Swift.min(times.first ?? gap.start, gap.start), now: times.last ?? gap.end,
      visible: gap.visible, asked: gap.hidden)
  }
}

extension TimeSeries {
  /// The rows of both in order of time; of two rows at one time, that of this series.
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

  /// The last time at which one of some channels was observed; nil if they never were.
  package func lastTime(observing channels: Range<Int>) -> Double? {
    for start in stride(from: 0, to: count, by: pieceRows).reversed() {
      let part = rows(start..<min(start + pieceRows, count)).inMemory
      let row = (0..<part.count).last { row in channels.contains { part.value(row, $0) != nil } }
      if let row { return part.time(row) }
    }
    return nil
  }

  /// Questions at some times, in order: nothing is known but the inputs, the channels from `first` on, of which the last
  /// value before each time holds.
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
