import TimeSeries

/// The baselines of classifiers of series.
enum SeriesClassBaselines {
  /// The class frequencies of the training part, and logistic regression on a summary of each
  /// series.
  static func evaluations(
    _ data: SeriesClassData, threads: Int
  ) throws -> [(name: String, evaluation: ClassifierEvaluation)] {
    let split = ClassifierSplit(
      training: summaries(data, data.training), validation: summaries(data, data.validation),
      test: summaries(data, data.test))
    return [
      ("most frequent class", shares(data)),
      (
        "logistic regression on mean, last value and count",
        try LogisticBaseline.evaluation(split, threads: threads)
      ),
    ]
  }

  /// The class frequencies as the probabilities of every series.
  static func shares(_ data: SeriesClassData) -> ClassifierEvaluation {
    let counts = data.classes.indices.map { number in
      data.training.count { data.labels[$0] == number }
    }
    let shares = counts.map { Double($0) / Double(max(data.training.count, 1)) }
    return ClassifierEvaluation(
      classes: data.classes, probabilities: data.test.flatMap { _ in shares },
      labels: data.test.map { data.labels[$0] })
  }

  /// For each channel the mean, the last value and the number of values, and the static covariates.
  ///
  /// A channel without a value in a series gets the mean of the training part.
  static func summaries(_ data: SeriesClassData, _ part: [Int]) -> LabelledData {
    let channels = data.form.normalization.channels
    let features =
      channels.flatMap { ["mean of \($0)", "last of \($0)", "count of \($0)"] }
      + (0..<data.form.covariates.width).map { "covariate \($0 + 1)" }
    let numbers = part.flatMap { number -> [Float] in
      let one = data.series[number]
      var all = channels.map { _ in (sum: 0.0, last: 0.0, count: 0) }
      for piece in one.pieces {
        for row in 0..<piece.count {
          for channel in channels.indices {
            guard let value = piece.value(row, channel) else { continue }
            all[channel] = (all[channel].sum + value, value, all[channel].count + 1)
          }
        }
      }
      let own = all.flatMap {
        [Float($0.sum / Double(max($0.count, 1))), Float($0.last), Float($0.count)]
      }
      return own + one.covariates.map { Float($0) }
    }
    return LabelledData(
      source: data.source, features: features, classes: data.classes,
      labels: part.map { data.labels[$0] }, numbers: numbers, incompleteRows: 0)
  }
}
