public import TimeSeries
public import Tables

/// The bundled glucose readings and the windows that the default experiment is made of.
public enum GlucoseData {
  /// 6.5 months of readings of one person every 5 minutes, in mg/dL over hours; drop-outs are
  /// missing rows.
  ///
  /// Three times occur twice in the file; their readings are averaged.
  public static func series() throws(DataError) -> TimeSeriesFile {
    let options = TimeSeriesOptions(
      timeColumn: "datetime", channels: ["glucose"], unit: .hours, duplicates: .average)
    var reader = TimeSeriesReader(CSVReader(try BundledData.source("cgm.csv.gz")), options)
    return try reader.read()
  }

  /// Four hours of history, two of future, a window every half hour; a reading is used for a
  /// horizon if it is at most 2.5 minutes away, half the sensor's interval; a history has at least
  /// an hour's worth of readings.
  public static let plan = WindowPlan(
    history: 4, future: 2, stride: 0.5, minimumHistory: 12, tolerance: 2.5 / 60)

  /// The horizons at which forecasts are judged, in hours.
  public static let horizons: [Double] = [0.5, 1, 2]
}
