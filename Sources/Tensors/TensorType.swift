import Platform

/// Shape and scalar type of a tensor.
///
/// Row-major, leading axis first.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  /// The size of each axis.
  public var shape: [Int]
  /// The scalar type of the elements.
  public var scalar: ScalarType

  /// A type from a shape and a scalar type.
  public init(_ shape: [Int], _ scalar: ScalarType) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative sizes, got \(shape)")
    self.shape = shape
    self.scalar = scalar
  }

  /// Number of elements: the product of the shape (1 for a scalar).
  public var count: Int { shape.reduce(1, *) }
  /// The number of axes.
  public var rank: Int { shape.count }
  /// The size of all elements in bytes.
  public var byteCount: Int { count * scalar.byteCount }

  public var description: String {
    (scalar == .float32 ? "f32" : "f64") + "[" + shape.map(String.init).joined(separator: ",") + "]"
  }

  package func with(shape: [Int]) -> TensorType { TensorType(shape, scalar) }
}
