import Platform

/// A length of training.
public enum TrainingInterval: Hashable, Sendable {
  case steps(Int)
  case epochs(Int)

  /// The same in steps.
  func steps(perEpoch: Int) -> Int {
    switch self {
    case .steps(let count): count
    case .epochs(let count):
      // More than a number holds is never reached.
      count.multipliedReportingOverflow(by: perEpoch).overflow ? .max : count * perEpoch
    }
  }
}

/// How a model is trained.
public struct TrainingOptions: Hashable, Sendable {
  /// How long, if nothing stops it before.
  public var length: TrainingInterval
  /// Rows of one step; what is left of an epoch after its last whole batch is not used in that epoch.
  public var batchSize: Int
  /// Rows that one thread evaluates at a time.
  ///
  /// It decides the order of sums, hence the bits of a gradient.
  public var shardSize: Int
  /// Threads; they do not change the result.
  public var threads: Int
  /// Where all randomness of the training comes from.
  public var seed: UInt64
  /// Largest global norm of a gradient; nil: gradients stay as they are.
  public var gradientClip: Double?
  /// Between two validations.
  public var validationInterval: TrainingInterval
  /// Validations without a better one after which training stops; nil: it does not.
  public var patience: Int?
  /// Between two checkpoints; the end and an interruption write one in any case.
  public var checkpointInterval: TrainingInterval
  /// Seconds after which a step writes a checkpoint even if its interval is not over.
  public var checkpointSeconds = 60.0
  /// Between two lines of the log.
  public var logInterval: Int
  /// Steps in a row whose loss or gradient is not finite and that are left out, before a rollback.
  public var skipLimit: Int
  /// Returns to the last good model, each with half the learning rate, before training counts as diverged.
  public var rollbackLimit: Int

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
