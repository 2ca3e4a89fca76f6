import TimeSeries
import Reports
package import Tables
package import ContinuousModels
import NeuralNets
package import NumericCore
import Tensors
package import Training

/// Trains the density of a table and leaves a run folder.
package struct DensityRun: Sendable {
  package var recipe: DensityRecipe
  /// The run folder; nil: nothing is written.
  package var directory: String?
  package var threads: Int
  /// Whether a checkpoint in the folder is continued.
  package var resumes: Bool
  /// Hears what becomes of the run folder.
  package var whenNoticed: @Sendable (RunFolder.Notice) -> Void = { _ in }
  /// Hears, before the training, what makes the density hard to learn or to read.
  package var whenCautioned: @Sendable ([TableCaution]) -> Void = { _ in }

  package init(
    recipe: DensityRecipe, directory: String?, threads: Int, resumes: Bool = false
  ) {
    self.recipe = recipe
    self.directory = directory
    self.threads = threads
    self.resumes = resumes
  }

  /// What a run leaves.
  package struct Outcome: Sendable {
    package var file: DensityModelFile
    package var training: PointTable
    /// Every n-th row of the file.
    package var test: PointTable
    package var cautions: [TableCaution]
    /// On the test rows that are not lost, in the units of the data.
    package var audit: LikelihoodAudit
    package var lost: LostRows
    /// Mean negative log-likelihood of the test rows by a Gaussian.
    package var gaussian: Double
    package var steps: Int
    package var trainingSeconds: Double
    package var parameterCount: Int { file.model.parameterCount }
    /// Steps, now and then.
    package var history: [StepRecord]
    /// Owned until the report is written.
    var folder: RunFolder?
  }

  /// Trains and evaluates; bad data, and a checkpoint that does not fit, are found before anything is written.
  package func run(
    progress: ProgressReporter? = nil, stop: StopRequest? = nil
  ) throws -> Outcome {
    let table = try recipe.readTable()
    try table.checkForTraining()
    let cautions = table.cautions
    whenCautioned(cautions)
    let (rest, test) = recipe.split(table)
    let order = RandomKey(UInt64(recipe.seed)).folding(in: 50).permutation(rest.count)
    let training = rest.rows(order)
    let normalization = training.normalization
    let values = training.normalized(by: normalization)
    let folder = directory.map { RunFolder($0, resumes: resumes, whenNoticed: whenNoticed) }
    let (model, state) =
      recipe.method == .flowMatching
      ? try flowMatching(values, training.count, folder, progress, stop)
      : try likelihood(values, training.count, folder, progress, stop)
    let file = DensityModelFile(recipe: recipe, normalization: normalization, model: model)
    if let directory { try file.write(to: RunFolder.model(in: directory)) }
    let (audit, measured, lost) = file.measure(test)
    return Outcome(
      file: file, training: training, test: test, cautions: cautions,
      audit: audit, lost: lost,
      gaussian: GaussianBaseline(training).negativeLogLikelihood(of: measured),
      steps: state.steps, trainingSeconds: state.seconds, history: state.history, folder: folder)
  }

  private typealias Progress = (
    steps: Int, seconds: Double, history: [StepRecord]
  )

  private func flowMatching(
    _ values: [Float], _ rows: Int, _ folder: RunFolder?, _ progress: ProgressReporter?,
    _ stop: StopRequest?
  ) throws -> (DensityModelFile.Model, Progress) {
    let dimension = values.count / rows
    var training = FlowMatchingTraining(
      .table(dimension: dimension, values), iterations: recipe.steps, seed: UInt64(recipe.seed))
    training.hidden = recipe.hidden
    training.waveCount = recipe.waves
    training.conditioning = recipe.conditioning
    training.batchSize = recipe.batchSize
    training.learningRate = recipe.learningRate
    training.threads = threads
    training.rows = rows
    var model = recipe.initialModel(dimension: dimension)
    let (trainer, state) = training.start()
    let (trained, done) = try train(trainer, from: state, folder, progress, stop)
    model.field = trained.model
    return (model, done)
  }

  private func likelihood(
    _ values: [Float], _ rows: Int, _ folder: RunFolder?, _ progress: ProgressReporter?,
    _ stop: StopRequest?
  ) throws -> (DensityModelFile.Model, Progress) {
    let dimension = values.count / rows
    let model = recipe.initialModel(dimension: dimension)
    let interval = TrainingInterval.steps(max(recipe.steps / 10, 1))
    let options = TrainingOptions(
      length: .steps(recipe.steps), batchSize: recipe.batchSize, shardSize: 128,
      threads: threads, seed: UInt64(recipe.seed), gradientClip: 10,
      validationInterval: interval, checkpointInterval: interval, logInterval: 100)
    let validationRows = max(1, Int(Double(rows) * recipe.validationShare))
    let split = validationRows * dimension
    let trainer = Trainer(
      DensityEvaluator<TimeConditionedMLP>(
        DensityObjective(kinetic: recipe.kinetic, jacobian: recipe.jacobian), solver: model.solver),
      training: DensityData(
        .table(dimension: dimension, Array(values[split...])), count: rows - validationRows,
        estimate: recipe.trace ?? (dimension > 3 ? .rademacher : .exact), steer: recipe.steer),
      validation: DensityData(
        .table(dimension: dimension, Array(values[..<min(split, 1000 * dimension)])),
        count: min(validationRows, 1000)),
      options: options)
    let optimizer = Adam(
      for: model, learningRate: .cosine(from: recipe.learningRate, over: recipe.steps),
      weightDecay: 1e-5)
    let (trained, done) = try train(
      trainer, from: TrainingState(model: model, optimizer: optimizer), folder, progress, stop)
    return (trained.best, done)
  }

  /// Trains inside the folder, continuing what is there if that is wanted.
  private func train<Evaluator: ShardEvaluator, Data: TrainingData>(
    _ trainer: Trainer<Evaluator, Data>, from state: TrainingState<Evaluator.Model>,
    _ folder: RunFolder?, _ progress: ProgressReporter?, _ stop: StopRequest?
  ) throws -> (TrainingState<Evaluator.Model>, Progress) where Data.Batch == Evaluator.Batch {
    var one = try RunTraining(trainer, from: state, recipe: recipe, folder: folder)
    try folder?.begin(recipe, isContinued: one.isContinued)
    try one.run(progress: progress, stop: stop)
    // Some 400 of all steps, the first among them.
    let every = max(1, one.history.count / 400)
    let history = one.history.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    return (
      one.state, (one.state.step, one.state.wall, history)
    )
  }
}

