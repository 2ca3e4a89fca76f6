import Tensors

/// The functions that formulas may use.
enum EquationFunction: String, CaseIterable {
  case exp, expm1, log, log1p, log10, sqrt, abs, sign, erf
  case sin, cos, tan, tanh, sigmoid, softplus
  case pow, min, max
  /// 0 below 0, 1 from 0 on.
  case heaviside

  static let names = allCases.map(\.rawValue)
  /// Words with a meaning of their own.
  static let reserved = ["pi", "t", "span", "input", "in", "fixed", "network"]

  var argumentCounts: ClosedRange<Int> {
    switch self {
    case .pow: 2...2
    case .min, .max: 2...100
    default: 1...1
    }
  }

  var expectation: String {
    switch self {
    case .pow: "two arguments"
    case .min, .max: "two or more arguments"
    default: "one argument"
    }
  }

  /// The function's value in numbered nodes.
  func node(of operands: [Int], in graph: inout ExpressionGraph) -> Int {
    let x = operands[0]
    switch self {
    case .exp: return graph.unary(.exp, x)
    case .expm1: return graph.unary(.expm1, x)
    case .log: return graph.unary(.log, x)
    case .log1p: return graph.unary(.log1p, x)
    case .log10:
      return graph.binary(.divide, graph.unary(.log, x), graph.constant(2.302585092994046))
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
    }
  }
}
