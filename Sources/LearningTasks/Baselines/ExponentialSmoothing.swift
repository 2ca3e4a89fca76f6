import Platform

/// Exponential smoothing with a damped trend and an additive season, in the form of an innovations
/// state space model.
///
/// With the one-step error `e = y − (l + φb + s)`: level `l ← l + φb + αe`, trend `b ← φb + βe`,
/// season `s ← s + γe`. Source: Hyndman, Koehler, Ord and Snyder 2008, "Forecasting with Exponential
/// Smoothing", chapter 3 (A,Ad,A).
package struct ExponentialSmoothing: Hashable, Sendable {
  /// Weights of the error in level, trend and season.
  var level: Double
  var trend: Double
  var season: Double
  /// The factor of the trend at every step.
  var damping: Double
  /// The number of rows of a season; 0 for none.
  var period: Int

  package init(level: Double, trend: Double, season: Double, damping: Double, period: Int) {
    self.level = level
    self.trend = trend
    self.season = season
    self.damping = damping
    self.period = period
  }

  /// Level, trend and season at the end of some values.
  private struct State {
    var level: Double
    var trend = 0.0
    var seasons: [Double]
    var row = 0
    var squares = 0.0
    var count = 0
  }

  /// Forecasts of the steps 1 to `steps` after some values.
  package func forecast(_ values: ArraySlice<Double>, steps: Int) -> [Double] {
    let state = state(after: values)
    var (damped, factor) = (0.0, 1.0)
    return (0..<steps).map { step in
      factor *= damping
      damped += factor
      let season = period > 0 ? state.seasons[(state.row + step) % period] : 0
      return state.level + damped * state.trend + season
    }
  }

  /// The sum of squared one-step errors after the start, and their number.
  func errors(_ values: ArraySlice<Double>) -> (squares: Double, count: Int) {
    let state = state(after: values)
    return (state.squares, state.count)
  }

  private func state(after values: ArraySlice<Double>) -> State {
    let first = values.prefix(max(period, 1))
    let mean = first.reduce(0, +) / Double(max(first.count, 1))
    var state = State(level: mean, seasons: first.map { $0 - mean })
    while state.seasons.count < period { state.seasons.append(0) }
    // A trend begins as the mean change over the first rows, or from season to season.
    if trend > 0 || damping == 1 {
      let reach = period > 0 ? period : 4
      let second = values.dropFirst(reach).prefix(max(period, 1))
      if second.count == max(period, 1) {
        state.trend = (second.reduce(0, +) / Double(second.count) - mean) / Double(reach)
      }
    }
    let start = period > 0 ? period : 1
    for value in values.dropFirst(start) {
      let place = period > 0 ? state.row % period : 0
      let seasonal = period > 0 ? state.seasons[place] : 0
      let carried = damping * state.trend
      let error = value - (state.level + carried + seasonal)
      state.level += carried + level * error
      state.trend = carried + trend * error
      if period > 0 { state.seasons[place] += season * error }
      state.row += 1
      if state.row > 2 * start {
        state.squares += error * error
        state.count += 1
      }
    }
    return state
  }

  /// The smoothing of the least squared one-step errors on some series, from a grid of parameters
  /// that is refined once around its best point.
  ///
  /// - Parameter period: the rows of a season; 0 fits no season.
  package static func fitted(to series: [ArraySlice<Double>], period: Int) -> ExponentialSmoothing?
  {
    let usable = series.filter { $0.count >= max(3 * period, 8) }
    guard !usable.isEmpty else { return nil }
    func error(_ one: ExponentialSmoothing) -> Double {
      var (squares, count) = (0.0, 0)
      for values in usable {
        let errors = one.errors(values)
        squares += errors.squares
        count += errors.count
      }
      let mean = squares / Double(max(count, 1))
      return mean.isFinite ? mean : .infinity
    }
    var best = ExponentialSmoothing(level: 0.5, trend: 0, season: 0, damping: 0.9, period: period)
    var least = Double.infinity
    func consider(_ one: ExponentialSmoothing) {
      let value = error(one)
      if value < least { (best, least) = (one, value) }
    }
    let seasons = period > 0 ? [0.01, 0.05, 0.15, 0.4] : [0]
    for level in [0.02, 0.08, 0.2, 0.4, 0.7, 0.95] {
      for (trend, damping) in [
        (0, 0.9), (0.01, 0.98), (0.05, 0.9), (0.05, 0.98), (0.2, 0.9), (0.005, 1),
      ] {
        for season in seasons where level + season < 1.3 {
          consider(
            ExponentialSmoothing(
              level: level, trend: trend * level, season: season, damping: damping, period: period))
        }
      }
    }
    for _ in 0..<3 {
      let centre = best
      for factor in [0.5, 0.7, 1.4, 2] {
        var (one, other, third) = (centre, centre, centre)
        one.level = min(one.level * factor, 1)
        other.trend *= factor
        third.season = min(third.season * factor, 1)
        consider(one)
        if centre.trend > 0 { consider(other) }
        if period > 0 { consider(third) }
      }
    }
    return least.isFinite ? best : nil
  }
}
