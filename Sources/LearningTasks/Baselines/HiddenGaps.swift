import Platform
public import TimeSeries

/// A range of a series whose observations are hidden, to measure imputation.
public struct HiddenGap: Hashable, Sendable {
  /// Observations with times greater than this and at most `end` are hidden.
  public let start: Double
  /// The time of the first observation after the gap.
  public let end: Double
  /// The visible observations before and after the gap.
  public let visible: TimeSeries
  /// The hidden observations.
  public let hidden: TimeSeries
  /// The series that contains the gap, with the hidden observations.
  let series: TimeSeries

  /// A gap between two times, with the observations around it and the hidden ones.
  ///
  /// - Parameter series: the whole series; `nil` for the visible and the hidden observations.
  public init(
    start: Double, end: Double, visible: TimeSeries, hidden: TimeSeries,
    series: TimeSeries? = nil
  ) {
    self.series = series ?? visible
    self.start = start
    self.end = end
    self.visible = visible
    self.hidden = hidden
  }
}

/// The positions of hidden gaps.
public struct GapPlan: Hashable, Sendable {
  /// The length of a gap, in the unit of the times.
  public var length: Double
  /// The visible time before and after the gap.
  public var context: Double
  /// The distance from one gap's start to the next.
  public var stride: Double
  /// The smallest number of visible observations on each side.
  public var minimumVisible: Int

  /// A plan of gaps: their length, what remains visible around them, and their distance.
  public init(length: Double, context: Double, stride: Double, minimumVisible: Int) {
    self.length = length
    self.context = context
    self.stride = stride
    self.minimumVisible = minimumVisible
  }

  /// The gaps of a series within a range of times; gaps with nothing to hide are skipped.
  public func gaps(of series: TimeSeries, in range: ClosedRange<Double>) -> [HiddenGap] {
    var gaps: [HiddenGap] = []
    var index = 0.0
    while true {
      let start = range.lowerBound + context + index * stride
      let end = start + length
      if end + context > range.upperBound { return gaps }
      index += 1
      let before = series.after(start - context, through: start)
      let hidden = series.after(start, through: end)
      let after = series.after(end, through: end + context)
      if min(before.count, after.count) >= minimumVisible, hidden.count > 0 {
        gaps.append(
          HiddenGap(
            start: start, end: end, visible: before.followed(by: after), hidden: hidden,
            series: series))
      }
    }
  }
}

extension TimeSeries {
  /// Both series, one after the other.
  ///
  /// - Precondition: the same channels, and later times.
  func followed(by later: TimeSeries) -> TimeSeries {
    precondition(channels == later.channels, "channels \(channels) and \(later.channels)")
    return TimeSeries(
      id: id, channels: channels, times: times + later.times, values: values + later.values,
      isObserved: isObserved + later.isObserved, covariates: covariates)
  }
}

/// Imputes gaps by the straight line between the observations next to them; without an observation,
/// by the mean of the training data.
///
/// The uncertainty is that of a Brownian bridge, zero at both ends: σ √(u v / (u + v)) at the
/// distances u and v from the observations on both sides; σ is fitted to training gaps.
public struct InterpolationBaseline: Sendable {
  /// The name in reports.
  public let name = "linear interpolation"
  /// σ, in the unit of the values per square root of time.
  public let scale: Double
  private let mean: Double
  private let channel: Int

  /// Straight lines whose standard deviations by relative position are fitted to hidden gaps.
  public init(fitting gaps: [HiddenGap], channel: Int = 0) {
    let mean = meanValue(gaps.lazy.map(\.visible), channel: channel)
    let unit = InterpolationBaseline(scale: 1, mean: mean, channel: channel)
    var squares = 0.0
    var count = 0
    for gap in gaps {
      let forecasts = unit.forecasts(of: gap)
      for i in 0..<forecasts.count {
        let z = (forecasts.observed[i] - forecasts.means[i]) / forecasts.deviations[i]
        squares += z * z
        count += 1
      }
    }
    let scale = (squares / Double(max(count, 1))).squareRoot()
    self.init(scale: max(scale, .leastNormalMagnitude), mean: mean, channel: channel)
  }

  private init(scale: Double, mean: Double, channel: Int) {
    self.scale = scale
    self.mean = mean
    self.channel = channel
  }

  /// The forecasts of the hidden observations.
  public func forecasts(of gap: HiddenGap) -> GaussianForecasts {
    let (times, values) = gap.visible.observations(of: channel)
    let (hiddenTimes, hiddenValues) = gap.hidden.observations(of: channel)
    let left = times.last { $0 <= gap.start } ?? gap.start
    let right = times.first { $0 > gap.end } ?? gap.end
    var forecasts = GaussianForecasts()
    for (time, value) in zip(hiddenTimes, hiddenValues) {
      // An observation at the edge is not certain: the distance is at least a thousandth of the
      // gap.
      let bridge = max((time - left) * (right - time), 1e-3 * (right - left) * (right - left))
      forecasts.append(
        mean: values.isEmpty ? mean : interpolated(times, values, at: time),
        deviation: scale * (bridge / (right - left)).squareRoot(), observed: value)
    }
    return forecasts
  }

  /// The forecasts of all gaps.
  public func forecasts(of gaps: [HiddenGap]) -> GaussianForecasts {
    var all = GaussianForecasts()
    for gap in gaps {
      let one = forecasts(of: gap)
      for i in 0..<one.count {
        all.append(mean: one.means[i], deviation: one.deviations[i], observed: one.observed[i])
      }
    }
    return all
  }
}
