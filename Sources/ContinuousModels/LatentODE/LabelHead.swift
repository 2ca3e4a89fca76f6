public import NeuralNets
public import Tensors

/// Classes of whole series or of single points, read off latent or hidden states.
///
/// For a label a series, give it the latent initial states of a latent ODE or the last states of a recurrent network,
/// `[batch, state]`; for a label a point, the states at all points, `[time, batch, state]`.
/// - Source: Rubanova, Chen and Duvenaud 2019, section 5: two hidden layers of 300 for series, none for points.
public struct LabelHead: TensorTree {
  /// `[…, state]` → `[…, class]`.
  public var network: MLP

  /// A head of a network with an output for each class.
  public init(network: MLP) { self.network = network }

  /// Logits of the classes, `[…, class]`.
  public func callAsFunction(_ states: Tensor) -> Tensor { network(states) }

  /// Mean cross entropy in nats; labels `[…]` are whole numbers, those of weight 0 may be any.
  public func loss(_ states: Tensor, labels: Tensor, weights: Tensor? = nil) -> Tensor {
    crossEntropy(network(states), target: labels, weights: weights)
  }

  /// The share of labels, by weight, whose class has the largest logit.
  public func accuracy(_ states: Tensor, labels: Tensor, weights: Tensor? = nil) -> Tensor {
    let logits = network(states)
    let chosen = oneHot(labels, classes: logits.shape[logits.rank - 1])
      .converted(to: logits.scalarType)
    let right = (logits * chosen).sum([-1]) .>= logits.maximum([-1])
    return weightedMean(right, weights)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}
