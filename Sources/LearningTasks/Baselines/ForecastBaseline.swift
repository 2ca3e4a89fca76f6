public import TimeSeries

/// A baseline for forecasts.
///
/// It maps a history to a normal distribution for each horizon.
public protocol ForecastBaseline: Sendable {
  var name: String { get }
  /// The horizons that the baseline was fitted for.
  var horizons: [Double] { get }
  /// The standard deviation of the training residuals at each horizon.
  var deviations: [Double] { get }

  /// The forecast means at the horizons.
  func means(_ window: Window) -> [Double]
}

extension ForecastBaseline {
  /// Forecasts of all windows that have a target, one set for each horizon.
  public func forecasts(
    of windows: [Window], tolerance: Double, channel: Int = 0
  ) -> [GaussianForecasts] {
    var forecasts = horizons.map { _ in GaussianForecasts() }
    for window in windows {
      let means = means(window)
      for (place, horizon) in horizons.enumerated() {
        guard let target = window.target(at: horizon, within: tolerance, channel: channel) else {
          continue
        }
        forecasts[place].append(
          mean: means[place], deviation: deviations[place], observed: target.value)
      }
    }
    return forecasts
  }
}

/// The forecast is the last observation, or the mean of the training histories if there is none.
public struct LastValueBaseline: ForecastBaseline {
  /// The name in reports.
  public let name = "last value"
  public let horizons: [Double]
  public private(set) var deviations: [Double]
  private let channel: Int
  private let mean: Double

  /// Computes the standard deviations of the residuals on training windows.
  public init(fitting windows: [Window], horizons: [Double], tolerance: Double, channel: Int = 0) {
    self.horizons = horizons
    self.channel = channel
    mean = meanValue(windows.lazy.map(\.history), channel: channel)
    deviations = horizons.map { _ in 1 }
    deviations = forecasts(of: windows, tolerance: tolerance, channel: channel).map {
      max($0.rootMeanSquaredError, .leastNormalMagnitude)
    }
  }

  public func means(_ window: Window) -> [Double] {
    let last = window.history.observations(of: channel).values.last ?? mean
    return horizons.map { _ in last }
  }
}

/// The mean of a channel's observed values; 0 if there are none.
func meanValue(_ all: some Sequence<TimeSeries>, channel: Int) -> Double {
  var (sum, count) = (0.0, 0)
  for one in all {
    for row in 0..<one.count {
      guard let value = one.value(row, channel) else { continue }
      sum += value
      count += 1
    }
  }
  return sum / Double(max(count, 1))
}
