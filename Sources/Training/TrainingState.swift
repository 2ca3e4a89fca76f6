public import Tensors

/// Everything that a training carries from step to step; a checkpoint holds exactly this.
public struct TrainingState<Model: TensorTree>: Sendable {
  /// The model as the last step left it.
  public var model: Model
  public var optimizer: any Optimizer
  /// The model of the best validation; without validation data the one of the last validation interval.
  public internal(set) var best: Model
  /// The loss of the best validation.
  public internal(set) var bestValidation: Double?
  /// The step after which it was measured.
  public internal(set) var bestStep = 0
  public internal(set) var validationsSinceBest = 0
  /// Steps made, those that were left out included.
  public internal(set) var step = 0
  /// Steps left out because loss or gradient was not finite: all, and those in a row up to now.
  public internal(set) var skipped = 0
  public internal(set) var skippedInARow = 0
  /// Returns to the last good model.
  public internal(set) var rollbacks = 0
  /// Seconds of training.
  public internal(set) var wall = 0.0

  /// The beginning.
  public init(model: Model, optimizer: any Optimizer) {
    self.model = model
    self.optimizer = optimizer
    best = model
  }
}

/// How a training ended.
public enum TrainingStatus: Hashable, Sendable {
  case finished
  /// No better validation for as long as the patience allows.
  case stoppedEarly
  /// Somebody asked for it; the checkpoint continues.
  case interrupted
  /// Loss or gradient stayed non-finite after every rollback.
  case diverged(step: Int)
}
