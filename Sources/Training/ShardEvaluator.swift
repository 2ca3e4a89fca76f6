public import NumericCore
public import Adjoints
public import Tensors

/// Some rows of a batch, evaluated by one thread.
public struct Shard<Batch: Sendable>: Sendable {
  /// The rows.
  public var batch: Batch
  /// The weight of the shard's loss in the batch: its number of rows, or of their observations.
  public var weight: Double

  /// Rows with their weight.
  public init(_ batch: Batch, weight: Double) {
    self.batch = batch
    self.weight = weight
  }
}

/// The context in which a shard is made.
public struct ShardContext: Sendable {
  /// The training step, counted from 0.
  public var step: Int
  /// The epoch, counted from 0.
  public var epoch: Int
  /// False in validation.
  public var isTraining: Bool
  /// The shard's random key, for noise or dropped points.
  ///
  /// In validation it is the same every time.
  public var key: RandomKey

  /// The context of a shard.
  public init(step: Int, epoch: Int, isTraining: Bool, key: RandomKey) {
    self.step = step
    self.epoch = epoch
    self.isTraining = isTraining
    self.key = key
  }
}

/// A data set whose rows can be gathered into shards from any thread.
public protocol TrainingData: Sendable {
  associatedtype Batch: Sendable
  /// Number of rows.
  var count: Int { get }
  /// The given rows as one shard.
  func shard(_ rows: [Int], in context: ShardContext) throws -> Shard<Batch>
}

/// The loss of one shard with its gradient and further figures.
public struct ShardResult<Model: TensorTree>: Sendable {
  /// The mean over the shard.
  public var loss: Double
  /// The gradient of that mean, in the model's own type.
  public var gradient: Model
  /// Further means, named by `ShardEvaluator.auxiliaryNames`.
  public var auxiliary: [Double]
  /// Evaluations of the solves, logged as `forwardEvaluations` and `backwardEvaluations`; `nil`
  /// without a solve.
  public var evaluations: SolveEvaluations?

  /// The result of one shard.
  public init(
    loss: Double, gradient: Model, auxiliary: [Double] = [], evaluations: SolveEvaluations? = nil
  ) {
    self.loss = loss
    self.gradient = gradient
    self.auxiliary = auxiliary
    self.evaluations = evaluations
  }
}

/// Computes the loss and gradient of a shard, from any thread.
public protocol ShardEvaluator: Sendable {
  associatedtype Model: TensorTree
  associatedtype Batch: Sendable

  /// Names of the auxiliary values; they are keys of the log.
  var auxiliaryNames: [String] { get }

  /// Loss and gradient of one shard.
  func evaluate(model: Model, batch: Batch) throws -> ShardResult<Model>

  /// Loss and auxiliary values of one shard, without the gradient.
  func loss(model: Model, batch: Batch) throws -> (loss: Double, auxiliary: [Double])
}

extension ShardEvaluator {
  /// No auxiliary values.
  public var auxiliaryNames: [String] { [] }

  /// The loss of `evaluate`, whose gradient is dropped.
  public func loss(model: Model, batch: Batch) throws -> (loss: Double, auxiliary: [Double]) {
    let result = try evaluate(model: model, batch: batch)
    return (result.loss, result.auxiliary)
  }
}
