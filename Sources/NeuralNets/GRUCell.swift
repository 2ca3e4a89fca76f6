import Platform
public import NumericCore
public import Tensors

/// One step of a gated recurrent unit.
///
/// `r = σ(x Wᵣ + bᵣ + h Uᵣ + cᵣ)`, `z = σ(x W_z + b_z + h U_z + c_z)`, `n = tanh(x Wₙ + bₙ + r (h
/// Uₙ + cₙ))`, `h′ = (1 − z) n + z h`.
///
/// Shapes: input `[batch, in]`, state `[batch, hidden]` → `[batch, hidden]`. The three gates are
/// concatenated as `r, z, n` in weights `[in, 3·hidden]`, `[hidden, 3·hidden]` and both biases.
/// - Source: Cho et al. 2014, with the reset gate after the product as in cuDNN and PyTorch.
public struct GRUCell: TensorTree {
  /// The contribution of the input to the gates.
  public var input: Linear
  /// The contribution of the state to the gates.
  public var recurrent: Linear

  /// A cell of given parameters.
  public init(input: Linear, recurrent: Linear) {
    precondition(
      recurrent.outputCount == 3 * recurrent.inputCount
        && input.outputCount == recurrent.outputCount,
      "a gated unit needs [in, 3·hidden] and [hidden, 3·hidden], got \(input.weight.shape) and "
        + "\(recurrent.weight.shape)")
    self.input = input
    self.recurrent = recurrent
  }

  /// A cell with drawn parameters; the default is PyTorch's, uniform in ±1 / √hidden.
  public init(
    _ inputs: Int, _ hidden: Int, initializer: Initializer? = nil, key: RandomKey,
    scalarType: ScalarType = .float32
  ) {
    let (input, recurrent) = Self.gates(
      3, inputs, hidden, initializer: initializer, key: key, scalarType: scalarType)
    self.init(input: input, recurrent: recurrent)
  }

  /// Number of hidden units.
  public var hiddenCount: Int { recurrent.inputCount }

  /// The state after an input.
  public func callAsFunction(_ x: Tensor, state h: Tensor) -> Tensor {
    self(projected: input(x), state: h)
  }

  /// The state after an input, given the input's projection `input(x)`.
  ///
  /// Shapes: projected `[batch, 3·hidden]`, state `[batch, hidden]` → `[batch, hidden]`. The
  /// projections of all inputs of a sequence can be computed as one matrix product.
  public func callAsFunction(projected: Tensor, state h: Tensor) -> Tensor {
    let count = hiddenCount
    let fromState = recurrent(h)
    let gates = sigmoid(
      projected.sliced(0..<2 * count, axis: -1) + fromState.sliced(0..<2 * count, axis: -1))
    let r = gates.sliced(0..<count, axis: -1)
    let z = gates.sliced(count..<2 * count, axis: -1)
    let n = tanh(
      projected.sliced(2 * count..<3 * count, axis: -1)
        + r * fromState.sliced(2 * count..<3 * count, axis: -1))
    return n + z * (h - n)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("input", &input)
    visitor("recurrent", &recurrent)
  }
}

extension TensorTree {
  /// Input and recurrent layers of a cell with `gates` concatenated gates.
  static func gates(
    _ gates: Int, _ inputs: Int, _ hidden: Int, initializer: Initializer?, key: RandomKey,
    scalarType: ScalarType
  ) -> (input: Linear, recurrent: Linear) {
    let pyTorch = Initializer.uniform(bound: 1 / Double(max(hidden, 1)).squareRoot())
    let keys = key.split(2)
    return (
      Linear(
        inputs, gates * hidden, initializer: initializer ?? pyTorch, biasInitializer: pyTorch,
        key: keys[0], scalarType: scalarType),
      Linear(
        hidden, gates * hidden, initializer: initializer ?? pyTorch, biasInitializer: pyTorch,
        key: keys[1], scalarType: scalarType)
    )
  }
}
