import Platform
public import Tensors

/// Adam with the infinity norm.
///
/// `m = β₁ m + (1 − β₁) g`, `u = max(β₂ u, |g| + ε)`, `x −= rate / (1 − β₁ᵗ) · m / u`.
/// - Source: Kingma and Ba 2015, algorithm 2; ε keeps the division safe, placed as in PyTorch.
public struct Adamax: Optimizer {
  public var learningRate: Schedule
  /// `β₁`, the decay of the mean gradient.
  public var firstDecay: Double
  /// `β₂`, the decay of the largest gradient.
  public var secondDecay: Double
  /// `ε`, which keeps the division safe.
  public var epsilon: Double
  public var state: OptimizerState

  /// An optimizer for models of this shape.
  public init(
    for model: some TensorTree, learningRate: Schedule = 2e-3, firstDecay: Double = 0.9,
    secondDecay: Double = 0.999, epsilon: Double = 1e-8
  ) {
    self.learningRate = learningRate
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
    state = OptimizerState(for: model, moments: 2)
  }

  public mutating func update<Model: TensorTree>(_ model: inout Model, along gradient: Model) {
    let rate = currentRate / (1 - Double.power(firstDecay, Double(state.age + 1)))
    let rule = AdamaxStep(rate: rate, b1: firstDecay, b2: secondDecay, epsilon: epsilon)
    state.update(&model, along: gradient, rule.apply)
  }
}

private struct AdamaxStep {
  let rate, b1, b2, epsilon: Double

  func apply(_ arrays: ParameterArrays) {
    switch arrays {
    case .float32(let arrays): apply(arrays)
    case .float64(let arrays): apply(arrays)
    }
  }

  private func apply<Scalar: TensorScalar>(_ a: TypedArrays<Scalar>) {
    let (rate, b1, b2) = (Scalar(rate), Scalar(b1), Scalar(b2))
    let (rest, epsilon) = (1 - b1, Scalar(epsilon))
    for i in 0..<a.count {
      a.first[i] = b1 * a.first[i] + rest * a.gradient[i]
      a.second[i] = max(b2 * a.second[i], a.gradient[i].magnitude + epsilon)
      a.values[i] -= rate * a.first[i] / a.second[i]
    }
  }
}
