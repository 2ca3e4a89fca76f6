import NeuralNets
import Tensors

extension Activation {
  /// The derivative at `x`, where the function's value is `value`.
  func derivative(at x: Tensor, value: Tensor) -> Tensor {
    switch self {
    case .identity: Tensor.ones(x.shape, scalarType: x.scalarType)
    case .tanh: 1 - square(value)
    case .softplus: Tensors.sigmoid(x)
    case .relu: x .> 0
    case .elu: select(x .> 0, Tensor.ones(x.shape, scalarType: x.scalarType), value + 1)
    case .silu:
      Self.siluDerivative(x, value)
    case .gelu:
      // Φ(x) + x φ(x).
      0.5 * (1 + erf(x * 0.5.squareRoot()))
        + x * exp(-0.5 * square(x)) * Self.normalDensityAtZero
    case .sigmoid: value * (1 - value)
    }
  }

  /// `s + value (1 − s)` with `s = sigmoid(x)`.
  private static func siluDerivative(_ x: Tensor, _ value: Tensor) -> Tensor {
    let s = Tensors.sigmoid(x)
    return s + value * (1 - s)
  }

  /// `1 / √(2π)`.
  private static let normalDensityAtZero = 0.398_942_280_401_432_677_939_946
}
