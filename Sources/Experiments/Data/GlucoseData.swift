/// The bundled glucose readings and the windows that the default experiment is made of.
public enum GlucoseData {
  /// 6.5 months of readings of one person every 5 minutes, in mg/dL over hours; drop-outs are missing rows.
  ///
  /// Three times occur twice in the file and get the mean of their readings.
  public static func series() throws(DataError) -> TimeSeriesFile {
    let options = TimeSeriesOptions(
      timeColumn: "datetime", channels: ["glucose"], unit: .hours, duplicates: .average)
    var reader = TimeSeriesReader(CSVReader(try BundledData.source("cgm.csv.gz")), options)
    return try reader.read()
  }

  /// Four hours of history, two of future, a window every half hour; a reading stands for a horizon if it
  /// is at most 2.5 minutes away, half the sensor's interval; a history has an hour's worth of readings at least.
  public static let plan = WindowPlan(
    history: 4, future: 2, stride: 0.5, minimumHistory: 12, tolerance: 2.5 / 60)

  /// The horizons at which forecasts are judged, in hours.
  public static let horizons: [Double] = [0.5, 1, 2]
}

extension GlucoseData {
  /// Gaps of a length in hours with two hours of readings on both sides, one an hour.
  public static func gapPlan(length: Double) -> GapPlan {
    GapPlan(length: length, context: 2, stride: 1, minimumVisible: 12)
  }

  /// The lengths of hidden gaps, in hours.
  public static let gapLengths: [Double] = [0.5, 1, 2]
}

extension GlucoseData {
  /// Last value and linear autoregression, fitted on windows of the training part every five minutes.
  ///
  /// Every reading serves as a moment once, so that autoregression is as good as it can be.
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
