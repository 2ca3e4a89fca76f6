import Platform

/// Shape and scalar type of a tensor.
///
/// Row-major, leading axis first.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  public var shape: [Int]
  public var scalar: ScalarType

  public init(_ shape: [Int], _ scalar: ScalarType) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative sizes, got \(shape)")
    self.shape = shape
    self.scalar = scalar
  }

  /// Number of elements: the product of the shape (1 for a scalar).
  public var count: Int { shape.reduce(1, *) }
  public var rank: Int { shape.count }
  public var byteCount: Int { count * scalar.byteCount }

  public var description: String {
    (scalar == .float32 ? "f32" : "f64") + "[" + shape.map(String.init).joined(separator: ",") + "]"
  }

  package func with(shape: [Int]) -> TensorType { TensorType(shape, scalar) }
}
