import NumericCore
import MechanisticModels
import Tables
import Tensors
import TimeSeries
import Training

/// Forecasting and imputation of time series.
public struct ForecastTask: LearningTask {
  public var recipe: ForecastRecipe

  public init(_ recipe: ForecastRecipe) { self.recipe = recipe }

  public func examples() throws -> ForecastData { try ForecastData(recipe) }

  public func recipe(for data: ForecastData) -> ForecastRecipe { data.recipe }

  public func warnings(about data: ForecastData) -> [String] { data.warnings.map(\.sentence) }

  public func trainings(
    on data: ForecastData, threads: Int
  ) throws -> [TaskTraining<Forecaster>] {
    let main = try training(recipe, data, threads)
    guard let kind = recipe.beside else { return [main] }
    var other = recipe
    (other.model, other.beside) = (kind, nil)
    return [main, try training(other, data, threads, name: kind.rawValue)]
  }

  public func evaluate(
    _ model: Forecaster, beside others: [Forecaster], on data: ForecastData, threads: Int
  ) throws -> ForecastEvaluation {
    var evaluation = try ForecastEvaluation(
      model.forecaster, beside: others.map(\.forecaster), on: data)
    evaluation.inferred = data.inferredParameters(by: model.forecaster)
    return evaluation
  }

  private func training(
    _ recipe: ForecastRecipe, _ data: ForecastData, _ threads: Int, name: String? = nil
  ) throws -> TaskTraining<Forecaster> {
    let anchor = recipe.model == .goku ? nil : data.anchor
    let builder = data.recipe.builder(
      clock: data.clock, channels: data.channels.count, covariates: data.covariates.width,
      hasAnchor: anchor != nil)
    let key = RandomKey(UInt64(recipe.seed)).folding(in: 100)
    let normalization = data.normalization
    if let recurrent = recipe.model.recurrent {
      let rows = RecurrentBatchBuilder(builder)
      return try training(
        recipe.network.recurrent(recurrent, for: builder, key: key),
        RecurrentForecastLoss(varianceWeighting: recipe.varianceWeighting), rows, data,
        (recipe, anchor, name, threads)
      ) {
        .recurrent(
          recipe.model,
          RecurrentForecaster(model: $0, builder: rows, normalization: normalization))
      }
    }
    if recipe.model == .goku {
      return try training(
        recipe.law.model(
          try mechanism(data), for: builder, normalization, tolerance: recipe.network.tolerance,
          key: key),
        ForecastLoss<EquationGOKU>(varianceWeighting: recipe.varianceWeighting), builder, data,
        (recipe, nil, name, threads)
      ) {
        .law(MechanismForecaster(model: $0, builder: builder, normalization: normalization))
      }
    }
    return try training(
      recipe.network.model(for: builder, key: key),
      ForecastLoss<ForecastModel>(varianceWeighting: recipe.varianceWeighting), builder, data,
      (recipe, anchor, name, threads)
    ) {
      .latentODE(LatentForecaster(model: $0, builder: builder, normalization: normalization))
    }
  }

  private func training<Evaluator: ShardEvaluator, Builder: ExampleBatchBuilder>(
    _ model: Evaluator.Model, _ loss: Evaluator, _ builder: Builder, _ data: ForecastData,
    _ place: (recipe: ForecastRecipe, anchor: Anchor?, name: String?, threads: Int),
    network: @escaping @Sendable (Evaluator.Model) -> SeriesForecaster.Network
  ) throws -> TaskTraining<Forecaster> where Evaluator.Batch == Builder.Batch {
    // A baseline of a GOKU-net forecasts and imputes, and does not reconstruct the history.
    let reconstructs = place.recipe.model == .goku
    var training = examples(
      data.training, data, builder, place.anchor, stride: 1, reconstructs)
    if training.count == 0 {
      throw DataError(
        source: data.source,
        .partTooShort(
          window: data.plan.history + data.plan.future,
          span: data.training.map(\.span).max() ?? 0, spacing: data.clock.spacing))
    }
    let total = totalSteps(rows: training.count)
    training.plan.annealingSteps = total * 3 / 10
    training.plan.growingSteps = Int((data.recipe.growingShare ?? 0) * Double(total))
    let validation = examples(
      data.validationWithHistory, data, builder, place.anchor,
      stride: max(1, training.momentCount / 5_000), reconstructs)
    let trainer = Trainer(
      loss, training: training, validation: validation,
      options: options(rows: training.count, threads: place.threads))
    let (recipe, anchor, covariates) = (place.recipe, place.anchor, data.covariates)
    return TaskTraining(
      trainer, from: initialState(model, steps: trainer.totalSteps), recipe: recipe,
      name: place.name
    ) {
      let forecaster = SeriesForecaster(network($0.best), anchor: anchor)
      return Forecaster(
        recipe: recipe, covariates: covariates, forecaster: forecaster.adjusted(on: data))
    }
  }

  private func examples<Builder: ExampleBatchBuilder>(
    _ part: [TimeSeries], _ data: ForecastData, _ builder: Builder, _ anchor: Anchor?,
    stride: Int, _ reconstructs: Bool
  ) -> ForecastExamples<Builder> {
    var plan = ForecastExamplePlan(
      history: data.plan.history, future: data.plan.future,
      minimumHistory: data.plan.minimumHistory, fillShare: recipe.fillShare,
      divergenceWeight: recipe.divergenceWeight, annealingSteps: recipe.steps * 3 / 10)
    plan.reconstructs = reconstructs
    return ForecastExamples(
      part, plan, builder: builder, normalization: data.normalization, anchor: anchor,
      stride: stride)
  }

  private func mechanism(_ data: ForecastData) throws -> Mechanism {
    try Mechanism(
      data.recipe.law, channels: data.channels, normalization: data.normalization,
      timeScale: 1 / data.clock.units(1))
  }

  private func totalSteps(rows: Int) -> Int {
    recipe.epochs.map { $0 * max(1, rows / recipe.batchSize) } ?? recipe.steps
  }

  private func options(rows: Int, threads: Int) -> TrainingOptions {
    let length: TrainingInterval = recipe.epochs.map { .epochs($0) } ?? .steps(recipe.steps)
    let interval = TrainingInterval.steps(max(1, totalSteps(rows: rows) / recipe.validations))
    return TrainingOptions(
      length: length, batchSize: recipe.batchSize, shardSize: recipe.shardSize, threads: threads,
      seed: UInt64(recipe.seed), gradientClip: recipe.gradientClip, validationInterval: interval,
      checkpointInterval: interval, logInterval: 10)
  }

  private func initialState<Model: TensorTree>(
    _ model: Model, steps: Int
  ) -> TrainingState<Model> {
    let warmUp = min(100, steps / 10)
    let schedule = Schedule.warmUp(
      over: warmUp,
      then: .cosine(
        from: recipe.learningRate, to: recipe.learningRate / 400, over: max(1, steps - warmUp)))
    return TrainingState(model: model, optimizer: Adam(for: model, learningRate: schedule))
  }
}
