import Platform
public import Tensors

/// Batch normalization over all axes but the last: `γ (x − mean) / √(variance + ε) + β`.
///
/// Training uses the moments of the batch; evaluation uses running means of them. The running means are tensors of the model
/// with gradient 0. A traced function cannot change them, so a training step returns the moments of its batch, for example as
/// auxiliary values of a loss, and `following` updates the layer.
///
/// Shapes: `[…, features]` → same; all tensors of the layer `[features]`.
/// - Source: Ioffe and Szegedy 2015.
public struct BatchNorm: TensorTree {
  /// `γ`, `[features]`.
  public var scale: Tensor
  /// `β`, `[features]`.
  public var shift: Tensor
  /// Running mean of the batches' means.
  public var runningMean: Tensor
  /// Running mean of the batches' variances (divisor n).
  public var runningVariance: Tensor
  /// Added to the variance.
  public let epsilon: Double

  /// A layer with scale 1, shift 0, running mean 0 and running variance 1.
  public init(_ features: Int, epsilon: Double = 1e-5, scalarType: ScalarType = .float32) {
    scale = .ones([features], scalarType: scalarType)
    shift = .zeros([features], scalarType: scalarType)
    runningMean = .zeros([features], scalarType: scalarType)
    runningVariance = .ones([features], scalarType: scalarType)
    self.epsilon = epsilon
  }

  /// The output with the moments of the batch, and these moments, each `[features]`.
  public func training(_ x: Tensor) -> (output: Tensor, mean: Tensor, variance: Tensor) {
    let axes = Array(0..<x.rank - 1)
    let mean = x.mean(axes)
    let variance = square(x - mean).mean(axes)
    return (normalized(x, mean, variance), stopGradient(mean), stopGradient(variance))
  }

  /// The output with the running moments.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    normalized(x, stopGradient(runningMean), stopGradient(runningVariance))
  }

  /// The layer after a batch: running means move by `1 − momentum` toward the batch's moments.
  public func following(mean: Tensor, variance: Tensor, momentum: Double = 0.9) -> BatchNorm {
    var layer = self
    layer.runningMean = momentum * runningMean + (1 - momentum) * mean
    layer.runningVariance = momentum * runningVariance + (1 - momentum) * variance
    return layer
  }

  private func normalized(_ x: Tensor, _ mean: Tensor, _ variance: Tensor) -> Tensor {
    precondition(
      x.rank >= 2 && x.shape[x.rank - 1] == scale.shape[0],
      "batch normalization of \(scale.shape[0]) features needs [batch, …, features], got \(x.shape)"
    )
    return scale * (x - mean) / sqrt(variance + epsilon) + shift
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("scale", &scale)
    visitor("shift", &shift)
    visitor("running_mean", &runningMean)
    visitor("running_variance", &runningVariance)
  }
}
