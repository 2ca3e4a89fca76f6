import Tensors

extension Graph {
  /// The graph with equal applications of equal operations merged.
  ///
  /// All values keep their bits: operands of sums and products may be in either order.
  public func mergingCommonSubexpressions() -> Graph {
    var known = KnownApplications()
    return rewriting { operation, operands, types in
      let node = known.first(like: Node(operation, operands, types))
      return types.indices.map { Tensor(node, $0) }
    }
  }
}

/// The applications so far; the first of equal ones is used.
struct KnownApplications {
  private var nodes: [Application: Node] = [:]

  mutating func first(like node: Node) -> Node {
    guard let key = node.operation.structuralKey else { return node }
    var operands = node.operands.map(ValueIdentity.init)
    if operands.count == 2, node.operation.isCommutative, operands[1].precedes(operands[0]) {
      operands.swapAt(0, 1)
    }
    let application = Application(operation: key, operands: operands, types: node.types)
    if let found = nodes[application] { return found }
    nodes[application] = node
    return node
  }
}

/// The properties that make two applications equal.
private struct Application: Hashable {
  var operation: StructuralKey
  var operands: [ValueIdentity]
  var types: [TensorType]

  func hash(into hasher: inout Hasher) {
    hasher.combine(operation)
    hasher.combine(operands)
  }
}

/// One result of one node; the node must be retained while this is in use.
private struct ValueIdentity: Hashable {
  var node: ObjectIdentifier
  var index: Int

  init(_ tensor: Tensor) {
    node = ObjectIdentifier(tensor.node)
    index = tensor.index
  }

  func precedes(_ other: ValueIdentity) -> Bool {
    (UInt(bitPattern: node), index) < (UInt(bitPattern: other.node), other.index)
  }
}

/// Equal for operations with equal results for equal operands.
struct StructuralKey: Hashable {
  var kind: Int
  var first = 0
  var second = 0
  var third = 0
  var lists: [[Int]] = []
  var identity: ObjectIdentifier?
}

extension Operation {
  /// `nil` if two applications are never equal.
  var structuralKey: StructuralKey? {
    switch self {
    case .parameter: nil
    case .splat(let value): .init(kind: 0, first: Int(bitPattern: UInt(value.bitPattern)))
    case .constant(let storage): .init(kind: 1, identity: ObjectIdentifier(storage))
    case .unary(let function): .init(kind: 2, first: Int(function.rawValue))
    case .binary(let function): .init(kind: 3, first: Int(function.rawValue))
    case .compare(let comparison): .init(kind: 4, first: Int(comparison.rawValue))
    case .select: .init(kind: 5)
    case .reduce(let reduction, let axes):
      .init(kind: 6, first: Int(reduction.rawValue), lists: [axes])
    case .broadcast: .init(kind: 7)
    case .reshape: .init(kind: 8)
    case .transpose(let permutation): .init(kind: 9, lists: [permutation])
    case .slice(let start, let stride): .init(kind: 10, lists: [start, stride])
    case .pad(let low, let high, let interior): .init(kind: 11, lists: [low, high, interior])
    case .concatenate(let axis): .init(kind: 12, first: axis)
    case .matrixMultiply(let left, let right):
      .init(kind: 13, first: left ? 1 : 0, second: right ? 1 : 0)
    case .convolution(let c):
      .init(
        kind: 14, first: Int(c.kind.rawValue), second: c.stride, third: c.padding,
        lists: [c.image, c.kernel])
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
