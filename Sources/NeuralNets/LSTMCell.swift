import Platform
public import NumericCore
public import Tensors

/// One step of a long short-term memory.
///
/// `i, f, o = σ(x W + b + h U + c)`, `g = tanh(x W + b + h U + c)`, `c′ = f c + i g`, `h′ = o
/// tanh(c′)`.
///
/// Shapes: input `[batch, in]`, state and memory `[batch, hidden]`. The four gates are concatenated
/// as `i, f, g, o` in weights `[in, 4·hidden]`, `[hidden, 4·hidden]` and both biases.
/// - Source: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000.
public struct LSTMCell: TensorTree {
  /// The state of a long short-term memory between steps.
  public struct State: TensorTree {
    /// `h`, `[batch, hidden]`.
    public var hidden: Tensor
    /// `c`, `[batch, hidden]`.
    public var memory: Tensor

    /// A state and its memory.
    public init(hidden: Tensor, memory: Tensor) {
      self.hidden = hidden
      self.memory = memory
    }

    public mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("hidden", &hidden)
      visitor("memory", &memory)
    }
  }

  /// The contribution of the input to the gates.
  public var input: Linear
  /// The contribution of the state to the gates.
  public var recurrent: Linear

  /// A cell of given parameters.
  public init(input: Linear, recurrent: Linear) {
    precondition(
      recurrent.outputCount == 4 * recurrent.inputCount
        && input.outputCount == recurrent.outputCount,
      "a memory cell needs [in, 4·hidden] and [hidden, 4·hidden], got \(input.weight.shape) and "
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
      4, inputs, hidden, initializer: initializer, key: key, scalarType: scalarType)
    self.init(input: input, recurrent: recurrent)
  }

  /// Number of hidden units.
  public var hiddenCount: Int { recurrent.inputCount }

  /// The state after an input.
  public func callAsFunction(_ x: Tensor, state: State) -> State {
    let gates = (input(x) + recurrent(state.hidden))
      .split([Int](repeating: hiddenCount, count: 4), axis: -1)
    let memory = sigmoid(gates[1]) * state.memory + sigmoid(gates[0]) * tanh(gates[2])
    return State(hidden: sigmoid(gates[3]) * tanh(memory), memory: memory)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("input", &input)
    visitor("recurrent", &recurrent)
  }
}
