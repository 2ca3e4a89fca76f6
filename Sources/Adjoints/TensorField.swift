public import Tensors

/// A vector field made of tensors: `dz/dt = f(t, z)`; `visit` lists its parameters.
///
/// Shapes: `time` is `[]` if the batch shares its steps and `[rows, 1]` if every row has its own;
/// `state` is `[rows, …]` and so is the result. A field reads nothing but its arguments and the
/// tensors that it visits.
public protocol TensorField: TensorTree {
  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor

  /// Names (as in `visit`) of tensors whose leading axis is the batch: noise, conditions,
  /// parameters of each row.
  var rowTensorNames: Set<String> { get }
}

extension TensorField {
  /// No tensor has the batch as its leading axis.
  public var rowTensorNames: Set<String> { [] }
}

/// A field given by a closure, without parameters.
public struct ClosureField: TensorField {
  private let body: @Sendable (Tensor, Tensor) -> Tensor

  /// A field of a closure.
  public init(_ body: @escaping @Sendable (_ time: Tensor, _ state: Tensor) -> Tensor) {
    self.body = body
  }

  /// The value of the closure.
  public func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor { body(time, state) }
  public mutating func visit(_ visitor: inout some TensorVisitor) {}
}
