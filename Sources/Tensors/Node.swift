/// One application of an operation; it retains its operands.
///
/// Immutable after `init` (only `deinit` empties `operands`), hence `@unchecked Sendable`. Release
/// is iterative: freeing a chain of 30,000 nodes recursively overflows the stack.
package final class Node: @unchecked Sendable {
  package let operation: Operation
  package private(set) var operands: [Tensor]
  package let types: [TensorType]

  package init(_ operation: Operation, _ operands: [Tensor], _ types: [TensorType]) {
    self.operation = operation
    self.operands = operands
    self.types = types
  }

  deinit {
    guard !operands.isEmpty else { return }
    var pending = operands
    operands = []
    while var last = pending.popLast() {
      if isKnownUniquelyReferenced(&last.node) {
        pending.append(contentsOf: last.node.operands)
        last.node.operands = []
      }
    }
  }
}
