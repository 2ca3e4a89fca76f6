import Platform

/// An operation that is not a primitive: a whole solve, a hand-written kernel.
///
/// Its derivative rules are written in tensor operations.
public protocol CustomOperation: Sendable {
  var name: String { get }
  func resultTypes(of operands: [TensorType]) -> [TensorType]
  /// Cotangents of the operands (`nil` for zero), given those of the results (`nil` for zero).
  func vjp(operands: [Tensor], results: [Tensor], cotangents: [Tensor?]) -> [Tensor?]
  /// Tangents of the results (`nil` for zero), given those of the operands (`nil` for zero).
  func jvp(operands: [Tensor], results: [Tensor], tangents: [Tensor?]) -> [Tensor?]
  /// The results over a new leading axis of the given size; `isBatched` marks the operands that
  /// have it.
  ///
  /// By default, each index of the axis is a separate application.
  func batched(operands: [Tensor], isBatched: [Bool], size: Int) -> [Tensor]
  /// Equal for interchangeable operations; `nil`, the default, prevents merging with any other
  /// operation.
  var identity: ObjectIdentifier? { get }
  /// A new evaluator with its own scratch memory; there is one per workspace, used by one thread at
  /// a time.
  func makeEvaluator(operands: [TensorType], in context: EvaluationContext) -> any CustomEvaluator
}

extension CustomOperation {
  /// Never merged with another operation.
  public var identity: ObjectIdentifier? { nil }

  /// Applies the operation; one tensor per result.
  public func callAsFunction(_ operands: [Tensor]) -> [Tensor] {
    let node = Node(.custom(self), operands, resultTypes(of: operands.map(\.type)))
    return node.types.indices.map { Tensor(node, $0) }
  }

  /// One application for each index of the axis.
  public func batched(operands: [Tensor], isBatched: [Bool], size: Int) -> [Tensor] {
    precondition(size > 0, "an axis of size 0 has no applications to take the results' types from")
    let rows = (0..<size).map { row in
      self(zip(operands, isBatched).map { $1 ? $0.at(row) : $0 })
    }
    return rows[0].indices.map { result in stack(rows.map { $0[result] }) }
  }
}

/// Computes a custom operation's results inside one workspace.
public protocol CustomEvaluator: AnyObject {
  /// Reads the operands and fills the results, all dense and row-major.
  func evaluate(
    operands: [UnsafeRawPointer], results: [UnsafeMutableRawPointer])
}

/// Objects shared by the custom operations of one workspace, such as what a solve saves for its
/// adjoint.
public final class EvaluationContext {
  private var shared: [ObjectIdentifier: AnyObject] = [:]

  package init() {}

  /// The object of a key in this workspace, created on first use.
  public func shared<Value: AnyObject>(_ key: AnyObject, make: () -> Value) -> Value {
    let id = ObjectIdentifier(key)
    if let found = shared[id] as? Value { return found }
    let made = make()
    shared[id] = made
    return made
  }

  /// Every shared object of one kind.
  package func all<Value: AnyObject>(_: Value.Type) -> [Value] {
    shared.values.compactMap { $0 as? Value }
  }
}
