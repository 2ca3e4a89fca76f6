import Adjoints
public import NeuralNets
public import NumericCore
public import Tensors

/// A perceptron of time-conditioned layers: the free-form field of FFJORD.
///
/// Shapes: `[rows, D]` → `[rows, D]`. The Jacobian is propagated beside the value, layer by layer: an exact
/// trace costs `1 + D` forward passes, an estimate two.
/// - Source: Grathwohl et al. 2019.
public struct TimeConditionedMLP: DensityField {
  public var layers: [TimeConditionedLinear]
  public let activation: Activation

  /// A field of `dimension` variables through hidden layers of the given widths.
  public init(
    dimension: Int, hidden: [Int], conditioning: TimeConditioning = .concatSquash,
    activation: Activation = .tanh, key: RandomKey, scalarType: ScalarType = .float32
  ) {
    let sizes = [dimension] + hidden + [dimension]
    layers = zip(zip(sizes, sizes.dropFirst()), key.split(sizes.count - 1)).map {
      TimeConditionedLinear(
        $0.0, $0.1, conditioning: conditioning, key: $1, scalarType: scalarType)
    }
    self.activation = activation
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    var x = state
    for layer in layers.dropLast() { x = activation(layer(time, x)) }
    return layers[layers.count - 1](time, x)
  }

  public func pushforward(
    _ time: Tensor, _ state: Tensor, _ tangents: Tensor
  ) -> (value: Tensor, tangents: Tensor) {
    var (x, dx) = (state, tangents)
    for (place, layer) in layers.enumerated() {
      let map = layer.at(time)
      (x, dx) = (map(x), map.linear(dx))
      if place < layers.count - 1 {
        let y = activation(x)
        (x, dx) = (y, activation.derivative(at: x, value: y) * dx)
      }
    }
    return (x, dx.broadcast(to: [dx.shape[0]] + x.shape))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("layers", &layers)
  }
}
