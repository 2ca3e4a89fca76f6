package import TimeSeries

/// A statistical forecaster as a baseline of one channel.
///
/// The deviations of its forecasts are their errors in the validation part.
package struct StatisticalBaseline: ForecastBaseline {
  package let name: String
  package let horizons: [Double]
  package let deviations: [Double]
  private let forecaster: StatisticalForecaster
  private let grid: ForecastGrid
  private let channel: Int

  init(
    _ candidate: AnchorFit.Candidate, name: String? = nil, on grid: ForecastGrid,
    horizons: [Double], channel: Int
  ) {
    self.name = name ?? candidate.forecaster.name
    self.horizons = horizons
    self.grid = grid
    self.channel = channel
    forecaster = candidate.forecaster
    let errors = candidate.errors
    deviations = horizons.map { horizon in
      let step = Int(max(1, min((horizon / grid.spacing).rounded(), Double(errors.count))))
      return max(errors.isEmpty ? 1 : errors[step - 1], .leastNormalMagnitude)
    }
  }

  package func means(_ window: Window) -> [Double] {
    let times = horizons.map { window.now + $0 }
    return grid.forecasts(
      of: [(channel, forecaster)], at: times, after: window.now, in: window.series
    ).map { $0[0] ?? 0 }
  }
}
