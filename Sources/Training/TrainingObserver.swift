import Platform
public import Tensors

/// Observes a training: logs, progress, checkpoints, and requests to stop.
public struct TrainingObserver<Model: TensorTree> {
  /// Called after every step.
  public var onStep: ((StepRecord) throws -> Void)?
  /// The log, which receives the steps that are due.
  public var log: MetricsLog?
  /// Shows the progress.
  public var progress: ProgressReporter?
  /// Writes a checkpoint.
  public var save: ((TrainingState<Model>) throws -> Void)?
  /// Stops the training after a step.
  public var stop: StopRequest?
  /// Seconds since an arbitrary moment.
  public var clock: () -> Double

  /// An observer; every part is optional.
  public init(
    onStep: ((StepRecord) throws -> Void)? = nil, log: MetricsLog? = nil,
    progress: ProgressReporter? = nil, save: ((TrainingState<Model>) throws -> Void)? = nil,
    stop: StopRequest? = nil, clock: (() -> Double)? = nil
  ) {
    self.onStep = onStep
    self.log = log
    self.progress = progress
    self.save = save
    self.stop = stop
    self.clock = clock ?? Self.stopwatch()
  }

  /// Seconds from now on, by a clock that never decreases.
  private static func stopwatch() -> () -> Double {
    let start = SystemClock.monotonicTime
    return { SystemClock.monotonicTime - start }
  }

  func saw(_ record: StepRecord, isDue: Bool, progress position: TrainingProgress) throws {
    if isDue { try log?.append(record) }
    progress?.report(position, record)
    try onStep?(record)
  }

  /// The log is written first: it then contains every step of a checkpoint.
  func checkpoint(_ state: TrainingState<Model>) throws {
    guard let save else { return }
    try log?.flush(synchronizes: true)
    try save(state)
  }

  /// Writes the last checkpoint and the rest of the log.
  func finish(_ state: TrainingState<Model>) throws {
    try checkpoint(state)
    try log?.flush()
    progress?.finish()
  }
}
