public import NumericCore
public import Tensors

extension RandomKey {
  /// A concrete tensor of standard normal numbers.
  public func normal(_ shape: [Int], scalarType: ScalarType = .float32) -> Tensor {
    let count = shape.reduce(1, *)
    return switch scalarType {
    case .float32: Tensor(normal(count, as: Float.self), shape: shape)
    case .float64: Tensor(normal(count, as: Double.self), shape: shape)
    }
  }

  /// A concrete tensor of numbers uniform in `0 ..< 1`.
  public func uniform(_ shape: [Int], scalarType: ScalarType = .float32) -> Tensor {
    let count = shape.reduce(1, *)
    return switch scalarType {
    case .float32: Tensor(uniform(count, as: Float.self), shape: shape)
    case .float64: Tensor(uniform(count, as: Double.self), shape: shape)
    }
  }

  /// A concrete tensor of numbers that are 1 or −1 with equal probability.
  public func rademacher(_ shape: [Int], scalarType: ScalarType = .float32) -> Tensor {
    let count = shape.reduce(1, *)
    return switch scalarType {
    case .float32: Tensor(rademacher(count, as: Float.self), shape: shape)
    case .float64: Tensor(rademacher(count, as: Double.self), shape: shape)
    }
  }
}

extension Tensor {
  /// A concrete tensor of doubles rounded to the scalar type.
  package init(rounding values: [Double], shape: [Int], to scalarType: ScalarType) {
    switch scalarType {
    case .float32: self.init(values.map(Float.init), shape: shape)
    case .float64: self.init(values, shape: shape)
    }
  }
}
