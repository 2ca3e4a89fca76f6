import Platform
public import Tables

/// A piece of a series around a forecast origin: the history before it and the future after it.
public struct Window: Hashable, Sendable {
  /// The forecast origin, in the series' own time.
  public let now: Double
  /// Observations in `(now − history, now]`, at their true times.
  public let history: TimeSeries
  /// Observations in `(now, now + future]`, at their true times.
  public let future: TimeSeries
  /// The series that the window was cut from.
  package let series: TimeSeries

  /// A window that was cut from a series.
  package init(now: Double, history: TimeSeries, future: TimeSeries, series: TimeSeries) {
    self.now = now
    self.history = history
    self.future = future
    self.series = series
  }

  /// The observation nearest to `now + horizon` that is at most `tolerance` away; `nil` if there is
  /// none.
  public func target(
    at horizon: Double, within tolerance: Double, channel: Int = 0
  ) -> (time: Double, value: Double)? {
    let wanted = now + horizon
    let rows = (0..<future.count).filter { future.value($0, channel) != nil }
    guard
      let row = rows.min(by: {
        abs(future.times[$0] - wanted) < abs(future.times[$1] - wanted)
      }), abs(future.times[row] - wanted) <= tolerance, let value = future.value(row, channel)
    else { return nil }
    return (future.times[row], value)
  }
}

/// How windows are cut from a long series.
public struct WindowPlan: Hashable, Sendable {
  /// The length of the history, in the unit of the times.
  public var history: Double
  /// The length of the future, in the unit of the times.
  public var future: Double
  /// The distance from one forecast origin to the next.
  public var stride: Double
  /// Histories with fewer rows are skipped.
  public var minimumHistory: Int
  /// Futures with fewer rows are skipped.
  public var minimumFuture: Int
  /// The largest distance between a horizon and the observation used for it.
  public var tolerance: Double

  /// A plan of windows.
  public init(
    history: Double, future: Double, stride: Double, minimumHistory: Int = 2,
    minimumFuture: Int = 1, tolerance: Double
  ) {
    self.history = history
    self.future = future
    self.stride = stride
    self.minimumHistory = minimumHistory
    self.minimumFuture = minimumFuture
    self.tolerance = tolerance
  }

  /// The windows of a series whose histories and futures are within a range of times.
  ///
  /// Forecast origins are on a regular grid that begins one history after the start of the range;
  /// they do not depend on the times of observations, so gaps are sampled as they occur.
  public func windows(of series: TimeSeries, in range: ClosedRange<Double>) -> [Window] {
    var windows: [Window] = []
    var index = 0.0
    while true {
      let now = range.lowerBound + history + index * stride
      // The last observation may be a tolerance after the end of the future.
      let end = now + future
      if end > range.upperBound { return windows }
      index += 1
      let past = series.after(now - history, through: now)
      let coming = series.after(now, through: min(end + tolerance, range.upperBound))
      if past.count >= minimumHistory && coming.count >= minimumFuture {
        windows.append(Window(now: now, history: past, future: coming, series: series))
      }
    }
  }

  /// Checks that windows fit.
  ///
  /// - Throws: `DataError` if one window is longer than the series.
  public func validate(_ series: TimeSeries, source: String) throws(DataError) {
    if history + future > series.span {
      throw DataError(
        source: source, .windowLongerThanData(window: history + future, span: series.span))
    }
  }
}

/// Training, validation and test parts of a time span, in this order; never shuffled.
public struct TimeSplit: Hashable, Sendable {
  /// The times of the training part.
  public let training: ClosedRange<Double>
  /// The times of the validation part.
  public let validation: ClosedRange<Double>
  /// The times of the test part.
  public let test: ClosedRange<Double>

  /// Splits a span: the last fraction `test`, the fraction `validation` before it, and the rest for
  /// training.
  ///
  /// - Precondition: the fractions are positive and leave something for training.
  public init(of series: TimeSeries, validation: Double = 0.15, test: Double = 0.15) {
    precondition(
      validation > 0 && test > 0 && validation + test < 1 && series.count > 1,
      "fractions \(validation) and \(test) of a series of \(series.count) points")
    let (start, end) = (series.time(0), series.time(series.count - 1))
    let first = start + (1 - validation - test) * (end - start)
    let second = start + (1 - test) * (end - start)
    self.training = start...first
    self.validation = first...second
    self.test = second...end
  }
}

/// The windows of each part; no window crosses a border.
public struct WindowedData: Hashable, Sendable {
  /// The windows of the training part.
  public let training: [Window]
  /// The windows of the validation part.
  public let validation: [Window]
  /// The windows of the test part.
  public let test: [Window]

  /// The windows of each part of a series.
  public init(of series: TimeSeries, _ plan: WindowPlan, _ split: TimeSplit) {
    training = plan.windows(of: series, in: split.training)
    validation = plan.windows(of: series, in: split.validation)
    test = plan.windows(of: series, in: split.test)
  }
}
