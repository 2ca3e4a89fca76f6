import Platform
import CKernels
public import Tensors

/// Adam with bias correction; with a weight decay it is AdamW.
///
/// `m = β₁ m + (1 − β₁) g`, `v = β₂ v + (1 − β₂) g²`, `x −= rate (m̂ / (√v̂ + ε) + decay · x)` with
/// `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)`.
/// - Source: Kingma and Ba 2015, algorithm 1; the decoupled decay is Loshchilov and Hutter 2019, algorithm 2.
public struct Adam: Optimizer {
  public var learningRate: Schedule
  /// `β₁`, the decay of the mean gradient.
  public var firstDecay: Double
  /// `β₂`, the decay of the mean squared gradient.
  public var secondDecay: Double
  /// `ε`, which bounds the step where gradients are small.
  public var epsilon: Double
  /// The decoupled weight decay; 0 for Adam.
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
    case .float32(let a):
      nk_adam_f32(
        a.values, a.first, a.second, a.gradient, a.count, rate, b1, b2, c1, c2, epsilon, decay)
    case .float64(let a):
      nk_adam_f64(
        a.values, a.first, a.second, a.gradient, a.count, rate, b1, b2, c1, c2, epsilon, decay)
    }
  }
}
