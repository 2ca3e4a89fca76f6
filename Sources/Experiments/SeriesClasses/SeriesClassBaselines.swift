import NumericCore

/// What a classifier of series must beat.
enum SeriesClassBaselines {
  /// The shares of the classes in the training part, and logistic regression on a summary of each series.
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

  /// Every series gets the shares of the classes as its probabilities.
  static func shares(_ data: SeriesClassData) -> ClassifierEvaluation {
    let counts = data.classes.indices.map { number in
      data.training.count { data.labels[$0] == number }
    }
    let shares = counts.map { Double($0) / Double(max(data.training.count, 1)) }
    return ClassifierEvaluation(
      classes: data.classes, probabilities: data.test.flatMap { _ in shares },
      labels: data.test.map { data.labels[$0] })
  }

  /// Of each channel the mean, the last value and the number of values, and what is known of the series.
  ///
  /// A channel that was never observed in a series counts as the training part's mean.
  static func summaries(_ data: SeriesClassData, _ part: [Int]) -> LabelledData {
    let channels = data.form.normalization.channels
    let features =
      channels.flatMap { ["mean of \($0)", "last of \($0)", "count of \($0)"] }
      + (0..<data.form.covariates.width).map { "covariate \($0 + 1)" }
    let numbers = part.flatMap { number -> [Float] in
      let one = data.series[number]
      let own = channels.indices.flatMap { channel -> [Float] in
        let values = one.observations(of: channel).values
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        return [Float(mean), Float(values.last ?? 0), Float(values.count)]
      }
      return own + one.covariates.map { Float($0) }
    }
    return LabelledData(
      source: data.source, features: features, classes: data.classes,
      labels: part.map { data.labels[$0] }, numbers: numbers, incompleteRows: 0)
  }
}
