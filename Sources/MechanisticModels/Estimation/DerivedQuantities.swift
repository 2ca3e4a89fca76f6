import NumericCore

/// What follows from the unknowns of a fit: constants of the equations, and predictions at times.
///
/// A constant that depends on a parameter that differs between the experiments has a value in each of them, `halflife[a]`.
struct DerivedQuantities {
  private struct Constants {
    var experiment: Int
    var isOwn: Bool
    var constants: DerivedConstants
  }

  private let constants: [Constants]
  /// What is predicted in every experiment, with its place among the sources.
  private let predictions: [(prediction: EquationSystem.Prediction, source: Int)]

  /// - Parameter predicted: places of the predictions among the sources.
  init(_ system: EquationSystem, _ models: [ExperimentModel], predicted: [Int]) {
    let estimated = models.map(Self.estimated)
    let differing = Set(
      system.parameters.indices.filter { parameter in
        Set(models.indices.map { estimated[$0][parameter] }).count > 1
          || Set(models.map { $0.parameters[parameter] }).count > 1
      })
    func constants(_ experiment: Int, isOwn: Bool) -> Constants {
      let parameters = estimated[experiment].sorted { $0.key < $1.key }
        .map { (parameter: $0.key, place: $0.value) }
      return Constants(
        experiment: experiment, isOwn: isOwn,
        constants: DerivedConstants(
          system, parameters: parameters, differing: differing, isOwn))
    }
    self.constants =
      [constants(0, isOwn: false)]
      + (differing.isEmpty ? [] : models.indices.map { constants($0, isOwn: true) })
    predictions = Array(zip(system.predictions, predicted))
  }

  /// Places among the unknowns of the parameters that are estimated in an experiment.
  private static func estimated(_ model: ExperimentModel) -> [Int: Int] {
    var places: [Int: Int] = [:]
    for (unknown, place) in zip(model.structure.unknowns, model.places) {
      if case .parameter(let parameter) = unknown { places[parameter] = place }
    }
    return places
  }

  /// Values, and derivatives by the search's coordinates; nil if the equations cannot be solved.
  func values(of problem: FitProblem, at z: [Double]) -> [DerivedValue]? {
    let slopes = zip(problem.scales, z).map { $0.slope($1) }
    let values = problem.values(at: z)
    var result = constants.flatMap { own in
      let model = problem.models[own.experiment]
      return own.constants.values(
        parameters: model.values(at: values).parameters, slopes: slopes
      ).map { derived in
        var derived = derived
        if own.isOwn { derived.name = FitSetup.name(derived.name, in: model.experiment.id) }
        return derived
      }
    }
    if predictions.isEmpty { return result }
    for (number, model) in problem.models.enumerated() {
      let times = Set(predictions.map(\.prediction.time) + [model.start.time]).sorted()
      guard
        let found = problem.solution(of: number, at: times, values: values, derivatives: true)
      else { return nil }
      let reader = SourceReader(
        observations: found, sources: problem.sources.count, places: model.places, slopes: slopes,
        derivatives: true)
      for (prediction, source) in predictions {
        guard let row = times.firstIndex(of: prediction.time) else { continue }
        let (value, slopes) = reader.value(of: source, at: row)
        let quantity =
          problem.models.count == 1
          ? prediction.quantity : FitSetup.name(prediction.quantity, in: model.experiment.id)
        result.append(
          DerivedValue(
            name: "\(quantity) at \(shortText(prediction.time))", value: value, gradient: slopes))
      }
    }
    return result
  }
}

extension FitProblem {
  package func derivedValues(at z: [Double]) -> [DerivedValue]? {
    quantities.values(of: self, at: z)
  }
}
