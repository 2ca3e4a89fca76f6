public import NeuralNets
public import NumericCore
public import Tensors

/// What reads observations and says where the latent trajectory may have begun.
public protocol RecognitionNetwork: TensorTree {
  /// `q(z₀ | observations)`: mean and standard deviation `[batch, latent]`.
  ///
  /// `summary` `[batch, …]` is further knowledge about each series that goes to the head; nil: none.
  func posterior(of observations: ObservedSequence, summary: Tensor?) -> DiagonalNormal
}

/// How a recurrent encoder updates its state at an observation.
public enum RecurrentUnit: TensorTree {
  case elman(RNNCell)
  case gated(GRUCell)

  /// A cell with drawn parameters.
  public static func elman(_ inputs: Int, _ hidden: Int, key: RandomKey, scalarType: ScalarType)
    -> RecurrentUnit
  { .elman(RNNCell(inputs, hidden, key: key, scalarType: scalarType)) }

  /// A cell with drawn parameters.
  public static func gated(_ inputs: Int, _ hidden: Int, key: RandomKey, scalarType: ScalarType)
    -> RecurrentUnit
  { .gated(GRUCell(inputs, hidden, key: key, scalarType: scalarType)) }

  public var hiddenCount: Int {
    switch self {
    case .elman(let cell): cell.hiddenCount
    case .gated(let cell): cell.hiddenCount
    }
  }

  /// What inputs contribute to the gates, for any number of rows at once: `[…, in]` → `[…, gates]`.
  func projected(_ inputs: Tensor) -> Tensor {
    switch self {
    case .elman(let cell): cell.input(inputs)
    case .gated(let cell): cell.input(inputs)
    }
  }

  /// The state after a row whose contribution to the gates is known already.
  func advanced(_ state: Tensor, projected input: Tensor) -> Tensor {
    switch self {
    case .elman(let cell):
      return cell.activation(input + cell.recurrent(state))
    case .gated(let cell):
      return cell(projected: input, state: state)
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
    }
  }
}

/// A recurrent network that reads the observations from the last to the first, and a head for the posterior.
///
/// Where a row's mask is 0 the hidden state is carried through unchanged. The products with the inputs are one matrix
/// product for all rows.
/// - Source: Chen, Rubanova, Bettencourt and Duvenaud 2018, section 5.
public struct BackwardRNN: RecognitionNetwork {
  public var unit: RecurrentUnit
  public var head: PosteriorHead

  /// An encoder of given parts.
  public init(unit: RecurrentUnit, head: PosteriorHead) {
    precondition(
      head.inputCount >= unit.hiddenCount,
      "a head of \(head.inputCount) inputs cannot read \(unit.hiddenCount) hidden units")
    self.unit = unit
    self.head = head
  }

  /// The state after the first row, `[batch, hidden]`.
  public func hiddenState(after observations: ObservedSequence) -> Tensor {
    let projected = unit.projected(observations.features)
    var state = Tensor.zeros(
      [observations.batchCount, unit.hiddenCount], scalarType: observations.features.scalarType)
    for row in (0..<observations.rowCount).reversed() {
      let next = unit.advanced(state, projected: projected.at(row))
      state = state + observations.mask.at(row) * (next - state)
    }
    return state
  }

  public func posterior(of observations: ObservedSequence, summary: Tensor?) -> DiagonalNormal {
    head(hiddenState(after: observations), summary: summary)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("unit", &unit)
    visitor("head", &head)
  }
}

/// From a hidden state to the mean and standard deviation of the latent initial state.
public struct PosteriorHead: TensorTree {
  public var network: MLP
  /// Added to the log variance, so that training begins with little noise.
  public var logVarianceOffset: Double

  /// A head of a network with `2 · latent` outputs: means, then log variances.
  public init(network: MLP, logVarianceOffset: Double = 0) {
    self.network = network
    self.logVarianceOffset = logVarianceOffset
  }

  public var inputCount: Int { network.layers[0].inputCount }

  func callAsFunction(_ state: Tensor, summary: Tensor?) -> DiagonalNormal {
    let input = summary.map { concatenate([state, $0], axis: -1) } ?? state
    let output = network(input)
    let latent = output.shape[1] / 2
    return DiagonalNormal(
      mean: output.sliced(0..<latent, axis: -1),
      logVariance: output.sliced(latent..<2 * latent, axis: -1) + logVarianceOffset)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}
