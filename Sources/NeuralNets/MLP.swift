import Platform
public import NumericCore
public import Tensors

/// A multilayer perceptron: linear layers with a nonlinearity between them.
///
/// Shapes: `[…, sizes.first]` → `[…, sizes.last]`.
public struct MLP: Module {
  /// The linear layers, from input to output.
  public var layers: [Linear]
  /// After every layer but the last.
  public var activation: Activation
  /// After the last layer.
  public var outputActivation: Activation

  /// A network of given layers.
  public init(
    layers: [Linear], activation: Activation = .tanh, outputActivation: Activation = .identity
  ) {
    precondition(
      !layers.isEmpty
        && zip(layers, layers.dropFirst()).allSatisfy { $0.outputCount == $1.inputCount },
      "layers \(layers.map { [$0.inputCount, $0.outputCount] }) do not follow on each other")
    self.layers = layers
    self.activation = activation
    self.outputActivation = outputActivation
  }

  /// A network with drawn parameters; `sizes` are the widths from input to output.
  public init(
    sizes: [Int], activation: Activation = .tanh, outputActivation: Activation = .identity,
    initializer: Initializer = .fanInUniform, biasInitializer: Initializer = .fanInUniform,
    key: RandomKey, scalarType: ScalarType = .float32
  ) {
    precondition(sizes.count >= 2, "a perceptron has an input and an output, got sizes \(sizes)")
    self.init(
      layers: zip(zip(sizes, sizes.dropFirst()), key.split(sizes.count - 1)).map {
        Linear(
          $0.0, $0.1, initializer: initializer, biasInitializer: biasInitializer, key: $1,
          scalarType: scalarType)
      },
      activation: activation, outputActivation: outputActivation)
  }

  /// Number of input features.
  public var inputCount: Int { layers[0].inputCount }
  /// Number of output features.
  public var outputCount: Int { layers[layers.count - 1].outputCount }

  /// The output of the last layer.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var x = x
    for layer in layers.dropLast() { x = activation(layer(x)) }
    return outputActivation(layers[layers.count - 1](x))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("layers", &layers)
  }
}
