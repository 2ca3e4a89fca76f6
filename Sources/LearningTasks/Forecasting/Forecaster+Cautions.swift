import Tables
import TimeSeries

extension Forecaster {
  /// Warnings about data that differ from those of the training: values of another scale, and rows
  /// at another distance.
  func cautions(about file: TimeSeriesFile) -> [DataWarning] {
    var warnings = forecaster.channels.indices.compactMap { scaleCaution(file, channel: $0) }
    let trained = forecaster.parts.clock.spacing
    if file.series.contains(where: { $0.count > 3 }) {
      let found = ForecastData.usualSpacing(file.series)
      if !(0.6...1.67).contains(found / trained) {
        warnings.append(
          DataWarning(source: file.source, .spacingDiffers(found: found, trained: trained)))
      }
    }
    return warnings
  }

  /// A median far outside the values of the training, or nearer with another spread.
  private func scaleCaution(_ file: TimeSeriesFile, channel: Int) -> DataWarning? {
    let values = file.series.prefix(50).flatMap {
      $0.rows(0..<min($0.count, 2_000)).observations(of: channel).values
    }.sorted()
    guard values.count >= 5 else { return nil }
    let normalization = forecaster.normalization
    let (mean, deviation) = (normalization.means[channel], normalization.deviations[channel])
    let median = values[values.count / 2]
    let spread = (values[values.count * 3 / 4] - values[values.count / 4]) / 1.349 / deviation
    let distance = abs(median - mean) / deviation
    guard distance > 4 || distance > 1.5 && !(0.2...5).contains(spread) else { return nil }
    return DataWarning(
      source: file.source,
      .scaleDiffers(
        channel: normalization.channels[channel], median: median, mean: mean, deviation: deviation))
  }

  /// A warning about series with few readings before the forecast, and one about times later than
  /// those of the training.
  func cautions(
    about examples: [(id: String, readings: Int)], times: [Double], source: String
  ) -> [DataWarning] {
    var warnings: [DataWarning] = []
    let needed = min(recipe.minimumHistory, neededReadings)
    let short = examples.filter { $0.readings < needed }
    if let first = short.min(by: { $0.readings < $1.readings }) {
      warnings.append(
        DataWarning(
          source: source,
          .shortContext(
            id: first.id, readings: first.readings, needed: needed, count: short.count)))
    }
    let future = recipe.future ?? 1
    if let last = times.max(), last > future * 1.001 {
      warnings.append(DataWarning(source: source, .beyondTraining(time: last, future: future)))
    }
    return warnings
  }

  /// Half the rows of a history.
  private var neededReadings: Int {
    max(2, Int(min((recipe.history ?? 1) / forecaster.parts.clock.spacing, 1e9)) / 2)
  }
}
