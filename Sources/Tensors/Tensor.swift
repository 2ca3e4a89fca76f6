import Platform

/// An expression with a shape and a scalar type.
///
/// Operations on tensors build an expression; a program computes it. A tensor with concrete values
/// is a constant expression; `evaluated()` computes any other.
public struct Tensor: Sendable {
  package var node: Node
  package var index: Int

  package init(_ node: Node, _ index: Int = 0) {
    self.node = node
    self.index = index
  }

  package init(_ operation: Operation, _ operands: [Tensor], _ type: TensorType) {
    self.init(Node(operation, operands, [type]))
  }

  /// Shape and scalar type.
  public var type: TensorType { node.types[index] }
  /// The size of each axis.
  public var shape: [Int] { type.shape }
  /// The number of axes; 0 for a scalar.
  public var rank: Int { type.rank }
  /// The scalar type of the elements.
  public var scalarType: ScalarType { type.scalar }
  package var operation: Operation { node.operation }
}

extension Tensor {
  /// A concrete tensor from its row-major elements.
  public init<Scalar: TensorScalar>(_ values: [Scalar], shape: [Int]) {
    self.init(storage: Storage(values, shape: shape))
  }

  /// A concrete vector.
  public init<Scalar: TensorScalar>(_ values: [Scalar]) {
    self.init(values, shape: [values.count])
  }

  /// A concrete tensor of whole numbers, such as labels or counts, row-major.
  ///
  /// - Precondition: the scalar type represents every number exactly (single precision up to 2²⁴).
  public init<Number: BinaryInteger>(
    _ values: [Number], shape: [Int], scalarType: ScalarType = .float32
  ) {
    switch scalarType {
    case .float32: self.init(values.map { Self.exactly($0) as Float }, shape: shape)
    case .float64: self.init(values.map { Self.exactly($0) as Double }, shape: shape)
    }
  }

  /// A concrete vector of whole numbers.
  ///
  /// - Precondition: the scalar type represents every number exactly (single precision up to 2²⁴).
  public init<Number: BinaryInteger>(_ values: [Number], scalarType: ScalarType = .float32) {
    self.init(values, shape: [values.count], scalarType: scalarType)
  }

  private static func exactly<Scalar: TensorScalar>(_ number: some BinaryInteger) -> Scalar {
    guard let value = Scalar(exactly: number) else {
      preconditionFailure(
        "\(number) is not exact in \(Scalar.scalarType); write scalarType: .float64")
    }
    return value
  }

  /// A concrete matrix from its rows.
  public init<Scalar: TensorScalar>(rows: [[Scalar]]) {
    let width = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == width }, "the rows have different lengths")
    self.init(rows.flatMap { $0 }, shape: [rows.count, width])
  }

  /// A concrete tensor that shares a storage.
  package init(storage: Storage) {
    self.init(.constant(storage), [], storage.type)
  }

  /// A tensor whose elements all have one value.
  public init(repeating value: Double, shape: [Int], scalarType: ScalarType = .float32) {
    self.init(.splat(value), [], TensorType(shape, scalarType))
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], scalarType: ScalarType = .float32) -> Tensor {
    Tensor(repeating: 0, shape: shape, scalarType: scalarType)
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], scalarType: ScalarType = .float32) -> Tensor {
    Tensor(repeating: 1, shape: shape, scalarType: scalarType)
  }

  /// Zeros with the type of another tensor.
  public static func zeros(like other: Tensor) -> Tensor {
    Tensor(repeating: 0, shape: other.shape, scalarType: other.scalarType)
  }

  /// The concrete values of a constant; `nil` for any other expression.
  package var storage: Storage? {
    switch operation {
    case .constant(let storage): storage
    case .splat(let value):
      switch scalarType {
      case .float32: Storage([Float](repeating: Float(value), count: type.count), shape: shape)
      case .float64: Storage([Double](repeating: value, count: type.count), shape: shape)
      }
    default: nil
    }
  }

  /// The elements of a concrete tensor.
  ///
  /// - Precondition: the tensor is not an expression.
  package var concreteStorage: Storage {
    guard let storage else {
      preconditionFailure("evaluated tensors are needed here, not an expression of \(type)")
    }
    return storage
  }
}
