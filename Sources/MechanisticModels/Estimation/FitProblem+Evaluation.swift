extension FitProblem: FitObjective {
  package var noiseUnknowns: Set<Int> {
    Set(
      unknowns.indices.filter {
        if case .noise = unknowns[$0].target { true } else { false }
      })
  }

  package var censoredCount: Int {
    models.reduce(0) { $0 + $1.data.count { $0.value.isCensored } }
  }

  package var estimatesNoise: Bool {
    let isKnown = models.allSatisfy { $0.data.allSatisfy { $0.standardError != nil } }
    return !isKnown
      && observables.contains { observable in
        observable.arguments.contains { argument in
          switch argument {
          case .profiled, .unknown: !observable.noise.isCount
          case .known, .source: false
          }
        }
      }
  }

  package func met(from z: [Double], segments: Int?) -> [Double]? {
    guard models.contains(where: { $0.times.count >= 4 }), !fit.preEquilibrates else { return nil }
    return MultipleShooting(self, segments: segments).search(from: z)
  }

  package func restricted(toPart part: Double) -> (any FitObjective)? {
    let data = models.reduce(0) { sum, model in
      let count = model.count(ofPart: part)
      return sum + model.data.count { $0.time < count }
    }
    let others = unknowns.count { $0.weightDeviation == nil && $0.prior == nil }
    let isShort =
      models.allSatisfy { $0.count(ofPart: part) < min(3, $0.times.count) }
      || models.allSatisfy { $0.count(ofPart: part) == $0.times.count }
    return data < others || isShort ? nil : PartialObjective(problem: self, part: part)
  }
  /// A measured value with what the equations give for it.
  struct Prediction {
    /// Place of the experiment and of the datum in it.
    var experiment: Int
    var datum: ExperimentModel.Datum
    /// `f`.
    var value: Double
    /// Its derivatives by the coordinates of the search; empty if there are none.
    var slopes: [Double]
    /// Arguments of its noise, and the derivatives of their logarithms.
    var arguments: (Double, Double) = (1, 1)
    var argumentSlopes: ([Double], [Double]) = ([], [])
  }

  package func evaluate(at z: [Double], derivatives: Bool) -> FitEvaluation? {
    evaluate(at: z, derivatives: derivatives, part: 1)
  }

  /// The same of the first part of the times of every experiment.
  func evaluate(at z: [Double], derivatives: Bool, part: Double) -> FitEvaluation? {
    guard var predictions = predictions(at: z, derivatives: derivatives, part: part) else {
      return nil
    }
    let sizes = set(sizesOf: &predictions, z)
    guard
      let terms = FitTerms(
        predictions, z, derivatives: derivatives, sizes: sizes, of: self)
    else { return nil }
    return terms.evaluation
  }

  /// What each datum adds to the objective; nil if the equations cannot be solved.
  func terms(
    at z: [Double], part: Double = 1
  ) -> [(prediction: Prediction, term: NoiseTerm)]? {
    guard var predictions = predictions(at: z, derivatives: false, part: part) else { return nil }
    _ = set(sizesOf: &predictions, z)
    var result: [(prediction: Prediction, term: NoiseTerm)] = []
    for prediction in predictions {
      guard let term = term(of: prediction) else { return nil }
      result.append((prediction, term))
    }
    return result
  }

  /// Derivatives of the priors and penalties by the coordinates of the search.
  func priorGradient(at z: [Double], part: Double) -> [(place: Int, slope: Double)] {
    guard let predictions = predictions(at: z, derivatives: false, part: part),
      let terms = FitTerms(
        priorsOf: self, z,
        sizes: noiseSizes(of: predictions, weightSquares: weightSquares(at: z)))
    else { return [] }
    return terms.evaluation.residuals.indices.flatMap { row in
      z.indices.compactMap { place in
        let slope = terms.evaluation.jacobian[row * z.count + place]
        return slope == 0 ? nil : (place, slope * terms.evaluation.residuals[row])
      }
    }
  }

  /// Sets the sizes of noise that fit best, where they are profiled; returns them by observable.
  private func set(sizesOf predictions: inout [Prediction], _ z: [Double]) -> [Int: Double] {
    let sizes = noiseSizes(of: predictions, weightSquares: weightSquares(at: z))
    for place in predictions.indices {
      if let size = sizes[predictions[place].datum.observable] {
        predictions[place].arguments.0 = size
      }
    }
    return sizes
  }

  func term(of prediction: Prediction) -> NoiseTerm? {
    let observable = observables[prediction.datum.observable]
    var (noise, arguments) = (observable.noise, prediction.arguments)
    if let error = prediction.datum.standardError, !noise.isCount {
      // A known standard deviation takes the place of the noise's own size.
      switch noise {
      case .lognormal: arguments.0 = error / prediction.datum.value.number.magnitude
      case .student: arguments.0 = error
      default:
        noise = .normal
        arguments.0 = error
      }
    }
    return NoiseTerm(
      noise, of: prediction.datum.value, value: prediction.value, arguments: arguments)
  }

  /// What the equations give for every measured value among the first part of the times; nil if they cannot be solved.
  func predictions(at z: [Double], derivatives: Bool, part: Double) -> [Prediction]? {
    let values = values(at: z)
    let slopes = zip(unknowns, z).map { $0.scale.slope($1) }
    var result: [Prediction] = []
    for number in models.indices {
      let model = models[number]
      let count = model.count(ofPart: part)
      let times = Array(model.times.prefix(count))
      guard
        let found = solution(of: number, at: times, values: values, derivatives: derivatives)
      else { return nil }
      let reader = SourceReader(
        observations: found, sources: sources.count, places: model.places, slopes: slopes,
        derivatives: derivatives)
      for datum in model.data where datum.time < times.count {
        result.append(prediction(of: datum, in: number, reader, values))
      }
    }
    return result
  }

  private func prediction(
    of datum: ExperimentModel.Datum, in number: Int, _ reader: SourceReader, _ values: [Double]
  ) -> Prediction {
    let observable = observables[datum.observable]
    var (value, slopes) = reader.value(of: observable.source, at: datum.time)
    if let since = datum.since {
      let (before, beforeSlopes) = reader.value(of: observable.source, at: since)
      value -= before
      slopes = zip(slopes, beforeSlopes).map { $0 - $1 }
    }
    var prediction = Prediction(experiment: number, datum: datum, value: value, slopes: slopes)
    for (place, argument) in observable.arguments.enumerated() {
      var (size, slopes) = (1.0, [Double]())
      switch argument {
      case .profiled: break
      case .known(let known): size = known
      case .source(let source):
        (size, slopes) = reader.value(of: source, at: datum.time)
        slopes = slopes.map { $0 / size }
      case .unknown(let unknown):
        size = values[unknown]
        if !reader.slopes.isEmpty && reader.derivatives {
          slopes = unknowns.indices.map { $0 == unknown ? reader.slopes[$0] / size : 0 }
        }
      }
      if place == 0 {
        (prediction.arguments.0, prediction.argumentSlopes.0) = (size, slopes)
      } else {
        (prediction.arguments.1, prediction.argumentSlopes.1) = (size, slopes)
      }
    }
    return prediction
  }
}

