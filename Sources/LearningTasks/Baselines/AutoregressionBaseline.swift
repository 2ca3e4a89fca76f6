public import TimeSeries

/// Linear autoregression: for each horizon a least-squares fit on the history, resampled to a
/// regular grid.
///
/// Missing values are interpolated linearly; before the first and after the last observation the
/// nearest one is used.
public struct AutoregressionBaseline: ForecastBaseline {
  /// The name in reports.
  public let name = "linear autoregression"
  public let horizons: [Double]
  public let deviations: [Double]
  /// The history's length.
  public let history: Double
  /// The grid's spacing.
  public let spacing: Double
  /// For each horizon the intercept and one coefficient per grid point, oldest first.
  public let coefficients: [[Double]]
  private let channel: Int

  /// Fits training windows.
  ///
  /// - Parameter ridge: penalty on the squared coefficients in units of the mean squared feature; 0 is plain least
  ///   squares (with a relative 1e-10 that keeps collinear histories solvable).
  public init(
    fitting windows: [Window], horizons: [Double], history: Double, spacing: Double,
    tolerance: Double, ridge: Double = 0, channel: Int = 0
  ) {
    self.horizons = horizons
    self.history = history
    self.spacing = spacing
    self.channel = channel
    let grids = windows.map {
      gridded($0.history, now: $0.now, history: history, spacing: spacing, channel: channel)
    }
    var coefficients: [[Double]] = []
    var deviations: [Double] = []
    for horizon in horizons {
      var rows: [[Double]] = []
      var targets: [Double] = []
      for (window, grid) in zip(windows, grids) {
        guard let target = window.target(at: horizon, within: tolerance, channel: channel) else {
          continue
        }
        rows.append(grid)
        targets.append(target.value)
      }
      let fit = LeastSquares(rows: rows, targets: targets, ridge: ridge)
      coefficients.append(fit.coefficients)
      deviations.append(fit.residualDeviation)
    }
    self.coefficients = coefficients
    self.deviations = deviations
  }

  public func means(_ window: Window) -> [Double] {
    let grid = gridded(
      window.history, now: window.now, history: history, spacing: spacing, channel: channel)
    return coefficients.map { coefficients in
      zip(grid, coefficients.dropFirst()).reduce(coefficients[0]) { $0 + $1.0 * $1.1 }
    }
  }
}

/// The values at `now − history + spacing, …, now − spacing, now`.
func gridded(
  _ series: TimeSeries, now: Double, history: Double, spacing: Double, channel: Int
) -> [Double] {
  let (times, values) = series.observations(of: channel)
  let count = Int((history / spacing).rounded())
  return (0..<count).map { place in
    interpolated(times, values, at: now - Double(count - 1 - place) * spacing)
  }
}

/// Linear between observations, constant beyond them; 0 if there are none.
func interpolated(_ times: [Double], _ values: [Double], at time: Double) -> Double {
  guard let first = values.first, let last = values.last else { return 0 }
  guard let after = times.firstIndex(where: { $0 >= time }) else { return last }
  if after == 0 { return first }
  let share = (time - times[after - 1]) / (times[after] - times[after - 1])
  return values[after - 1] + share * (values[after] - values[after - 1])
}
