import MechanisticModels
import Training

/// The parameters of many experiments with few data each, by a GOKU-net that is trained on all of them.
///
/// Every series is read whole, from the time at which its initial values hold, with its doses and known values, as `ParameterFit`
/// reads it.
public struct SubjectTask: LearningTask {
  /// The configuration.
  public var recipe: SubjectRecipe

  /// The task of a configuration.
  public init(_ recipe: SubjectRecipe) { self.recipe = recipe }

  public func examples() throws -> SubjectData { try SubjectData(recipe) }

  public func warnings(about data: SubjectData) -> [String] { data.warnings }

  public func trainings(
    on data: SubjectData, threads: Int
  ) throws -> [TaskTraining<SubjectEstimator>] {
    let (recipe, scales) = (recipe, data.inference.scales)
    return [
      TaskTraining(
        data.inference.trainer(), from: data.inference.startingState, recipe: recipe
      ) {
        SubjectEstimator(recipe: recipe, network: $0.best.network, scales: scales)
      }
    ]
  }

  public func evaluate(
    _ model: SubjectEstimator, beside others: [SubjectEstimator], on data: SubjectData,
    threads: Int
  ) throws -> SubjectEvaluation {
    try model.evaluation(on: data)
  }

  public func result(
    of outcome: TrainingOutcome<SubjectTask>, in directory: String
  ) -> TaskResult {
    outcome.evaluation.result(run: directory)
  }

  public static func measure(
    _ model: SubjectEstimator, on data: MeasuredData
  ) throws -> TaskMeasurement {
    let found = try model.data(data.file, isTraining: data.isTraining)
    return TaskMeasurement(
      try model.evaluation(on: found).result(run: data.run), source: found.source,
      isTestPart: false, warnings: found.warnings)
  }

  /// Times, the order of dates, and a file of parameters.
  public static var predictionOptions: Set<PredictionOption> { [.at, .dates, .parameters] }

  public static func predict(
    with model: SubjectEstimator, _ request: PredictionRequest
  ) throws -> Prediction {
    var model = model
    if let dates = request.dates { model.recipe.reading.dates = dates }
    let data = try model.data(request.file, isTraining: false)
    let evaluation = try model.evaluation(on: data) { experiment in
      let last = experiment.measurements.map(\.time).max() ?? 0
      return request.times?.map { last + $0 } ?? experiment.measuredTimes
    }
    return evaluation.prediction(on: data.axis)
  }
}

extension Experiment {
  /// The times of measurements, in order, each once.
  fileprivate var measuredTimes: [Double] { Set(measurements.map(\.time)).sorted() }
}

extension SubjectEstimator {
  /// Experiments for a trained model.
  ///
  /// Doses and known values of the training's own files belong to its data alone.
  func data(_ file: String?, isTraining: Bool) throws -> SubjectData {
    var recipe = recipe
    if let file { recipe.file = file }
    if !isTraining { (recipe.doses, recipe.conditions) = (nil, nil) }
    return try SubjectData(recipe, scales: scales)
  }

  /// Posteriors and curves of experiments.
  ///
  /// - Parameter times: of the curves; `nil` for 101 from the start to the last measurement.
  func evaluation(
    on data: SubjectData, at times: ((Experiment) -> [Double])? = nil
  ) throws -> SubjectEvaluation {
    let inference = data.inference
    do {
      let posterior = try inference.posterior(by: network)
      return SubjectEvaluation(
        law: inference.law, source: data.source,
        subjects: inference.subjects(by: network, posterior),
        curves: inference.curves(
          by: network, posterior,
          at: times.map { inference.experiments.map($0) } ?? inference.evenTimes(101)))
    } catch let problem as SubjectInference.Problem {
      throw SubjectDataError(source: data.source, problem: problem)
    }
  }
}
