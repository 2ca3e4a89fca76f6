import Tensors

extension Graph {
  /// The graph with equal applications of equal operations done once.
  ///
  /// Values are kept to the bit: operands of sums and products may come in either order.
  public func mergingCommonSubexpressions() -> Graph {
    var known: [Application: Node] = [:]
    return rewriting { operation, operands, types in
      var node = Node(operation, operands, types)
      if let key = operation.structuralKey {
        var identities = operands.map(ValueIdentity.init)
        if operation.isCommutative { identities.sort { $0.order < $1.order } }
        let application = Application(operation: key, operands: identities, types: types)
        if let found = known[application] { node = found } else { known[application] = node }
      }
      return types.indices.map { Tensor(node, $0) }
    }
  }
}

/// What makes two applications the same.
private struct Application: Hashable {
  var operation: StructuralKey
  var operands: [ValueIdentity]
  var types: [TensorType]
}

/// One result of one node, which must be kept alive while this is in use.
private struct ValueIdentity: Hashable {
  var node: ObjectIdentifier
  var index: Int

  init(_ tensor: Tensor) {
    node = ObjectIdentifier(tensor.node)
    index = tensor.index
  }

  var order: (UInt, Int) { (UInt(bitPattern: node), index) }
}

/// Equal for operations that give equal results for equal operands.
struct StructuralKey: Hashable {
  var kind: Int
  var numbers: [Int] = []
  var lists: [[Int]] = []
  var identity: ObjectIdentifier?
}

extension Operation {
  /// Nil where two applications are never the same.
  var structuralKey: StructuralKey? {
    switch self {
    case .parameter: nil
    case .splat(let value): .init(kind: 0, numbers: [Int(bitPattern: UInt(value.bitPattern))])
    case .constant(let storage): .init(kind: 1, identity: ObjectIdentifier(storage))
    case .unary(let function): .init(kind: 2, numbers: [Int(function.rawValue)])
    case .binary(let function): .init(kind: 3, numbers: [Int(function.rawValue)])
    case .compare(let comparison): .init(kind: 4, numbers: [Int(comparison.rawValue)])
    case .select: .init(kind: 5)
    case .reduce(let reduction, let axes):
      .init(kind: 6, numbers: [Int(reduction.rawValue)], lists: [axes])
    case .broadcast: .init(kind: 7)
    case .reshape: .init(kind: 8)
    case .transpose(let permutation): .init(kind: 9, lists: [permutation])
    case .slice(let start, let stride): .init(kind: 10, lists: [start, stride])
    case .pad(let low, let high, let interior): .init(kind: 11, lists: [low, high, interior])
    case .concatenate(let axis): .init(kind: 12, numbers: [axis])
    case .matrixMultiply(let left, let right):
      .init(kind: 13, numbers: [left ? 1 : 0, right ? 1 : 0])
    case .convolution(let c):
      .init(
        kind: 14, numbers: [Int(c.kind.rawValue), c.stride, c.padding], lists: [c.image, c.kernel])
    case .gather: .init(kind: 15)
    case .scatterAdd: .init(kind: 16)
    case .convert: .init(kind: 17)
    case .stopGradient: .init(kind: 18)
    case .custom(let operation):
      operation.identity.map { .init(kind: 19, identity: $0) }
    }
  }

  fileprivate var isCommutative: Bool {
    switch self {
    case .binary(.add), .binary(.multiply), .compare(.equal): true
    default: false
    }
  }
}
