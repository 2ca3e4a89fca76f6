import Tensors

/// Scalar formulas as numbered nodes: equal formulas are one node, constants are folded.
///
/// A node's operands have smaller numbers, so the order of the nodes is an order of evaluation.
struct ScalarGraph {
  enum Node: Hashable {
    case constant(Double)
    /// An exact 0 of a padding or a derivative: 0 times any factor is 0.
    case zero
    /// One element of a parameter of the graph.
    case element(parameter: Int, Int)
    case unary(UnaryFunction, Int)
    case binary(BinaryFunction, Int, Int)
    /// 1 if the comparison holds, otherwise 0.
    case compare(Comparison, Int, Int)
    case select(Int, Int, Int)
    /// The same value in the other scalar type.
    case convert(Int)
  }

  private struct Key: Hashable {
    var node: Node
    var scalar: ScalarType
  }

  private(set) var nodes: [Node] = []
  private(set) var scalars: [ScalarType] = []
  private var numbers: [Key: Int] = [:]

  init() {}

  /// The number of a node, created on first use.
  mutating func number(of node: Node, _ scalar: ScalarType) -> Int {
    let key = Key(node: node, scalar: scalar)
    if let found = numbers[key] { return found }
    nodes.append(node)
    scalars.append(scalar)
    numbers[key] = nodes.count - 1
    return nodes.count - 1
  }

  /// A constant, rounded to its scalar type; both zeros are 0.
  mutating func constant(_ value: Double, _ scalar: ScalarType) -> Int {
    let rounded = scalar == .float32 ? Double(Float(value)) : value
    return number(of: .constant(rounded == 0 ? 0 : rounded), scalar)
  }

  mutating func zero(_ scalar: ScalarType) -> Int { number(of: .zero, scalar) }

  /// The value of a constant node.
  func value(of number: Int) -> Double? {
    switch nodes[number] {
    case .constant(let value): value
    case .zero: 0
    default: nil
    }
  }

  /// The argument of a negation.
  private func negated(_ number: Int) -> Int? {
    if case .unary(.negate, let inner) = nodes[number] { inner } else { nil }
  }

  mutating func convert(_ x: Int, to scalar: ScalarType) -> Int {
    if scalars[x] == scalar { return x }
    if nodes[x] == .zero { return zero(scalar) }
    if let value = value(of: x) { return constant(value, scalar) }
    if case .convert(let inner) = nodes[x], scalar == .float32 { return inner }
    return number(of: .convert(x), scalar)
  }
}

// MARK: - Simplification

// Rewriting preserves every bit of a result, except the sign of a zero. An exact zero times any
// factor is 0.

extension ScalarGraph {
  mutating func unary(_ function: UnaryFunction, _ x: Int) -> Int {
    if nodes[x] == .zero && (function == .negate || function == .square) { return x }
    if let value = value(of: x) {
      return constant(
        scalars[x] == .float32 ? Double(function.value(Float(value))) : function.value(value),
        scalars[x])
    }
    switch (function, nodes[x]) {
    case (.negate, .unary(.negate, let inner)): return inner
    case (.negate, .binary(.subtract, let a, let b)): return binary(.subtract, b, a)
    case (.square, .unary(.negate, let inner)), (.abs, .unary(.negate, let inner)),
      (.cos, .unary(.negate, let inner)):
      return unary(function, inner)
    default: return number(of: .unary(function, x), scalars[x])
    }
  }

  mutating func binary(_ function: BinaryFunction, _ a: Int, _ b: Int) -> Int {
    let scalar = scalars[a]
    if function == .multiply && nodes[b] == .zero { return b }
    if (function == .multiply || function == .divide) && nodes[a] == .zero { return a }
    if let left = value(of: a), let right = value(of: b) {
      return constant(
        scalar == .float32
          ? Double(function.value(Float(left), Float(right))) : function.value(left, right), scalar)
    }
    let simpler: Int?
    switch function {
    case .add: simpler = sum(a, b)
    case .subtract: simpler = difference(a, b)
    case .multiply: simpler = product(a, b)
    case .divide: simpler = quotient(a, b)
    case .power: simpler = nil
    case .minimum, .maximum: simpler = a == b ? a : nil
    }
    if let simpler { return simpler }
    let isCommutative = function != .subtract && function != .divide && function != .power
    return isCommutative && b < a
      ? number(of: .binary(function, b, a), scalar) : number(of: .binary(function, a, b), scalar)
  }

  mutating func compare(_ comparison: Comparison, _ a: Int, _ b: Int) -> Int {
    let scalar = scalars[a]
    if let left = value(of: a), let right = value(of: b) {
      return constant(comparison.value(left, right), scalar)
    }
    return number(of: .compare(comparison, a, b), scalar)
  }

  mutating func select(_ condition: Int, _ a: Int, _ b: Int) -> Int {
    if let value = value(of: condition) { return value != 0 ? a : b }
    return a == b ? a : number(of: .select(condition, a, b), scalars[a])
  }

  private mutating func sum(_ a: Int, _ b: Int) -> Int? {
    if value(of: a) == 0 { return b }
    if value(of: b) == 0 { return a }
    if let inner = negated(b) { return binary(.subtract, a, inner) }
    return negated(a).map { binary(.subtract, b, $0) }
  }

  private mutating func difference(_ a: Int, _ b: Int) -> Int? {
    if value(of: b) == 0 { return a }
    if value(of: a) == 0 { return unary(.negate, b) }
    return negated(b).map { binary(.add, a, $0) }
  }

  private mutating func product(_ a: Int, _ b: Int) -> Int? {
    for (factor, other) in [(value(of: a), b), (value(of: b), a)] {
      switch factor {
      case 1: return other
      case -1: return unary(.negate, other)
      default: break
      }
    }
    if a == b { return unary(.square, a) }
    if let inner = negated(a) { return unary(.negate, binary(.multiply, inner, b)) }
    return negated(b).map { unary(.negate, binary(.multiply, a, $0)) }
  }

  private mutating func quotient(_ a: Int, _ b: Int) -> Int? {
    if value(of: a) == 1 { return unary(.reciprocal, b) }
    if let divisor = value(of: b) {
      if divisor == 1 { return a }
      if divisor == -1 { return unary(.negate, a) }
      // The reciprocal of a power of two is exact.
      if divisor.significand == 1, divisor.magnitude > 1e-30, divisor.magnitude < 1e30 {
        return binary(.multiply, a, constant(1 / divisor, scalars[a]))
      }
    }
    if let inner = negated(a) { return unary(.negate, binary(.divide, inner, b)) }
    return negated(b).map { unary(.negate, binary(.divide, a, $0)) }
  }
}

extension ScalarGraph.Node {
  var operands: [Int] {
    switch self {
    case .constant, .zero, .element: []
    case .unary(_, let x), .convert(let x): [x]
    case .binary(_, let a, let b), .compare(_, let a, let b): [a, b]
    case .select(let condition, let a, let b): [condition, a, b]
    }
  }
}
