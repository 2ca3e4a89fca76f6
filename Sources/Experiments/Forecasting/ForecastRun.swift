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
  }

  /// Trains and evaluates; bad data are found before anything is written.
  public func run(progress: ProgressReporter?, stop: StopRequest?) throws -> Outcome {
    let data = try ForecastData(recipe)
    let builder = LatentBatchBuilder(
      clock: data.clock, channelCount: data.channels.count, latentCount: recipe.network.latent,
      detail: recipe.network.context)
    let training = task(data.training, data, builder, stride: 1)
    let validation = task(data.validation, data, builder, stride: max(1, training.count / 5_000))
    let options = options(rows: training.count)
    try Files.createDirectory(directory)
    try Files.writeAtomically(
      data.recipe.json.text(indented: true) + "\n", to: directory + "/config.json")

    let trainer = Trainer(
      ForecastLoss(varianceWeighting: recipe.varianceWeighting), training: training,
      validation: validation, options: options)
    let checkpoint = Checkpoint(
      path: directory + "/last.ckpt.safetensors", options: options,
      metadata: ["config": data.recipe.json.description])
    var state = initialState(builder, steps: trainer.totalSteps)
    if resumes && Files.exists(checkpoint.path) { state = try checkpoint.load(into: state) }
    let log = try MetricsLog(
      path: directory + "/metrics.jsonl", continuingAfter: state.step)
    var records: [StepRecord] = []
    let observer = TrainingObserver<ForecastModel>(
      onStep: { record in
        records.append(record)
        let signal = SignalNote.shared.received
        if signal != 0 { stop?.request(Int(signal)) }
      }, log: log, progress: progress,
      save: { try checkpoint.save($0) }, stop: stop)
    let status = try trainer.train(&state, observer: observer)
    switch status {
    case .interrupted: throw RunError.interrupted(signal: stop?.number ?? 0, run: directory)
    case .diverged(let step): throw RunError.diverged(step: step)
    case .finished, .stoppedEarly: break
    }

    let forecaster = LatentForecaster(
      model: state.best, builder: builder, normalization: data.normalization)
    let file = ForecastModelFile(recipe: data.recipe, forecaster: forecaster)
    try file.write(to: ForecastModelFile.path(in: directory))
    return Outcome(
      file: file, data: data, evaluation: ForecastEvaluation(forecaster, on: data),
      history: records, steps: state.step, trainingSeconds: state.wall,
      parameterCount: state.best.parameterCount)
  }

  private func task(
    _ part: [TimeSeries], _ data: ForecastData, _ builder: LatentBatchBuilder, stride: Int
  ) -> ForecastTask {
    ForecastTask(
      part.map { data.normalization.normalized($0) },
      ForecastTask.Plan(
        history: data.plan.history, future: data.plan.future,
        minimumHistory: data.plan.minimumHistory, fillShare: recipe.fillShare,
        divergenceWeight: recipe.divergenceWeight, annealingSteps: recipe.steps * 3 / 10),
      builder: builder, stride: stride)
  }

  private func options(rows: Int) -> TrainingOptions {
    let length: TrainingInterval = recipe.epochs.map { .epochs($0) } ?? .steps(recipe.steps)
    let perEpoch = max(1, rows / recipe.batchSize)
    let total = recipe.epochs.map { $0 * perEpoch } ?? recipe.steps
    let interval = TrainingInterval.steps(max(1, total / recipe.validations))
    return TrainingOptions(
      length: length, batchSize: recipe.batchSize, shardSize: recipe.shardSize, threads: threads,
      seed: UInt64(recipe.seed), gradientClip: recipe.gradientClip, validationInterval: interval,
      checkpointInterval: interval, logInterval: 10)
  }

  private func initialState(
    _ builder: LatentBatchBuilder, steps: Int
  ) -> TrainingState<ForecastModel> {
    let model = recipe.network.model(
      for: builder, key: RandomKey(UInt64(recipe.seed)).folding(in: 100))
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
  public func writeReport(to directory: String) throws(FileError) {
    try ForecastReport(outcome: self).report().write(to: directory + "/report.html")
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
      ])
  }
}
