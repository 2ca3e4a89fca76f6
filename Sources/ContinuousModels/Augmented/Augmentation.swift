public import NumericCore
public import Adjoints
public import NeuralNets
public import Tensors

/// How a state gets the further dimensions in which its flow may cross itself (Dupont, Doucet and Teh 2019).
public enum Augmentation: TensorTree {
  /// The state as it is: a homeomorphism.
  case none
  /// Zeros in addition to the features; their number.
  case zeros(Int)
  /// A learned linear map to a wider state (input-layer augmentation, Massaroli et al. 2020).
  case lift(Linear)
  /// Velocities that start at zero; the field is then an acceleration.
  case secondOrder

  /// Shapes: `[batch, …, features]` → `[batch, …, features + further]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .none: return x
    case .zeros(let count):
      guard count > 0 else { return x }
      let zeros = Tensor.zeros(Array(x.shape.dropLast()) + [count], scalarType: x.scalarType)
      return concatenate([x, zeros], axis: -1)
    case .lift(let layer): return layer(x)
    case .secondOrder: return concatenate([x, .zeros(like: x)], axis: -1)
    }
  }

  /// Width of the state for a number of features.
  public func width(of features: Int) -> Int {
    switch self {
    case .none: features
    case .zeros(let count): features + count
    case .lift(let layer): layer.outputCount
    case .secondOrder: 2 * features
    }
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    guard case .lift(var layer) = self else { return }
    visitor("lift", &layer)
    self = .lift(layer)
  }
}

/// Position and velocity side by side: `ẋ = v`, `v̇ = a(t, [x, v])`.
public struct SecondOrderField<Acceleration: TensorField>: TensorField {
  /// `a(t, [x, v])`.
  public var acceleration: Acceleration

  /// `acceleration` maps `[batch, 2·features]` to `[batch, features]`.
  public init(acceleration: Acceleration) { self.acceleration = acceleration }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let features = state.shape[state.rank - 1] / 2
    let velocity = state.sliced(features..<2 * features, axis: -1)
    return concatenate([velocity, acceleration(time, state)], axis: -1)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("acceleration", &acceleration)
  }
}

/// A perceptron of `[state, t]` as a field, or as an acceleration when it gives fewer features than it takes.
public struct PerceptronField: TensorField {
  /// The perceptron of `[state, t]`.
  public var network: MLP

  /// - Parameter outputs: features of the result; `nil` for as many as the state has.
  public init(
    width: Int, hidden: [Int], outputs: Int? = nil, activation: Activation = .relu, key: RandomKey
  ) {
    network = MLP(
      sizes: [width + 1] + hidden + [outputs ?? width], activation: activation, key: key)
  }

  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    network(appending(time, to: state))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}
