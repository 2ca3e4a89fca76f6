import Tables
import TimeSeries

extension Forecaster {
  /// The series of a file that the model is applied to, with their covariates; the channels are the
  /// model's.
  ///
  /// - Throws: `DataError` for invalid data, `RunError` if the file lacks a channel of the model.
  func data(of path: String) throws -> TimeSeriesFile {
    let channels = forecaster.normalization.channels
    var reading = recipe.reading
    // A model of the bundled data accepts a file of any layout.
    if recipe.file == nil { (reading.layout, reading.timeColumn) = (.automatic, nil) }
    let file = try reading.seriesOfPrediction(
      path, known: (channels: channels, statics: covariates.names))
    let found = file.series.first?.channels ?? []
    guard found == channels else { throw RunError.channelsDiffer(model: channels, data: found) }
    let warnings =
      file.warnings.forPrediction + covariates.warnings(file.attributes, source: file.source)
      + file.neverObserved
    let series = file.series.enumerated().map { number, one in
      one.with(covariates: covariates.values(file.attributes, series: number))
    }
    return TimeSeriesFile(
      source: file.source, series: series, axis: file.axis,
      warnings: warnings + cautions(about: file),
      attributes: file.attributes, passedOver: file.passedOver)
  }
}
