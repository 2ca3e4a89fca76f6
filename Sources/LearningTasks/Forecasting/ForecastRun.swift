import Reports
import Tables
import TimeSeries
import MechanisticModels
public import NumericCore
import Tensors
public import Training

/// The main job: trains a recipe, evaluates it, and leaves a run folder.
public struct ForecastRun: Sendable {
  public var recipe: ForecastRecipe
  public var directory: String
  public var threads: Int
  /// Whether a checkpoint in the folder is continued.
  public var resumes: Bool
  /// Hears what becomes of the run folder.
  package var whenNoticed: @Sendable (RunFolder.Notice) -> Void = { _ in }

  public init(recipe: ForecastRecipe, directory: String, threads: Int, resumes: Bool) {
    self.recipe = recipe
    self.directory = directory
    self.threads = threads
    self.resumes = resumes
  }

  /// What a run leaves.
  public struct Outcome: Sendable {
    public var file: ForecastModelFile
    public var data: ForecastData
    public var evaluation: ForecastEvaluation
    public var history: [StepRecord]
    public var steps: Int
    public var trainingSeconds: Double
    public var parameterCount: Int
    /// Of a GOKU-net: parameters of every series.
    public var inferred: InferredParameters?
    /// Owned until the report is written.
    var folder: RunFolder
  }

  /// Trains and evaluates; bad data are found before anything is written.
  public func run(progress: ProgressReporter?, stop: StopRequest?) throws -> Outcome {
    try run(on: try ForecastData(recipe), progress: progress, stop: stop)
  }

  /// The same on the recipe's data, read already.
  public func run(
    on data: ForecastData, progress: ProgressReporter?, stop: StopRequest?
  ) throws -> Outcome {
    let builder = data.recipe.builder(
      clock: data.clock, channels: data.channels.count, covariates: data.covariates.width)
    let folder = RunFolder(directory, resumes: resumes, whenNoticed: whenNoticed)
    // Checkpoints are read before anything is written.
    let main = try prepared(data.recipe, builder, data, folder)
    let other = try recipe.beside.map { kind in
      var recipe = data.recipe
      (recipe.model, recipe.beside) = (kind, nil)
      return try prepared(recipe, builder, data, folder, name: kind.rawValue)
    }
    try folder.begin(data.recipe, isContinued: main.isContinued)

    let trained = try main.train(progress, stop)
    let file = ForecastModelFile(
      recipe: data.recipe, covariates: data.covariates, forecaster: trained.forecaster)
    try file.write(to: RunFolder.model(in: directory))
    var beside: [SeriesForecaster] = []
    if let other {
      let forecaster = try other.train(progress, stop).forecaster
      try ForecastModelFile(
        recipe: other.recipe, covariates: data.covariates, forecaster: forecaster
      ).write(to: ForecastModelFile.path(of: other.recipe.model, in: directory))
      beside.append(forecaster)
    }
    return Outcome(
      file: file, data: data,
      evaluation: try ForecastEvaluation(trained.forecaster, beside: beside, on: data),
      history: trained.history, steps: trained.steps, trainingSeconds: trained.seconds,
      parameterCount: trained.forecaster.parameterCount,
      inferred: data.inferredParameters(by: trained.forecaster), folder: folder)
  }

  /// A training that could begin.
  private struct Prepared {
    var recipe: ForecastRecipe
    var isContinued: Bool
    var train: (_ progress: ProgressReporter?, _ stop: StopRequest?) throws -> Trained
  }

  /// A trained model and its training.
  private struct Trained {
    var forecaster: SeriesForecaster
    var history: [StepRecord]
    var steps: Int
    var seconds: Double
  }

