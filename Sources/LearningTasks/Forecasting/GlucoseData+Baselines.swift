public import BundledData
public import TimeSeries

extension GlucoseData {
  /// Gaps of a length in hours with two hours of observations on both sides, one gap per hour.
  public static func gapPlan(length: Double) -> GapPlan {
    GapPlan(length: length, context: 2, stride: 1, minimumVisible: 12)
  }

  /// The lengths of hidden gaps, in hours.
  public static let gapLengths: [Double] = [0.5, 1, 2]
}

extension GlucoseData {
  /// Last value and linear autoregression, fitted on windows of the training part every five
  /// minutes.
  ///
  /// Every observation is a forecast origin once, which gives autoregression all training data.
  public static func baselines(
    _ series: TimeSeries, _ split: TimeSplit
  ) -> [any ForecastBaseline] {
    var dense = plan
    dense.stride = 5.0 / 60
    let windows = dense.windows(of: series, in: split.training)
    return [
      LastValueBaseline(fitting: windows, horizons: horizons, tolerance: plan.tolerance),
      AutoregressionBaseline(
        fitting: windows, horizons: horizons, history: plan.history, spacing: 5.0 / 60,
        tolerance: plan.tolerance),
    ]
  }
}
