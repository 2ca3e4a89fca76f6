public import NeuralNets
public import Tensors

/// A classifier whose one hidden layer is applied at every depth: `z ← z + Δt tanh(z W(t) + b(t))`.
///
/// The explicit Euler method of `ż = tanh(z W(t) + b(t))` over `t ∈ [0, 1]`.
public struct EvolvingClassifier: TensorTree {
  /// `nil` for the depth begins at the features themselves.
  public var stem: Linear?
  /// `W(t)`, `[features, features]`.
  public var weight: DepthWeights
  /// `b(t)`, `[features]`.
  public var bias: DepthWeights
  /// The linear map from the last state to the logits.
  public var head: Linear
  /// Euler steps of the activations, and steps of the weights within each.
  public var steps: Int
  /// Steps of the weights within each step of the activations.
  public var substeps: Int
  /// Whether the time is one more input of the layer.
  public var takesTime: Bool

  /// A classifier of given parts.
  public init(
    stem: Linear?, weight: DepthWeights, bias: DepthWeights, head: Linear, steps: Int = 5,
    substeps: Int = 1, takesTime: Bool = false
  ) {
    self.stem = stem
    self.weight = weight
    self.bias = bias
    self.head = head
    self.steps = steps
    self.substeps = substeps
    self.takesTime = takesTime
  }

  /// The activations at depth 0, `[batch, width]`.
  public func start(_ x: Tensor) -> Tensor { stem.map { $0(x) } ?? x }

  /// Shapes: `[batch, features]` → logits `[batch, classes]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    head(carried(start(x), through: Array(0..<steps), by: 1 / Double(steps)))
  }

  /// Where activations land that go to depth 1 and back by as many steps: at themselves, if the steps follow the equation.
  ///
  /// On the way back each step begins at its deeper end, with the weights that are there. Shapes: `[batch, width]` → same.
  public func roundTrip(_ z: Tensor) -> Tensor {
    let time = 1 / Double(steps)
    let there = carried(z, through: Array(0..<steps), by: time)
    return carried(there, through: Array((1...steps).reversed()), by: -time)
  }

  /// Euler steps that begin at each of the depths in turn, counted in steps.
  private func carried(_ start: Tensor, through depths: [Int], by time: Double) -> Tensor {
    let weights = weight.path(steps: steps, substeps: substeps)
    let biases = bias.path(steps: steps, substeps: substeps)
    return depths.reduce(start) { z, depth in
      let t = Tensor(
        repeating: Double(depth) / Double(steps), shape: [], scalarType: z.scalarType)
      let input = takesTime ? appending(t, to: z) : z
      return z + time * tanh(matmul(input, weights[depth]) + biases[depth])
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stem", &stem)
    visitor("weight", &weight)
    visitor("bias", &bias)
    visitor("head", &head)
  }
}