  private func prepared(
    _ recipe: ForecastRecipe, _ builder: LatentBatchBuilder, _ data: ForecastData,
    _ folder: RunFolder, name: String = RunFolder.main
  ) throws -> Prepared {
    let key = RandomKey(UInt64(recipe.seed)).folding(in: 100)
    if let recurrent = recipe.model.recurrent {
      let rows = RecurrentBatchBuilder(builder)
      return try prepared(
        recipe.network.recurrent(recurrent, for: builder, key: key),
        RecurrentForecastLoss(varianceWeighting: recipe.varianceWeighting), rows, data,
        (recipe, folder, name)
      ) {
        .recurrent(
          recipe.model,
          RecurrentForecaster(model: $0, builder: rows, normalization: data.normalization))
      }
    }
    if recipe.model == .goku {
      return try prepared(
        recipe.law.model(
          try knownLaw(data), for: builder, data.normalization,
          tolerance: recipe.network.tolerance, key: key),
        ForecastLoss<EquationGOKU>(varianceWeighting: recipe.varianceWeighting), builder, data,
        (recipe, folder, name)
      ) {
        .law(LawForecaster(model: $0, builder: builder, normalization: data.normalization))
      }
    }
    return try prepared(
      recipe.network.model(for: builder, key: key),
      ForecastLoss<ForecastModel>(varianceWeighting: recipe.varianceWeighting), builder, data,
      (recipe, folder, name)
    ) {
      .latentODE(
        LatentForecaster(model: $0, builder: builder, normalization: data.normalization))
    }
  }

  private func prepared<Evaluator: ShardEvaluator, Builder: ExampleBatchBuilder>(
    _ model: Evaluator.Model, _ loss: Evaluator, _ builder: Builder, _ data: ForecastData,
    _ place: (recipe: ForecastRecipe, folder: RunFolder, name: String),
    forecaster: @escaping (Evaluator.Model) -> SeriesForecaster
  ) throws -> Prepared where Evaluator.Batch == Builder.Batch {
    // A baseline beside a GOKU-net forecasts and fills, and reconstructs nothing.
    let reconstructs = place.recipe.model == .goku
    var training = task(data.training, data, builder, stride: 1, reconstructs)
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
    let validation = task(
      data.validation, data, builder, stride: max(1, training.momentCount / 5_000),
      reconstructs)
    let trainer = Trainer(
      loss, training: training, validation: validation, options: options(rows: training.count))
    var one = try RunTraining(
      trainer, from: initialState(model, steps: trainer.totalSteps), recipe: place.recipe,
      folder: place.folder, name: place.name)
    return Prepared(recipe: place.recipe, isContinued: one.isContinued) { progress, stop in
      try one.run(progress: progress, stop: stop)
      return Trained(
        forecaster: forecaster(one.state.best), history: one.history, steps: one.state.step,
        seconds: one.state.wall)
    }
  }

  private func task<Builder: ExampleBatchBuilder>(
    _ part: [TimeSeries], _ data: ForecastData, _ builder: Builder, stride: Int,
    _ reconstructs: Bool
  ) -> ForecastTask<Builder> {
    var plan = ForecastTaskPlan(
      history: data.plan.history, future: data.plan.future,
      minimumHistory: data.plan.minimumHistory, fillShare: recipe.fillShare,
      divergenceWeight: recipe.divergenceWeight, annealingSteps: recipe.steps * 3 / 10)
    plan.reconstructs = reconstructs
    return ForecastTask(
      part.map { data.normalization.normalized($0) }, plan, builder: builder, stride: stride)
  }

  private func knownLaw(_ data: ForecastData) throws -> KnownLaw {
    try KnownLaw(
      data.recipe.law, channels: data.channels, normalization: data.normalization,
      timeScale: 1 / data.clock.units(1))
  }

  private func totalSteps(rows: Int) -> Int {
    recipe.epochs.map { $0 * max(1, rows / recipe.batchSize) } ?? recipe.steps
  }

  private func options(rows: Int) -> TrainingOptions {
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

extension ForecastRun.Outcome {
  /// Writes `report.html` and `evaluation.json`.
  ///
  /// - Parameter warnings: sentences about the data, for the report.
  public func writeReport(
    to directory: String, warnings: [String] = []
  ) throws(FileError) {
    try ForecastReport(outcome: self, warnings: warnings).report().write(
      to: directory + "/report.html", followsLinks: false)
    if let inferred {
      try Files.writeAtomically(
        inferred.csv, to: directory + "/parameters.csv", followsLinks: false)
    }
    try Files.writeAtomically(
      json(run: directory).text(indented: true) + "\n", to: directory + "/evaluation.json",
      followsLinks: false)
  }

  /// The evaluation as a document.
  package func json(run: String) -> JSONValue {
    evaluation.json(
      run: run,
      facts: [
        ("trainingSeconds", .number(trainingSeconds)), ("steps", JSONValue(steps)),
        ("parameters", JSONValue(parameterCount)),
      ] + (inferred.map { [("inferred", $0.json)] } ?? []))
  }
}
