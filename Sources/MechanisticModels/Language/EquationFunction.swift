import Tensors

/// The functions that formulas may use.
enum EquationFunction: String, CaseIterable {
  case exp, expm1, log, log1p, log10, sqrt, abs, sign, erf
  case sin, cos, tan, tanh, sigmoid, softplus
  case pow, min, max
  /// 0 below 0, 1 from 0 on.
  case heaviside
  case ln, log2, floor, ceil, trunc
  /// `floor(x + 1/2)`.
  case round
  /// `a - b*floor(a/b)`: it has the sign of `b`.
  case mod
  /// `(condition, a, b)`: `a` where the condition is not 0, else `b`.
  case `if`
  /// `(value, condition, value, condition, …, otherwise)`: the value before the first condition that is not 0.
  case piecewise

  static let names = allCases.map(\.rawValue)
  /// Words with a meaning of their own.
  static let reserved = ["pi", "t", "span", "input", "in", "fixed", "network"]

  /// Whether the name cannot be given to a quantity. The others are functions only before a parenthesis in a formula.
  static func isReserved(_ name: String) -> Bool {
    if reserved.contains(name) { return true }
    return switch EquationFunction(rawValue: name) {
    case nil, .ln, .log2, .floor, .ceil, .trunc, .round, .mod, .if, .piecewise: false
    default: true
    }
  }

  func accepts(argumentCount count: Int) -> Bool {
    switch self {
    case .pow, .mod: count == 2
    case .min, .max: (2...100).contains(count)
    case .if: count == 3
    case .piecewise: count >= 3 && count % 2 == 1
    default: count == 1
    }
  }

  var expectation: String {
    switch self {
    case .pow, .mod: "two arguments"
    case .min, .max: "two or more arguments"
    case .if: "three arguments, (condition, a, b)"
    case .piecewise: "an odd number of arguments, (value, condition, …, otherwise)"
    default: "one argument"
    }
  }

  /// The function's value in numbered nodes.
  func node(of operands: [Int], in graph: inout ExpressionGraph) -> Int {
    let x = operands[0]
    switch self {
    case .exp: return graph.unary(.exp, x)
    case .expm1: return graph.unary(.expm1, x)
    case .log, .ln: return graph.unary(.log, x)
    case .log1p: return graph.unary(.log1p, x)
    case .log10:
      return graph.binary(.divide, graph.unary(.log, x), graph.constant(2.302585092994046))
    case .log2:
      return graph.binary(.divide, graph.unary(.log, x), graph.constant(0.6931471805599453))
    case .sqrt: return graph.unary(.sqrt, x)
    case .abs: return graph.unary(.abs, x)
    case .sign: return graph.unary(.sign, x)
    case .erf: return graph.unary(.erf, x)
    case .sin: return graph.unary(.sin, x)
    case .cos: return graph.unary(.cos, x)
    case .tan: return graph.binary(.divide, graph.unary(.sin, x), graph.unary(.cos, x))
    case .tanh: return graph.unary(.tanh, x)
    case .sigmoid: return graph.unary(.sigmoid, x)
    case .softplus: return graph.unary(.softplus, x)
    case .pow: return graph.binary(.power, x, operands[1])
    case .min: return operands.dropFirst().reduce(x) { graph.binary(.minimum, $0, $1) }
    case .max: return operands.dropFirst().reduce(x) { graph.binary(.maximum, $0, $1) }
    case .heaviside: return graph.compare(.lessOrEqual, graph.constant(0), x)
    case .floor: return graph.unary(.floor, x)
    case .ceil: return graph.ceiling(of: x)
    case .trunc:
      let isNegative = graph.compare(.less, x, graph.constant(0))
      let (up, down) = (graph.ceiling(of: x), graph.unary(.floor, x))
      return graph.select(isNegative, up, down)
    case .round: return graph.unary(.floor, graph.binary(.add, x, graph.constant(0.5)))
    case .mod:
      let quotient = graph.unary(.floor, graph.binary(.divide, x, operands[1]))
      return graph.binary(.subtract, x, graph.binary(.multiply, operands[1], quotient))
    case .if: return graph.select(x, operands[1], operands[2])
    case .piecewise:
      let last = operands.count - 1
      return stride(from: last - 1, to: 0, by: -2).reduce(operands[last]) { otherwise, place in
        graph.select(operands[place], operands[place - 1], otherwise)
      }
    }
  }
}

extension EquationSyntax.Operator {
  /// The operator's value in numbered nodes; comparisons and logical operators give 1 or 0.
  func node(_ a: Int, _ b: Int, in graph: inout ExpressionGraph) -> Int {
    switch self {
    case .add: return graph.binary(.add, a, b)
    case .subtract: return graph.binary(.subtract, a, b)
    case .multiply: return graph.binary(.multiply, a, b)
    case .divide: return graph.binary(.divide, a, b)
    case .power: return graph.binary(.power, a, b)
    case .less: return graph.compare(.less, a, b)
    case .lessOrEqual: return graph.compare(.lessOrEqual, a, b)
    case .greater: return graph.compare(.less, b, a)
    case .greaterOrEqual: return graph.compare(.lessOrEqual, b, a)
    case .equal: return graph.compare(.equal, a, b)
    case .notEqual: return graph.complement(of: graph.compare(.equal, a, b))
    case .and:
      let one = graph.constant(1)
      let second = graph.select(b, one, graph.constant(0))
      return graph.select(a, second, graph.constant(0))
    case .or:
      let one = graph.constant(1)
      let second = graph.select(b, one, graph.constant(0))
      return graph.select(a, one, second)
    }
  }
}

extension ExpressionGraph {
  /// The smallest integer that is not below a node.
  fileprivate mutating func ceiling(of x: Int) -> Int {
    unary(.negate, unary(.floor, unary(.negate, x)))
  }

  /// 1 where a node is 0, else 0.
  mutating func complement(of x: Int) -> Int { select(x, constant(0), constant(1)) }
}
