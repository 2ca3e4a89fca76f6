import Platform

/// A length of training.
public enum TrainingInterval: Hashable, Sendable {
  case steps(Int)
  case epochs(Int)

  /// The length in steps.
  func steps(perEpoch: Int) -> Int {
    switch self {
    case .steps(let count): count
    case .epochs(let count):
      // A length that does not fit into an integer is never reached.
      count.multipliedReportingOverflow(by: perEpoch).overflow ? .max : count * perEpoch
    }
  }
}

/// How a model is trained.
public struct TrainingOptions: Hashable, Sendable {
  /// The length of the training, unless something stops it earlier.
  public var length: TrainingInterval
  /// Rows of one step; the rows of an epoch after its last whole batch are not used in that epoch.
  public var batchSize: Int
  /// Rows that one thread evaluates at a time.
  ///
  /// It determines the order of sums and therefore the bits of a gradient.
  public var shardSize: Int
  /// Threads; they do not change the result.
  public var threads: Int
  /// The key of all randomness in the training.
  public var seed: UInt64
  /// The largest global norm of a gradient; `nil` disables clipping.
  public var gradientClip: Double?
  /// Length between two validations.
  public var validationInterval: TrainingInterval
  /// Validations without improvement after which training stops; `nil` disables early stopping.
  public var patience: Int?
  /// Length between two checkpoints; the end and an interruption always write one.
  public var checkpointInterval: TrainingInterval
  /// Seconds after which a checkpoint is written even if its interval is not over.
  public var checkpointSeconds = 60.0
  /// Length between two lines of the log.
  public var logInterval: Int
  /// Consecutive steps with a non-finite loss or gradient that are skipped before a rollback.
  public var skipLimit: Int
  /// Rollbacks to the last good model, each with half the learning rate, before the training counts
  /// as diverged.
  public var rollbackLimit: Int

  /// Options with their defaults.
  public init(
    length: TrainingInterval, batchSize: Int = 64, shardSize: Int = 32, threads: Int = 1,
    seed: UInt64 = 0, gradientClip: Double? = nil,
    validationInterval: TrainingInterval = .epochs(1), patience: Int? = nil,
    checkpointInterval: TrainingInterval = .epochs(1), logInterval: Int = 1, skipLimit: Int = 5,
    rollbackLimit: Int = 3
  ) {
    precondition(
      batchSize > 0 && shardSize > 0 && threads > 0 && logInterval > 0,
      "batch size \(batchSize), shard size \(shardSize), threads \(threads) and log interval "
        + "\(logInterval) are positive")
    self.length = length
    self.batchSize = batchSize
    self.shardSize = shardSize
    self.threads = threads
    self.seed = seed
    self.gradientClip = gradientClip
    self.validationInterval = validationInterval
    self.patience = patience
    self.checkpointInterval = checkpointInterval
    self.logInterval = logInterval
    self.skipLimit = skipLimit
    self.rollbackLimit = rollbackLimit
  }
}
