import Platform
import NumericCore
package import ContinuousModels
import NeuralNets
import Reports
import Tables
import Tensors
import TimeSeries
import Training

/// Estimation of the density of a table's rows.
public struct DensityTask: LearningTask {
  public var recipe: DensityRecipe

  public init(_ recipe: DensityRecipe) { self.recipe = recipe }

  /// The rows of a table, split.
  public struct Examples: Sendable {
    package var training: PointTable
    /// Every n-th row of the file.
    package var test: PointTable
    package var cautions: [TableCaution]
  }

  /// Figures on the test rows that are not lost, in the units of the data.
  public struct Evaluation: Sendable {
    package var audit: LikelihoodAudit
    package var lost: LostRows
    /// Mean negative log-likelihood of the test rows by a Gaussian.
    package var gaussian: Double
  }

  public func examples() throws -> Examples {
    let table = try recipe.readTable()
    try table.checkForTraining()
    let (rest, test) = recipe.split(table)
    let order = RandomKey(UInt64(recipe.seed)).folding(in: 50).permutation(rest.count)
    return Examples(training: rest.rows(order), test: test, cautions: table.cautions)
  }

  public func warnings(about examples: Examples) -> [String] {
    examples.cautions.map { "\(recipe.file ?? recipe.name): \($0.sentence)" }
  }

  public func trainings(
    on examples: Examples, threads: Int
  ) throws -> [TaskTraining<DensityEstimator>] {
    let table = examples.training
    let normalization = table.normalization
    let values = table.normalized(by: normalization)
    let recipe = recipe
    let untrained = recipe.initialModel(dimension: table.dimension)
    if recipe.method == .flowMatching {
      let (trainer, state) = flowMatching(values, table, threads)
      return [
        TaskTraining(trainer, from: state, recipe: recipe) { trained in
          var model = untrained
          model.field = trained.model
          return DensityEstimator(recipe: recipe, normalization: normalization, model: model)
        }
      ]
    }
    let trainer = likelihood(untrained, values, table, threads)
    let optimizer = Adam(
      for: untrained, learningRate: .cosine(from: recipe.learningRate, over: recipe.steps),
      weightDecay: 1e-5)
    return [
      TaskTraining(
        trainer, from: TrainingState(model: untrained, optimizer: optimizer), recipe: recipe
      ) {
        DensityEstimator(recipe: recipe, normalization: normalization, model: $0.best)
      }
    ]
  }

  private func flowMatching(
    _ values: [Float], _ table: PointTable, _ threads: Int
  ) -> (
    trainer: Trainer<CompiledLoss<TimeConditionedMLP, FlowMatchingBatch>, FlowMatchingData>,
    state: TrainingState<TimeConditionedMLP>
  ) {
    var training = FlowMatchingTraining(
      .table(dimension: table.dimension, values), iterations: recipe.steps,
      seed: UInt64(recipe.seed))
    training.hidden = recipe.hidden
    training.waveCount = recipe.waves
    training.conditioning = recipe.conditioning
    training.batchSize = recipe.batchSize
    training.learningRate = recipe.learningRate
    training.threads = threads
    training.rows = table.count
    return training.start()
  }

  private func likelihood(
    _ model: DensityEstimator.Model, _ values: [Float], _ table: PointTable, _ threads: Int
  ) -> Trainer<DensityEvaluator<TimeConditionedMLP>, DensityData> {
    let (dimension, rows) = (table.dimension, table.count)
    let interval = TrainingInterval.steps(max(recipe.steps / 10, 1))
    let options = TrainingOptions(
      length: .steps(recipe.steps), batchSize: recipe.batchSize, shardSize: 128,
      threads: threads, seed: UInt64(recipe.seed), gradientClip: 10,
      validationInterval: interval, checkpointInterval: interval, logInterval: 100)
    let validationRows = max(1, Int(Double(rows) * recipe.validationShare))
    let split = validationRows * dimension
    return Trainer(
      DensityEvaluator<TimeConditionedMLP>(
        DensityObjective(kinetic: recipe.kinetic, jacobian: recipe.jacobian), solver: model.solver),
      training: DensityData(
        .table(dimension: dimension, Array(values[split...])), count: rows - validationRows,
        estimate: recipe.trace ?? (dimension > 3 ? .rademacher : .exact), steer: recipe.steer),
      validation: DensityData(
        .table(dimension: dimension, Array(values[..<min(split, 1000 * dimension)])),
        count: min(validationRows, 1000)),
      options: options)
  }

  public func evaluate(
    _ model: DensityEstimator, beside others: [DensityEstimator], on examples: Examples,
    threads: Int
  ) throws -> Evaluation {
    let (audit, measured, lost) = model.measure(examples.test)
    return Evaluation(
      audit: audit, lost: lost,
      gaussian: GaussianBaseline(examples.training).negativeLogLikelihood(of: measured))
  }
}

extension DensityEstimator {
  /// The audit of a table: at most 5000 evenly spaced rows, without those that have no finite
  /// density.
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

  /// Every n-th row is a test row: files are often sorted, and the split can be reproduced
  /// elsewhere.
  func split(_ table: PointTable) -> (training: PointTable, test: PointTable) {
    let period = max(2, Int((1 / testShare).rounded()))
    let rows = 0..<table.count
    return (
      table.rows(rows.filter { $0 % period != period / 2 }),
      table.rows(rows.filter { $0 % period == period / 2 })
    )
  }
}
