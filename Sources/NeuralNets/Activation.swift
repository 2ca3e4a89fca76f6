public import Tensors

/// An elementwise nonlinearity between layers.
public enum Activation: String, Hashable, Sendable, CaseIterable {
  case identity, tanh, softplus, relu, elu, silu, gelu, sigmoid

  /// The function applied to every element.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .identity: x
    case .tanh: Tensors.tanh(x)
    case .softplus: Tensors.softplus(x)
    case .relu: Tensors.relu(x)
    case .elu: Tensors.elu(x)
    case .silu: Tensors.silu(x)
    case .gelu: Tensors.gelu(x)
    case .sigmoid: Tensors.sigmoid(x)
    }
  }
}
