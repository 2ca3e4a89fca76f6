import Platform
package import TimeSeries

/// Imputation by the straight line between the observations next to a gap, plus what the same span
/// deviated from its own line one season earlier and later.
package struct SeasonalFill: Hashable, Sendable {
  /// The period in the unit of the times; 0 for the line alone.
  package var period = 0.0
  /// The share of the seasonal deviation, from 0 to 1.
  package var share = 0.0

  /// The observations of a channel around a gap, without those that are hidden.
  package struct Neighbourhood {
    let times: [Double]
    let values: [Double]

    /// The value on the line between two observations; `nil` outside of them.
    func value(at time: Double) -> Double? {
      guard let first = times.first, let last = times.last, time >= first, time <= last else {
        return nil
      }
      let after = times.partitioningIndex { $0 >= time }
      if times[after] == time || after == 0 { return values[after] }
      let share = (time - times[after - 1]) / (times[after] - times[after - 1])
      return values[after - 1] + share * (values[after] - values[after - 1])
    }

    /// The observations next to a time.
    func neighbours(of time: Double) -> (left: Double, right: Double)? {
      let after = times.partitioningIndex { $0 >= time }
      guard after > 0, after < times.count else { return nil }
      return (times[after - 1], times[after])
    }

    package init(_ series: TimeSeries, channel: Int, without hidden: ClosedRange<Double>?) {
      let (times, values) = series.observations(of: channel)
      let kept = times.indices.filter { place in
        hidden.map { times[place] <= $0.lowerBound || times[place] > $0.upperBound } ?? true
      }
      self.times = kept.map { times[$0] }
      self.values = kept.map { values[$0] }
    }
  }

  /// The imputed value at a time between two observations; `nil` elsewhere.
  package func value(at time: Double, in around: Neighbourhood) -> Double? {
    guard let line = around.value(at: time) else { return nil }
    guard share > 0, let deviation = Self.deviation(at: time, period: period, in: around) else {
      return line
    }
    return line + share * deviation
  }

  /// The mean deviation of the spans one season earlier and later, or as many seasons as lie
  /// outside the gap, from their lines; `nil` if neither has been observed.
  static func deviation(
    at time: Double, period: Double, in around: Neighbourhood
  ) -> Double? {
    guard let (left, right) = around.neighbours(of: time) else { return nil }
    let seasons = max(1, ((right - left) / period).rounded(.up))
    let deviations = [-seasons * period, seasons * period].compactMap { shift -> Double? in
      guard let start = around.value(at: left + shift), let end = around.value(at: right + shift),
        let value = around.value(at: time + shift)
      else { return nil }
      return value - (start + (time - left) / (right - left) * (end - start))
    }
    return deviations.isEmpty ? nil : deviations.reduce(0, +) / Double(deviations.count)
  }

  /// The fill of the least squared error on some gaps of the training part.
  ///
  /// - Parameter periods: in the unit of the times.
  package static func fitted(to gaps: [HiddenGap], periods: [Double], channel: Int) -> SeasonalFill
  {
    var best = (fill: SeasonalFill(), gain: 0.0)
    for period in periods {
      var (products, squares) = (0.0, 0.0)
      for gap in gaps {
        let around = gap.neighbourhood(reach: period, channel: channel)
        let (times, values) = gap.hidden.observations(of: channel)
        for (time, value) in zip(times, values) {
          guard let line = around.value(at: time),
            let deviation = deviation(at: time, period: period, in: around)
          else { continue }
          products += deviation * (value - line)
          squares += deviation * deviation
        }
      }
      let share = squares > 0 ? min(max(products / squares, 0), 1) : 0
      let gain = 2 * share * products - share * share * squares
      if gain > best.gain { best = (SeasonalFill(period: period, share: share), gain) }
    }
    return best.fill
  }
}

extension HiddenGap {
  /// The observations around the gap, up to a number of its lengths or a period on both sides.
  fileprivate func neighbourhood(reach period: Double, channel: Int) -> SeasonalFill.Neighbourhood {
    let first = visible.firstTime ?? start
    let last = visible.lastTime ?? end
    let reach = period * (1 + ((last - first) / period).rounded(.up))
    return SeasonalFill.Neighbourhood(
      series.after(first - reach, through: last + reach), channel: channel, without: start...end)
  }
}
