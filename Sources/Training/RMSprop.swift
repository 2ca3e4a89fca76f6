public import Tensors

/// Gradient descent scaled by a running root mean square.
///
/// `g += decay · x`, `v = α v + (1 − α) g²`, `b = μ b + g / (√v + ε)`, `x −= rate · b`.
/// - Source: Hinton's course of 2012, lecture 6e, in PyTorch's form (ε outside of the root).
public struct RMSprop: Optimizer {
  public var learningRate: Schedule
  /// `α`, the decay of the mean squared gradient.
  public var smoothing: Double
  /// `ε`, which bounds the step where gradients are small.
  public var epsilon: Double
  /// `μ`, the decay of the velocity; 0 for none.
  public var momentum: Double
  /// The weight decay, added to the gradient.
  public var weightDecay: Double
  public var state: OptimizerState

  /// An optimizer for models of this shape.
  public init(
    for model: some TensorTree, learningRate: Schedule = 1e-2, smoothing: Double = 0.99,
    epsilon: Double = 1e-8, momentum: Double = 0, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.smoothing = smoothing
    self.epsilon = epsilon
    self.momentum = momentum
    self.weightDecay = weightDecay
    state = OptimizerState(for: model, moments: 2)
  }

  public mutating func update<Model: TensorTree>(_ model: inout Model, along gradient: Model) {
    let rule = RMSpropStep(
      rate: currentRate, smoothing: smoothing, epsilon: epsilon, momentum: momentum,
      decay: weightDecay)
    state.update(&model, along: gradient, rule.apply)
  }
}

private struct RMSpropStep {
  let rate, smoothing, epsilon, momentum, decay: Double

  func apply(_ arrays: ParameterArrays) {
    switch arrays {
    case .float32(let arrays): apply(arrays)
    case .float64(let arrays): apply(arrays)
    }
  }

  private func apply<Scalar: TensorScalar>(_ a: TypedArrays<Scalar>) {
    let (rate, smoothing, epsilon) = (Scalar(rate), Scalar(smoothing), Scalar(epsilon))
    let (momentum, decay, rest) = (Scalar(momentum), Scalar(decay), Scalar(1 - self.smoothing))
    for i in 0..<a.count {
      let slope = a.gradient[i] + decay * a.values[i]
      a.second[i] = smoothing * a.second[i] + rest * slope * slope
      a.first[i] = momentum * a.first[i] + slope / (a.second[i].squareRoot() + epsilon)
      a.values[i] -= rate * a.first[i]
    }
  }
}
