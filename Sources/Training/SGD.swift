public import Tensors

/// Gradient descent with momentum.
///
/// `g += decay · x`, `v = μ v + g`, `x −= rate · v`, with Nesterov's variant `x −= rate (g + μ v)`.
/// - Source: Sutskever et al. 2013, in PyTorch's form (the rate is outside of the velocity).
public struct SGD: Optimizer {
  public var learningRate: Schedule
  /// `μ`, the decay of the velocity; 0 for none.
  public var momentum: Double
  /// Whether the step looks ahead by the velocity.
  public var usesNesterov: Bool
  /// The weight decay, added to the gradient.
  public var weightDecay: Double
  public var state: OptimizerState

  /// An optimizer for models of this shape.
  public init(
    for model: some TensorTree, learningRate: Schedule, momentum: Double = 0,
    usesNesterov: Bool = false, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.usesNesterov = usesNesterov
    self.weightDecay = weightDecay
    state = OptimizerState(for: model, moments: 1)
  }

  public mutating func update<Model: TensorTree>(_ model: inout Model, along gradient: Model) {
    let rule = SGDStep(
      rate: currentRate, momentum: momentum, usesNesterov: usesNesterov, decay: weightDecay)
    state.update(&model, along: gradient, rule.apply)
  }
}

private struct SGDStep {
  let rate, momentum: Double
  let usesNesterov: Bool
  let decay: Double

  func apply(_ arrays: ParameterArrays) {
    switch arrays {
    case .float32(let arrays): apply(arrays)
    case .float64(let arrays): apply(arrays)
    }
  }

  private func apply<Scalar: TensorScalar>(_ a: TypedArrays<Scalar>) {
    let (rate, momentum, decay) = (Scalar(rate), Scalar(momentum), Scalar(decay))
    for i in 0..<a.count {
      let slope = a.gradient[i] + decay * a.values[i]
      a.first[i] = momentum * a.first[i] + slope
      a.values[i] -= rate * (usesNesterov ? slope + momentum * a.first[i] : a.first[i])
    }
  }
}
