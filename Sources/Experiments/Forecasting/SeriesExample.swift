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

/// The clock of a model: how the times of a user's data become the model's own.
public struct ModelClock: Hashable, Sendable {
  /// The length of a window; the model's time runs from 0 to `ModelClock.length` over it.
  public var window: Double
  /// The usual distance between two observations, the yardstick of what is near.
  public var spacing: Double

  public init(window: Double, spacing: Double) {
    precondition(
      window > 0 && spacing > 0, "a window of \(window) and a spacing of \(spacing) are positive")
    self.window = window
    self.spacing = spacing
  }

  /// A window lasts 6 units: a few radians for a field whose slopes are of order one.
  public static let length = 6.0

  /// A duration in units of the model.
  public func units(_ duration: Double) -> Double { duration / window * ModelClock.length }
}
