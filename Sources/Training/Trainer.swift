import Platform
import NumericCore
import Adjoints
import Tensors

/// The training loop: batches in random order, cut into shards, evaluated on threads, summed in a fixed order.
///
/// A training is a function of its state, data and options: it gives the same bits with any number of threads,
/// and when it is interrupted and resumed from a checkpoint.
public struct Trainer<Evaluator: ShardEvaluator, Data: TrainingData>: Sendable
where Data.Batch == Evaluator.Batch {
  /// The trained model.
  public typealias Model = Evaluator.Model

  /// The options of the training.
  public let options: TrainingOptions
  /// Number of steps of an epoch.
  public let stepsPerEpoch: Int
  /// Number of steps of the whole training.
  public let totalSteps: Int

  private let training: Data
  private let validation: Data?
  private let evaluator: Evaluator
  private let evaluation: ShardedEvaluation<Evaluator, Data>

  /// A trainer of an evaluator on data.
  ///
  /// - Precondition: the training data have at least one row. A batch size larger than the data
  ///   selects all rows.
  public init(
    _ evaluator: Evaluator, training: Data, validation: Data? = nil, options: TrainingOptions
  ) {
    precondition(training.count > 0, "there are no rows to train on")
    self.options = options
    self.training = training
    self.validation = validation.flatMap { $0.count > 0 ? $0 : nil }
    self.evaluator = evaluator
    stepsPerEpoch = max(training.count / options.batchSize, 1)
    totalSteps = options.length.steps(perEpoch: stepsPerEpoch)
    evaluation = ShardedEvaluation(
      evaluator: evaluator, pool: WorkerPool(threadCount: options.threads),
      shardSize: options.shardSize)
  }

  /// Trains from a state until it is done or `observer` stops it; the state can then be continued.
  ///
  /// - Throws: errors of the evaluator, the data, and the observer's files.
  public func train(
    _ state: inout TrainingState<Model>, observer: TrainingObserver<Model> = TrainingObserver()
  ) throws -> TrainingStatus {
    let start = observer.clock() - state.wall
    var saved = observer.clock()
    var order = EpochOrder(count: training.count, key: key(.order))
    var status = TrainingStatus.finished
    while state.step < totalSteps {
      if observer.stop?.number ?? 0 != 0 {
        status = .interrupted
        break
      }
      var record = try advance(&state, rows: batch(state.step, &order))
      let ended = try validate(&state, &record)
      let now = observer.clock()
      state.wall = max(now - start, state.wall)
      record.wall = state.wall
      let isDue = state.step % options.logInterval == 0 || state.step == totalSteps
      try observer.saw(
        record, isDue: isDue || record.event != nil || record.validation != nil,
        progress: progress(state))
      if isEvery(options.checkpointInterval, state.step)
        || now - saved >= options.checkpointSeconds
      {
        try observer.checkpoint(state)
        saved = now
      }
      if let ended {
        status = ended
        break
      }
    }
    if status == .finished { status = try settled(&state) }
    try observer.finish(state)
    return status
  }

  /// The weighted mean loss over a data set, and the auxiliary means by name.
  public func evaluate(
    _ model: Model, on data: Data
  ) throws -> (loss: Double, auxiliary: [(name: String, value: Double)]) {
    let context = ShardContext(step: 0, epoch: 0, isTraining: false, key: key(.validation))
    let means = try evaluation.loss(
      of: model, on: data, rows: Array(0..<data.count), in: context)
    return (means.loss, named(means.auxiliary))
  }

  // MARK: Parts of a step

  private enum Purpose: UInt64 {
    case order, shards, validation
  }

  private func key(_ purpose: Purpose) -> RandomKey {
    RandomKey(options.seed).folding(in: purpose.rawValue)
  }

  private func batch(_ step: Int, _ order: inout EpochOrder) -> [Int] {
    let size = min(options.batchSize, training.count)
    let start = step % stepsPerEpoch * size
    return Array(order.rows(epoch: step / stepsPerEpoch)[start..<start + size])
  }

  /// One step: a gradient, and an update if it is finite.
  private func advance(
    _ state: inout TrainingState<Model>, rows: [Int]
  ) throws -> StepRecord {
    let epoch = state.step / stepsPerEpoch
    let context = ShardContext(
      step: state.step, epoch: epoch, isTraining: true,
      key: key(.shards).folding(in: UInt64(state.step)))
    let (means, gradient) = try evaluation.gradient(
      of: state.model, on: training, rows: rows, in: context)
    let norm = gradient.globalNorm
    var record = StepRecord(
      step: state.step + 1, epoch: epoch + 1, wall: 0, loss: means.loss,
      learningRate: state.optimizer.currentRate, gradientNorm: norm,
      auxiliary: named(means.auxiliary) + counts(means.evaluations))
    state.step += 1
    if means.loss.isFinite && norm.isFinite {
      state.skippedInARow = 0
      let limit = options.gradientClip ?? .infinity
      let step = norm > limit ? gradient.scaled(by: limit / norm) : gradient
      state.optimizer.update(&state.model, along: step)
    } else {
      record.event = leaveOut(&state)
    }
    return record
  }

  /// Counts a step that was not finite; too many in a row restore the last good model.
  private func leaveOut(_ state: inout TrainingState<Model>) -> StepRecord.Event {
    state.skipped += 1
    state.skippedInARow += 1
    guard state.skippedInARow > options.skipLimit else { return .skipped }
    state.skippedInARow = 0
    state.rollbacks += 1
    state.model = state.best
    state.optimizer.state.restartAtHalfRate()
    return .rolledBack
  }

  /// Validates the model when it is due; returns whether training is over.
  private func validate(
    _ state: inout TrainingState<Model>, _ record: inout StepRecord
  ) throws -> TrainingStatus? {
    if state.rollbacks > options.rollbackLimit { return .diverged(step: state.step) }
    guard isEvery(options.validationInterval, state.step) || state.step == totalSteps else {
      return nil
    }
    guard let validation else {
      if record.event == nil { (state.best, state.bestStep) = (state.model, state.step) }
      return nil
    }
    let (loss, auxiliary) = try evaluate(state.model, on: validation)
    (record.validation, record.validationAuxiliary) = (loss, auxiliary)
    if loss.isFinite && loss < state.bestValidation ?? .infinity {
      (state.best, state.bestValidation, state.bestStep) = (state.model, loss, state.step)
      state.validationsSinceBest = 0
      return nil
    }
    state.validationsSinceBest += 1
    return state.validationsSinceBest >= options.patience ?? .max ? .stoppedEarly : nil
  }

  /// The status after all steps: finished if a best model was measured and most steps were finite,
  /// otherwise diverged.
  ///
  /// A training that is continued with fewer steps than it has made may never have been measured.
  private func settled(_ state: inout TrainingState<Model>) throws -> TrainingStatus {
    if state.step == 0 { return .finished }
    if state.bestStep == 0 {
      let loss = try validation.map { try evaluate(state.model, on: $0).loss } ?? 0
      if loss.isFinite { (state.best, state.bestStep) = (state.model, state.step) }
      if validation != nil && loss.isFinite { state.bestValidation = loss }
    }
    let isTrained = state.bestStep > 0 && 2 * state.skipped <= state.step
    return isTrained ? .finished : .diverged(step: state.step)
  }

  private func isEvery(_ interval: TrainingInterval, _ step: Int) -> Bool {
    step % max(interval.steps(perEpoch: stepsPerEpoch), 1) == 0
  }

  private func named(_ values: [Double]) -> [(name: String, value: Double)] {
    zip(evaluator.auxiliaryNames, values).map { ($0, $1) }
  }

  private func counts(_ evaluations: SolveEvaluations?) -> [(name: String, value: Double)] {
    guard let evaluations else { return [] }
    let failed = evaluations.failedRows
    return [
      ("forwardEvaluations", evaluations.forward), ("backwardEvaluations", evaluations.backward),
    ] + (failed > 0 ? [("failedRows", Double(failed))] : [])
  }

  private func progress(_ state: TrainingState<Model>) -> TrainingProgress {
    TrainingProgress(
      step: state.step, totalSteps: totalSteps, stepsPerEpoch: stepsPerEpoch,
      seconds: state.wall)
  }
}

/// The random order of one epoch's rows, saved until the next epoch.
private struct EpochOrder {
  let count: Int
  let key: RandomKey
  private var epoch = -1
  private var order: [Int] = []

  init(count: Int, key: RandomKey) {
    self.count = count
    self.key = key
  }

  mutating func rows(epoch: Int) -> [Int] {
    if epoch != self.epoch {
      self.epoch = epoch
      order = key.folding(in: UInt64(epoch)).permutation(count)
    }
    return order
  }
}
