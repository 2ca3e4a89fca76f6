public import NumericCore
public import NeuralNets
public import Tensors

/// How a recurrent state is updated at an observation.
///
/// The state is one tensor `[batch, state]`: the hidden units, after them their standard deviations if the unit has any.
public enum RecurrentUnit: TensorTree {
  case elman(RNNCell)
  case gated(GRUCell)
  /// The gated unit of ODE-RNN, whose state has a mean and a standard deviation.
  case normal(NormalGRUCell)

  /// A plain cell with drawn parameters.
  public static func elman(
    _ inputs: Int, _ hidden: Int, key: RandomKey, scalarType: ScalarType = .float32
  ) -> RecurrentUnit {
    .elman(RNNCell(inputs, hidden, key: key, scalarType: scalarType))
  }

  /// A gated cell with drawn parameters.
  public static func gated(
    _ inputs: Int, _ hidden: Int, key: RandomKey, scalarType: ScalarType = .float32
  ) -> RecurrentUnit {
    .gated(GRUCell(inputs, hidden, key: key, scalarType: scalarType))
  }

  /// A gated cell with standard deviations, with drawn parameters.
  public static func normal(
    _ inputs: Int, _ hidden: Int, gateUnits: Int, key: RandomKey,
    scalarType: ScalarType = .float32
  ) -> RecurrentUnit {
    .normal(
      NormalGRUCell(inputs, hidden, gateUnits: gateUnits, key: key, scalarType: scalarType))
  }

  /// The number of hidden units.
  public var hiddenCount: Int {
    switch self {
    case .elman(let cell): cell.hiddenCount
    case .gated(let cell): cell.hiddenCount
    case .normal(let cell): cell.hiddenCount
    }
  }

  /// Width of the state: the hidden units, twice with standard deviations.
  public var stateCount: Int {
    if case .normal = self { 2 * hiddenCount } else { hiddenCount }
  }

  /// Features of an observation that it reads.
  public var inputCount: Int {
    switch self {
    case .elman(let cell): cell.input.inputCount
    case .gated(let cell): cell.input.inputCount
    case .normal(let cell): cell.update.inputCount - 2 * cell.hiddenCount
    }
  }

  /// What inputs contribute to the gates, for any number of rows at once: `[…, in]` → `[…, gates]`.
  func projected(_ inputs: Tensor) -> Tensor {
    switch self {
    case .elman(let cell): cell.input(inputs)
    case .gated(let cell): cell.input(inputs)
    case .normal(let cell): cell.projected(inputs)
    }
  }

  /// The state after a row whose contribution to the gates is given.
  func advanced(_ state: Tensor, projected input: Tensor) -> Tensor {
    switch self {
    case .elman(let cell):
      return cell.activation(input + cell.recurrent(state))
    case .gated(let cell):
      return cell(projected: input, state: state)
    case .normal(let cell):
      return cell.advanced(state, projected: input)
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    switch self {
    case .elman(var cell):
      visitor("cell", &cell)
      self = .elman(cell)
    case .gated(var cell):
      visitor("cell", &cell)
      self = .gated(cell)
    case .normal(var cell):
      visitor("cell", &cell)
      self = .normal(cell)
    }
  }
}

// The first layers of the three networks read `[μ, σ, x]`. The contribution of x is one product for
// all rows, and the state's contribution to update and reset is one product per row.
extension NormalGRUCell {
  fileprivate func projected(_ inputs: Tensor) -> Tensor {
    let state = 2 * hiddenCount
    let first = [update, reset, candidate].map { $0.layers[0] }
    let weight = concatenate(
      first.map { $0.weight.sliced(state..<$0.inputCount, axis: 0) }, axis: 1)
    let product = inputs.matrixMultiplied(by: weight)
    let biases = first.map {
      $0.bias ?? Tensor.zeros([$0.outputCount], scalarType: $0.weight.scalarType)
    }
    return product + concatenate(biases, axis: 0)
  }

  fileprivate func advanced(_ state: Tensor, projected input: Tensor) -> Tensor {
    let count = hiddenCount
    func stateWeight(_ net: MLP) -> Tensor {
      net.layers[0].weight.sliced(0..<2 * count, axis: 0)
    }
    let (u, r, n) = (
      update.layers[0].outputCount, reset.layers[0].outputCount, candidate.layers[0].outputCount
    )
    let gates =
      input.sliced(0..<u + r, axis: -1)
      + state.matrixMultiplied(
        by: concatenate([stateWeight(update), stateWeight(reset)], axis: 1))
    let opening = sigmoid(update.rest(gates.sliced(0..<u, axis: -1)))
    let reset = sigmoid(self.reset.rest(gates.sliced(u..<u + r, axis: -1)))
    let twice = concatenate([reset, reset], axis: -1)
    let new = candidate.rest(
      input.sliced(u + r..<u + r + n, axis: -1)
        + (twice * state).matrixMultiplied(by: stateWeight(candidate)))
    let newMean = new.sliced(0..<count, axis: -1)
    let newDeviation = abs(new.sliced(count..<2 * count, axis: -1))
    let mean = state.sliced(0..<count, axis: -1)
    let deviation = state.sliced(count..<2 * count, axis: -1)
    // Both deviations are positive already: the published formula's last absolute value does nothing.
    return concatenate(
      [
        newMean + opening * (mean - newMean),
        newDeviation + opening * (deviation - newDeviation),
      ], axis: -1)
  }
}

extension MLP {
  /// The output for a given first layer.
  fileprivate func rest(_ first: Tensor) -> Tensor {
    var x = first
    for layer in layers.dropFirst() { x = layer(activation(x)) }
    return outputActivation(x)
  }
}
