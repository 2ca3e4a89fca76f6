package import Tensors

/// Scalar formulas as numbered nodes: equal formulas are one node, constants are folded.
///
/// A node's operands have smaller numbers, so the order of the nodes is an order of evaluation.
package struct ExpressionGraph: Sendable {
  /// One scalar value.
  package enum Node: Hashable, Sendable {
    case constant(Double)
    case time
    case state(Int)
    case parameter(Int)
    case input(Int)
    case unary(UnaryFunction, Int)
    case binary(BinaryFunction, Int, Int)
    /// 1 where it holds, else 0.
    case compare(Comparison, Int, Int)
    /// The second where the first is not 0, else the third.
    case select(Int, Int, Int)
  }

  package private(set) var nodes: [Node] = []
  private var numbers: [Node: Int] = [:]

  package init() {}

  /// The number of a node, made on first use.
  package mutating func number(of node: Node) -> Int {
    if let found = numbers[node] { return found }
    nodes.append(node)
    numbers[node] = nodes.count - 1
    return nodes.count - 1
  }

  package mutating func constant(_ value: Double) -> Int { number(of: .constant(value)) }

  /// The value of a constant node.
  package func value(of number: Int) -> Double? {
    if case .constant(let value) = nodes[number] { value } else { nil }
  }

  package mutating func unary(_ function: UnaryFunction, _ x: Int) -> Int {
    if let value = value(of: x) { return constant(function.value(value)) }
    if case .negate = function, case .unary(.negate, let inner) = nodes[x] { return inner }
    return number(of: .unary(function, x))
  }

  /// Rewrites only what changes no bit of a result (except the sign of a zero).
  package mutating func binary(_ function: BinaryFunction, _ a: Int, _ b: Int) -> Int {
    let (left, right) = (value(of: a), value(of: b))
    if let left, let right { return constant(function.value(left, right)) }
    switch function {
    case .add:
      if left == 0 { return b }
      if right == 0 { return a }
      if case .unary(.negate, let inner) = nodes[b] { return binary(.subtract, a, inner) }
      if case .unary(.negate, let inner) = nodes[a] { return binary(.subtract, b, inner) }
    case .subtract:
      if right == 0 { return a }
      if left == 0 { return unary(.negate, b) }
      if case .unary(.negate, let inner) = nodes[b] { return binary(.add, a, inner) }
    case .multiply:
      if left == 1 { return b }
      if right == 1 { return a }
      if left == -1 { return unary(.negate, b) }
      if right == -1 { return unary(.negate, a) }
      if a == b { return unary(.square, a) }
    case .divide:
      if right == 1 { return a }
      if right == -1 { return unary(.negate, a) }
    case .power:
      if let right { return power(a, right) }
    case .minimum, .maximum:
      if a == b { return a }
    }
    let isCommutative = function != .subtract && function != .divide && function != .power
    return isCommutative && b < a
      ? number(of: .binary(function, b, a)) : number(of: .binary(function, a, b))
  }

  package mutating func compare(_ comparison: Comparison, _ a: Int, _ b: Int) -> Int {
    if let a = value(of: a), let b = value(of: b) { return constant(comparison.value(a, b)) }
    return number(of: .compare(comparison, a, b))
  }

  package mutating func select(_ condition: Int, _ a: Int, _ b: Int) -> Int {
    if let condition = value(of: condition) { return condition != 0 ? a : b }
    return a == b ? a : number(of: .select(condition, a, b))
  }

  /// Whole exponents up to 16 become products (at most 6 roundings), ½ a square root.
  private mutating func power(_ x: Int, _ exponent: Double) -> Int {
    if exponent == 0 { return constant(1) }
    if exponent == 0.5 { return unary(.sqrt, x) }
    guard let whole = Int(exactly: exponent), abs(whole) <= 16 else {
      return number(of: .binary(.power, x, constant(exponent)))
    }
    var result: Int?
    var square = x
    var rest = abs(whole)
    while rest > 0 {
      if rest & 1 == 1 { result = result.map { binary(.multiply, $0, square) } ?? square }
      rest >>= 1
      if rest > 0 { square = unary(.square, square) }
    }
    let product = result ?? x
    return whole < 0 ? unary(.reciprocal, product) : product
  }

  /// Which nodes the roots need, and which of those depend on anything but parameters.
  package func reach(of roots: [Int]) -> (isNeeded: [Bool], varies: [Bool]) {
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    for root in roots { isNeeded[root] = true }
    for number in nodes.indices.reversed() where isNeeded[number] {
      for operand in nodes[number].operands { isNeeded[operand] = true }
    }
    var varies = [Bool](repeating: false, count: nodes.count)
    for number in nodes.indices {
      switch nodes[number] {
      case .time, .state, .input: varies[number] = true
      default: varies[number] = nodes[number].operands.contains { varies[$0] }
      }
    }
    return (isNeeded, varies)
  }
}

extension ExpressionGraph.Node {
  package var operands: [Int] {
    switch self {
    case .constant, .time, .state, .parameter, .input: []
    case .unary(_, let x): [x]
    case .binary(_, let a, let b), .compare(_, let a, let b): [a, b]
    case .select(let condition, let a, let b): [condition, a, b]
    }
  }
}
