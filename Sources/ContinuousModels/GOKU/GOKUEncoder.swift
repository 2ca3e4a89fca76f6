package import NumericCore
public import NeuralNets
public import Tensors

/// The encoder of a GOKU-net: initial state and parameters of a series, both as latent normal
/// variables.
///
/// `z̃₀ ~ q(· | x)` comes from a unit that reads the series backwards, `θ̃ ~ q(· | x)` from the
/// final states of a forward and a backward unit.
public struct GOKUEncoder: TensorTree {
  /// Reads the series backwards, for the initial state.
  public var stateUnit: RecurrentUnit
  /// Read the series in both directions, for the parameters.
  public var forwardUnit, backwardUnit: RecurrentUnit
  /// Map the final hidden states to the posteriors.
  public var stateHead, parameterHead: PosteriorHead

  /// The posteriors of the initial state and of the parameters, both `[batch, latent]`.
  public struct Posterior: Sendable {
    public var state, parameters: DiagonalNormal

    package init(state: DiagonalNormal, parameters: DiagonalNormal) {
      (self.state, self.parameters) = (state, parameters)
    }

    /// From standard normal priors, summed over the latent space, in nats, `[batch]`.
    public var divergence: Tensor {
      (state.divergenceFromStandard + parameters.divergenceFromStandard).sum([1])
    }
  }

  /// An encoder with drawn parameters.
  ///
  /// - Parameters:
  ///   - keys: five of them, for the units and the heads.
  ///   - head: a network for the posterior, given its number of inputs.
  package init(
    features: Int, recurrent: Int, keys: ArraySlice<RandomKey>, scalarType: ScalarType,
    head: (Int, RandomKey) -> MLP
  ) {
    let keys = Array(keys)
    func unit(_ key: RandomKey) -> RecurrentUnit {
      .gated(features, recurrent, key: key, scalarType: scalarType)
    }
    func posterior(_ inputs: Int, _ key: RandomKey) -> PosteriorHead {
      PosteriorHead(network: head(inputs, key), logVarianceOffset: -3)
    }
    stateUnit = unit(keys[0])
    forwardUnit = unit(keys[1])
    backwardUnit = unit(keys[2])
    stateHead = posterior(recurrent, keys[3])
    parameterHead = posterior(2 * recurrent, keys[4])
  }

  package enum Direction {
    case forwards, backwards
  }

  /// - Parameters:
  ///   - summary: of the series, `[batch, feature]`, which the heads read as well.
  ///   - final: the state of a unit after all rows in a direction, `[batch, hidden]`.
  package func posterior(
    summary: Tensor? = nil, final: (RecurrentUnit, Direction) -> Tensor
  ) -> Posterior {
    let both = [final(forwardUnit, .forwards), final(backwardUnit, .backwards)]
    return Posterior(
      state: stateHead(final(stateUnit, .backwards), summary: summary),
      parameters: parameterHead(concatenate(both, axis: -1), summary: summary))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stateUnit", &stateUnit)
    visitor("forwardUnit", &forwardUnit)
    visitor("backwardUnit", &backwardUnit)
    visitor("stateHead", &stateHead)
    visitor("parameterHead", &parameterHead)
  }
}
