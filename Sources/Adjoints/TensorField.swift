public import Tensors

/// A vector field made of tensors: `dz/dt = f(t, z)`; `visit` lists its parameters.
///
/// Shapes: `time` is `[]` if the batch shares its steps and `[rows, 1]` if every row has its own;
/// `state` is `[rows, …]` and so is the result. A field reads nothing but its arguments and the
/// tensors that it visits; tensors with a row for each row of the batch (noise, conditions) are
/// visited as `visitor("noise", perRow: &noise)`.
public protocol TensorField: TensorTree {
  /// The derivative `dz/dt` of a batch of states.
  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor
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
