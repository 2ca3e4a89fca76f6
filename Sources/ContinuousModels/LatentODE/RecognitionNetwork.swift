import Platform
public import NeuralNets
public import Tensors

/// An encoder of observations: the posterior of the initial latent state.
public protocol RecognitionNetwork: TensorTree {
  /// `q(z₀ | observations)`: mean and standard deviation `[batch, latent]`.
  ///
  /// `summary` `[batch, …]` contains further features of each series for the head; `nil` for none.
  func posterior(of observations: ObservedSequence, summary: Tensor?) -> DiagonalNormal
}

/// A recurrent network that reads the observations from the last to the first, and a head for the posterior.
///
/// With constant dynamics it is the encoder of Chen et al. 2018; with a flow between the observations the ODE-RNN encoder of
/// Rubanova et al. 2019, whose state moves over each gap before it is updated. A row whose mask is 0 does not update the
/// state. The head reads the whole state, standard deviations too if the unit has any.
/// - Source: Chen, Rubanova, Bettencourt and Duvenaud 2018, section 5; Rubanova, Chen and Duvenaud 2019, section 3.
public struct BackwardRNN: RecognitionNetwork {
  /// Reads the observations from the last to the first.
  public var unit: RecurrentUnit
  /// The dynamics of the state between observations.
  public var dynamics: HiddenDynamics
  /// Maps the final hidden state to the posterior.
  public var head: PosteriorHead

  /// An encoder of given parts.
  public init(unit: RecurrentUnit, dynamics: HiddenDynamics = .constant, head: PosteriorHead) {
    precondition(
      head.inputCount >= unit.stateCount,
      "a head of \(head.inputCount) inputs cannot read a state of \(unit.stateCount)")
    self.unit = unit
    self.dynamics = dynamics
    self.head = head
  }

  /// The state after the first row, `[batch, state]`.
  public func hiddenState(after observations: ObservedSequence) -> Tensor {
    RecurrentScan(unit: unit, dynamics: dynamics).final(observations)
  }

  public func posterior(of observations: ObservedSequence, summary: Tensor?) -> DiagonalNormal {
    head(hiddenState(after: observations), summary: summary)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("unit", &unit)
    visitor("dynamics", &dynamics)
    visitor("head", &head)
  }
}

/// From a hidden state to the mean and standard deviation of the latent initial state.
public struct PosteriorHead: TensorTree {
  /// The network from hidden state and summary to mean and log variance.
  public var network: MLP
  /// Added to the log variance, so that training begins with little noise.
  public var logVarianceOffset: Double

  /// A head of a network with `2 · latent` outputs: means, then log variances.
  public init(network: MLP, logVarianceOffset: Double = 0) {
    self.network = network
    self.logVarianceOffset = logVarianceOffset
  }

  /// The number of inputs of the network.
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