/// The objective of the first part of the times of every experiment.
private final class PartialObjective: FitObjective {
  private let problem: FitProblem
  private let part: Double

  init(problem: FitProblem, part: Double) {
    self.problem = problem
    self.part = part
  }

  var names: [String] { problem.names }
  var scales: [ParameterScale] { problem.scales }
  var start: [Double] { problem.start }
  var noiseUnknowns: Set<Int> { problem.noiseUnknowns }
  var estimatesNoise: Bool { problem.estimatesNoise }
  var weightDeviations: [Double?] { problem.weightDeviations }
  var solves: Int { problem.solves }

  func evaluate(at z: [Double], derivatives: Bool) -> FitEvaluation? {
    problem.evaluate(at: z, derivatives: derivatives, part: part)
  }
}

/// The sources of one experiment's solve with their derivatives by all unknowns of the search.
struct SourceReader {
  let observations: [[Double]]
  let sources: Int
  let places: [Int]
  /// `d value / dz` of all unknowns.
  let slopes: [Double]
  let derivatives: Bool

  func value(of source: Int, at time: Int) -> (value: Double, slopes: [Double]) {
    let row = observations[time]
    guard derivatives else { return (row[source], []) }
    var result = [Double](repeating: 0, count: slopes.count)
    for (unknown, place) in places.enumerated() {
      result[place] = row[(1 + unknown) * sources + source] * slopes[place]
    }
    return (row[source], result)
  }
}
