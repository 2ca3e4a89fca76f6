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
    if recipe.model == .goku { _ = try knownLaw(data) }
    try Files.createDirectory(directory)
    try Files.writeAtomically(
      data.recipe.json.text(indented: true) + "\n", to: directory + "/config.json")

    let main = try trained(data.recipe.model, builder, data, name: "last", progress, stop)
    let file = ForecastModelFile(
      recipe: data.recipe, covariates: data.covariates, forecaster: main.forecaster)
    try file.write(to: ForecastModelFile.path(in: directory))
    var beside: [SeriesForecaster] = []
    if let kind = recipe.beside {
      let other = try trained(kind, builder, data, name: kind.rawValue, progress, stop)
      var recipe = data.recipe
      (recipe.model, recipe.beside) = (kind, nil)
      try ForecastModelFile(
        recipe: recipe, covariates: data.covariates, forecaster: other.forecaster
      ).write(to: ForecastModelFile.path(of: kind, in: directory))
      beside.append(other.forecaster)
    }
    return Outcome(
      file: file, data: data,
      evaluation: ForecastEvaluation(main.forecaster, beside: beside, on: data),
      history: main.history, steps: main.steps, trainingSeconds: main.seconds,
      parameterCount: main.forecaster.parameterCount,
      inferred: data.inferredParameters(by: main.forecaster))
  }

  /// A trained model and its training.
  private struct Trained {
    var forecaster: SeriesForecaster
    var history: [StepRecord]
    var steps: Int
    var seconds: Double
  }

  private func trained(
    _ kind: ForecastKind, _ builder: LatentBatchBuilder, _ data: ForecastData, name: String,
    _ progress: ProgressReporter?, _ stop: StopRequest?
  ) throws -> Trained {
    let key = RandomKey(UInt64(recipe.seed)).folding(in: 100)
    let session = Session(
      name: name, data: data, progress: progress, stop: stop)
    if let recurrent = kind.recurrent {
      let rows = RecurrentBatchBuilder(builder)
      let (model, history, state) = try train(
        recipe.network.recurrent(recurrent, for: builder, key: key),
        RecurrentForecastLoss(varianceWeighting: recipe.varianceWeighting), rows, session)
      return Trained(
        forecaster: .recurrent(
          kind,
          RecurrentForecaster(model: model, builder: rows, normalization: data.normalization)),
        history: history, steps: state.steps, seconds: state.seconds)
    }
    if kind == .goku {
      let (model, history, state) = try train(
        recipe.law.model(
          try knownLaw(data), for: builder, data.normalization,
          tolerance: recipe.network.tolerance, key: key),
        LawLoss(varianceWeighting: recipe.varianceWeighting), builder, session)
      return Trained(
        forecaster: .law(
          LawForecaster(model: model, builder: builder, normalization: data.normalization)),
        history: history, steps: state.steps, seconds: state.seconds)
    }
    let (model, history, state) = try train(
      recipe.network.model(for: builder, key: key),
      ForecastLoss(varianceWeighting: recipe.varianceWeighting), builder, session)
    return Trained(
      forecaster: .latentODE(
        LatentForecaster(model: model, builder: builder, normalization: data.normalization)),
      history: history, steps: state.steps, seconds: state.seconds)
  }

  /// What the trainings of a run share.
  private struct Session {
    /// Of the checkpoint and the log.
    var name: String
    var data: ForecastData
    var progress: ProgressReporter?
    var stop: StopRequest?
  }

  private func train<Evaluator: ShardEvaluator, Builder: ExampleBatchBuilder>(
    _ model: Evaluator.Model, _ loss: Evaluator, _ builder: Builder, _ session: Session
  ) throws -> (
    model: Evaluator.Model, history: [StepRecord], state: (steps: Int, seconds: Double)
  ) where Evaluator.Batch == Builder.Batch {
    let data = session.data
    let isMain = session.name == "last"
    // A baseline beside a GOKU-net forecasts and fills, and reconstructs nothing.
    let reconstructs = isMain && recipe.model == .goku
    var training = task(data.training, data, builder, stride: 1, reconstructs)
    let total = totalSteps(rows: training.count)
    training.plan.annealingSteps = total * 3 / 10
    training.plan.growingSteps = Int((data.recipe.growingShare ?? 0) * Double(total))
    let validation = task(
      data.validation, data, builder, stride: max(1, training.count / 5_000), reconstructs)
    let options = options(rows: training.count)
    let trainer = Trainer(loss, training: training, validation: validation, options: options)
    let checkpoint = Checkpoint(
      path: directory + "/\(session.name).ckpt.safetensors", options: options,
      metadata: ["config": data.recipe.json.description])
    var state = initialState(model, steps: trainer.totalSteps)
    if resumes && Files.exists(checkpoint.path) { state = try checkpoint.load(into: state) }
    let log = try MetricsLog(
      path: directory + (isMain ? "/metrics.jsonl" : "/\(session.name).jsonl"),
      continuingAfter: state.step)
    var records: [StepRecord] = []
    let stop = session.stop
    let observer = TrainingObserver<Evaluator.Model>(
      onStep: { record in
        records.append(record)
        let signal = SignalNote.shared.received
        if signal != 0 { stop?.request(Int(signal)) }
      }, log: log, progress: session.progress,
      save: { try checkpoint.save($0) }, stop: stop)
    switch try trainer.train(&state, observer: observer) {
    case .interrupted: throw RunError.interrupted(signal: stop?.number ?? 0, run: directory)
    case .diverged(let step): throw RunError.diverged(step: step)
    case .finished, .stoppedEarly: break
    }
    return (state.best, records, (state.step, state.wall))
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
      to: directory + "/report.html")
    if let inferred {
      try Files.writeAtomically(inferred.csv, to: directory + "/parameters.csv")
    }
    try Files.writeAtomically(
      json(run: directory).text(indented: true) + "\n", to: directory + "/evaluation.json")
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
