import Platform
public import Adjoints
public import NeuralNets
public import Tensors

/// The autonomous field of a latent trajectory: `dz/dt = net(z)`, or `s · tanh(net(z))` with a
/// learned scale.
///
/// The bounded form prevents diverging trajectories early in training (Kidger 2022, section 2.2).
public struct LatentField: TensorField {
  /// The network of state and, if it takes it, time.
  public var network: MLP
  /// `[latent]`; `nil` for the plain form.
  public var scale: Tensor?

  /// - Precondition: the network maps the latent space to itself.
  public init(network: MLP, scale: Tensor? = nil) {
    precondition(
      network.layers[0].inputCount == network.layers[network.layers.count - 1].outputCount,
      "a field maps a space to itself")
    self.network = network
    self.scale = scale
  }

  /// The number of latent components.
  public var latentCount: Int { network.layers[0].inputCount }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let slope = network(state)
    guard let scale else { return slope }
    return scale * tanh(slope)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("network", &network)
    visitor("scale", &scale)
  }
}
