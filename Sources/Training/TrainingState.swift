public import Tensors

/// The state of a training between steps; a checkpoint contains exactly this.
public struct TrainingState<Model: TensorTree>: Sendable {
  /// The model after the last step.
  public var model: Model
  /// The optimizer with its state.
  public var optimizer: any Optimizer
  /// The model of the best validation; without validation data, that of the last validation
  /// interval.
  public internal(set) var best: Model
  /// The loss of the best validation.
  public internal(set) var bestValidation: Double?
  /// The step of the best validation.
  public internal(set) var bestStep = 0
  /// Validations since the best one.
  public internal(set) var validationsSinceBest = 0
  /// Number of steps, including skipped ones.
  public internal(set) var step = 0
  /// Steps skipped because loss or gradient was not finite: in total, and consecutively up to now.
  public internal(set) var skipped = 0
  /// Consecutive skipped steps up to now.
  public internal(set) var skippedInARow = 0
  /// Number of rollbacks to the last good model.
  public internal(set) var rollbacks = 0
  /// Seconds of training.
  public internal(set) var wall = 0.0

  /// The state before the first step.
  public init(model: Model, optimizer: any Optimizer) {
    self.model = model
    self.optimizer = optimizer
    best = model
  }
}

/// How a training ended.
public enum TrainingStatus: Hashable, Sendable {
  case finished
  /// No better validation within the patience.
  case stoppedEarly
  /// A stop was requested; the checkpoint continues the training.
  case interrupted
  /// Loss or gradient stayed non-finite after every rollback.
  case diverged(step: Int)
}
