import Platform
public import NumericCore
import Adjoints
public import NeuralNets
public import Tensors

/// A perceptron of time-conditioned layers: the free-form field of FFJORD.
///
/// Shapes: `[rows, D]` → `[rows, D]`. The Jacobian is propagated with the value, layer by layer: an
/// exact trace costs `1 + D` forward passes, an estimate two.
/// - Source: Grathwohl et al. 2019.
public struct TimeConditionedMLP: DensityField {
  /// The layers in order.
  public var layers: [TimeConditionedLinear]
  /// The function between layers.
  public let activation: Activation
  /// Waves `Ω`, `[D, F]`, whose sines and cosines of the state are further inputs; trained like the layers.
  ///
  /// They give detail that a smooth network would take long to learn.
  ///
  /// Source: Tancik, Srinivasan, Mildenhall and others 2020.
  public var waves: Tensor?

  /// A field of `dimension` variables through hidden layers of the given widths.
  ///
  /// - Parameters:
  ///   - waveCount: sines and cosines of the state as inputs; 0: none.
  ///   - highestWave: their largest wave number, in radians per unit of the state; the others are spread evenly in its
  ///     logarithm, down to a hundredth.
  public init(
    dimension: Int, hidden: [Int], conditioning: TimeConditioning = .concatSquash,
    activation: Activation = .tanh, waveCount: Int = 0, highestWave: Double = 30,
    key: RandomKey, scalarType: ScalarType = .float32
  ) {
    let sizes = [dimension + 2 * waveCount] + hidden + [dimension]
    if waveCount > 0 {
      waves = Self.waves(
        dimension, waveCount, highest: highestWave, key: key.folding(in: 1000),
        scalarType: scalarType)
    }
    layers = zip(zip(sizes, sizes.dropFirst()), key.split(sizes.count - 1)).map {
      TimeConditionedLinear(
        $0.0, $0.1, conditioning: conditioning, key: $1, scalarType: scalarType)
    }
    self.activation = activation
  }

  /// A field of given layers, each as wide as the next one's input.
  public init(layers: [TimeConditionedLinear], activation: Activation = .tanh) {
    precondition(
      !layers.isEmpty
        && zip(layers, layers.dropFirst()).allSatisfy { $0.outputCount == $1.inputCount }
        && layers[0].inputCount == layers[layers.count - 1].outputCount,
      "layers \(layers.map { [$0.inputCount, $0.outputCount] }) are no field")
    self.layers = layers
    self.activation = activation
  }

  /// Random directions, lengths evenly spread in their logarithm.
  private static func waves(
    _ dimension: Int, _ count: Int, highest: Double, key: RandomKey, scalarType: ScalarType
  ) -> Tensor {
    let normal = key.normal(dimension * count, as: Double.self)
    var values = normal
    for wave in 0..<count {
      let direction = (0..<dimension).map { normal[$0 * count + wave] }
      let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let share = count == 1 ? 0 : Double(wave) / Double(count - 1)
      let size = highest * Double.exponential(-share * .logarithm(100))
      for i in 0..<dimension { values[i * count + wave] = direction[i] / length * size }
    }
    return Tensor(rounding: values, shape: [dimension, count], to: scalarType)
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    var x = features(state, nil).value
    for layer in layers.dropLast() { x = activation(layer(time, x)) }
    return layers[layers.count - 1](time, x)
  }

  public func pushforward(
    _ time: Tensor, _ state: Tensor, _ tangents: Tensor
  ) -> (value: Tensor, tangents: Tensor) {
    let inputs = features(state, tangents)
    let (x, dx) = pushforward(
      through: layers[...], time, inputs.value, inputs.tangents ?? tangents)
    return (x, dx.broadcast(to: [dx.shape[0]] + x.shape))
  }

  /// Layers with the activation between them, and after the last of them if it is not the field's last.
  func pushforward(
    through part: ArraySlice<TimeConditionedLinear>, _ time: Tensor, _ start: Tensor,
    _ tangents: Tensor
  ) -> (value: Tensor, tangents: Tensor) {
    var (x, dx) = (start, tangents)
    for (place, layer) in zip(part.indices, part) {
      let map = layer.at(time)
      (x, dx) = (map(x), map.linear(dx))
      if place < layers.count - 1 {
        let (value, derivative) = activation.valueAndDerivative(at: x)
        (x, dx) = (value, derivative * dx)
      }
    }
    return (x, dx)
  }

  /// The inputs of the first layer, and their tangents.
  func features(
    _ state: Tensor, _ tangents: Tensor?
  ) -> (value: Tensor, tangents: Tensor?) {
    guard let waves else { return (state, tangents) }
    let phase = state.matrixMultiplied(by: waves)
    let (s, c) = (sin(phase), cos(phase))
    let value = concatenate([state, s, c], axis: -1)
    guard let tangents else { return (value, nil) }
    let moved = tangents.matrixMultiplied(by: waves)
    let (ds, dc) = (c * moved, -s * moved)
    let own = tangents.broadcast(to: ds.shape.dropLast() + [state.shape[1]])
    return (value, concatenate([own, ds, dc], axis: -1))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("waves", &waves)
    visitor("layers", &layers)
  }
}