extension DensityModelFile {
  /// The audit of a table, 5000 rows at most and evenly spaced, without those that have no finite density.
  package func measure(
    _ table: PointTable
  ) -> (audit: LikelihoodAudit, rows: PointTable, lost: LostRows) {
    let count = min(table.count, 5000)
    let rows = table.rows((0..<count).map { $0 * table.count / count })
    let whole = audit(on: rows)
    if whole.reported.isFinite && whole.fine.isFinite {
      return (whole, rows, LostRows([Bool](repeating: true, count: count)))
    }
    let solvers = [model.solver, model.solver.refined]
    let densities = solvers.map { logDensities(of: rows, solver: $0) }
    let isFinite = (0..<count).map { row in densities.allSatisfy { $0[row].isFinite } }
    let others = rows.rows((0..<count).filter { isFinite[$0] })
    return (audit(on: others), others, LostRows(isFinite))
  }

  /// The audit of rows, in nats and the units of the data.
  private func audit(on rows: PointTable) -> LikelihoodAudit {
    let points = Tensor(rows.normalized(by: normalization), shape: [rows.count, rows.dimension])
    return model.audit(on: points).shifted(
      by: normalization.deviations.reduce(0) { $0 + .logarithm($1) })
  }
}

extension DensityRecipe {
  /// The user's table, or the bundled one.
  func readTable() throws(DataError) -> PointTable {
    if let file { return try PointTable(path: file, columns: columns) }
    return try PointTable(bundled: "cities.csv.gz", columns: columns)
  }

  /// Every n-th row is for testing: files are often sorted, and the split can be repeated elsewhere.
  func split(_ table: PointTable) -> (training: PointTable, test: PointTable) {
    let period = max(2, Int((1 / testShare).rounded()))
    let rows = 0..<table.count
    return (
      table.rows(rows.filter { $0 % period != period / 2 }),
      table.rows(rows.filter { $0 % period == period / 2 })
    )
  }
}

/// How good a density is on rows that it was not trained on.
package struct DensityEvaluation: Sendable {
  package var audit: LikelihoodAudit
  /// Mean negative log-likelihood by a Gaussian fitted to the training rows; nil if these are not there any more.
  package var gaussian: Double?
  /// Rows that were measured.
  package var rows: Int
  package var lost: LostRows

  /// Figures and warnings for a reader.
  package var lines: [String] {
    let other =
      gaussian.map { "\(Figure($0))" } ?? "unknown, the file of the training is not read"
    return [
      "NLL \(Figure(audit.fine)) nats a row (Gaussian: \(other)), \(rows) row\(rows == 1 ? "" : "s")",
      audit.sentence(of: "audit"),
    ]
  }

  /// `{"run", "model", "part", "metrics": {…}, "baselines": {name: …}}`.
  package func json(run: String, part: String) -> JSONValue {
    [
      "run": .string(run), "model": "cnf", "part": .string(part),
      "metrics": [
        "negativeLogLikelihood": .number(audit.fine), "byTheOwnSolver": .number(audit.reported),
        "standardError": .number(audit.standardError),
        "reconstructionError": .number(audit.reconstructionError), "rows": JSONValue(rows),
        "rowsNotFinite": JSONValue(lost.count),
      ],
      "baselines": ["gaussian": gaussian.map(JSONValue.number) ?? .null],
    ]
  }
}

extension DensityModelFile {
  /// The evaluation on other rows, or on the test rows of the recipe's own data.
  ///
  /// Beside other rows a file of the training is not read.
  package func evaluation(on rows: PointTable?) throws(DataError) -> DensityEvaluation {
    var recipe = recipe
    recipe.columns = normalization.channels
    let own =
      rows == nil || recipe.file == nil ? recipe.split(try recipe.readTable()) : nil
    let (audit, measured, lost) = measure(
      rows ?? own?.test ?? PointTable(source: "", columns: [], values: []))
    return DensityEvaluation(
      audit: audit,
      gaussian: own.map { GaussianBaseline($0.training).negativeLogLikelihood(of: measured) },
      rows: measured.count, lost: lost)
  }
}
