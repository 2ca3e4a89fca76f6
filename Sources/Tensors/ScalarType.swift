/// The scalar type of a tensor's elements; a property of the tensor, checked when traced.
public enum ScalarType: UInt8, Hashable, Sendable, CaseIterable {
  case float32
  case float64

  /// Bytes of one element.
  public var byteCount: Int { self == .float32 ? 4 : 8 }
}

/// A Swift floating-point type that tensors can hold.
public protocol TensorScalar: BinaryFloatingPoint, Sendable {
  static var scalarType: ScalarType { get }
}

extension Float: TensorScalar {
  /// Single precision.
  public static var scalarType: ScalarType { .float32 }
}

extension Double: TensorScalar {
  /// Double precision.
  public static var scalarType: ScalarType { .float64 }
}
