import NumericCore
public import Tensors

/// Adam with bias correction; with a weight decay it is AdamW.
///
/// `m = β₁ m + (1 − β₁) g`, `v = β₂ v + (1 − β₂) g²`, `x −= rate (m̂ / (√v̂ + ε) + decay · x)` with
/// `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)`.
/// - Source: Kingma and Ba 2015, algorithm 1; the decoupled decay is Loshchilov and Hutter 2019, algorithm 2.
public struct Adam: Optimizer {
  public var learningRate: Schedule
  public var firstDecay: Double
  public var secondDecay: Double
  public var epsilon: Double
  public var weightDecay: Double
  public var state: OptimizerState

  /// An optimizer for models of this shape.
  public init(
    for model: some TensorTree, learningRate: Schedule = 1e-3, firstDecay: Double = 0.9,
    secondDecay: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    state = OptimizerState(for: model, moments: 2)
  }

  public mutating func update<Model: TensorTree>(_ model: inout Model, along gradient: Model) {
    let rate = currentRate
    let count = Double(state.age + 1)
    let rule = AdamStep(
      rate: rate, b1: firstDecay, b2: secondDecay, c1: 1 - Double.power(firstDecay, count),
      c2: 1 - Double.power(secondDecay, count), epsilon: epsilon, decay: weightDecay)
    state.update(&model, along: gradient, rule.apply)
  }
}

/// The numbers of one step, with the bias corrections `c1` and `c2`.
private struct AdamStep {
  let rate, b1, b2, c1, c2, epsilon, decay: Double

  func apply(_ arrays: ParameterArrays) {
    switch arrays {
    case .float32(let arrays): apply(arrays)
    case .float64(let arrays): apply(arrays)
    }
  }

  private func apply<Scalar: TensorScalar>(_ a: TypedArrays<Scalar>) {
    let (rate, epsilon, decay) = (Scalar(rate), Scalar(epsilon), Scalar(decay))
    let (b1, rest1, scale1) = (Scalar(b1), Scalar(1 - self.b1), Scalar(1 / c1))
    let (b2, rest2, scale2) = (Scalar(b2), Scalar(1 - self.b2), Scalar(1 / c2))
    for i in 0..<a.count {
      a.first[i] = b1 * a.first[i] + rest1 * a.gradient[i]
      a.second[i] = b2 * a.second[i] + rest2 * a.gradient[i] * a.gradient[i]
      let step = a.first[i] * scale1 / ((a.second[i] * scale2).squareRoot() + epsilon)
      a.values[i] -= rate * (step + decay * a.values[i])
    }
  }
}
