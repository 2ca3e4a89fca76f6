import Platform
public import NumericCore
public import Tensors

/// One step of a plain recurrent network: `h′ = a(x W + b + h U + c)`.
///
/// Shapes: input `[batch, in]`, state `[batch, hidden]` → `[batch, hidden]`.
/// - Source: Elman 1990.
public struct RNNCell: TensorTree {
  /// The contribution of the input.
  public var input: Linear
  /// The contribution of the state.
  public var recurrent: Linear
  /// The nonlinearity `a`.
  public var activation: Activation

  /// A cell of given parameters.
  public init(input: Linear, recurrent: Linear, activation: Activation = .tanh) {
    precondition(
      recurrent.outputCount == recurrent.inputCount && input.outputCount == recurrent.outputCount,
      "a recurrent cell needs [in, hidden] and [hidden, hidden], got \(input.weight.shape) and "
        + "\(recurrent.weight.shape)")
    self.input = input
    self.recurrent = recurrent
    self.activation = activation
  }

  /// A cell with drawn parameters; the default is PyTorch's, uniform in ±1 / √hidden.
  public init(
    _ inputs: Int, _ hidden: Int, activation: Activation = .tanh, initializer: Initializer? = nil,
    key: RandomKey, scalarType: ScalarType = .float32
  ) {
    let (input, recurrent) = Self.gates(
      1, inputs, hidden, initializer: initializer, key: key, scalarType: scalarType)
    self.init(input: input, recurrent: recurrent, activation: activation)
  }

  /// Number of hidden units.
  public var hiddenCount: Int { recurrent.inputCount }

  /// The state after an input.
  public func callAsFunction(_ x: Tensor, state h: Tensor) -> Tensor {
    activation(input(x) + recurrent(h))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("input", &input)
    visitor("recurrent", &recurrent)
  }
}
