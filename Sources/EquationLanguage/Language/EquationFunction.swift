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

  /// Whether the name cannot be given to a quantity.
  ///
  /// The others are functions only before a parenthesis in a formula.
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

  /// The function as a tensor expression.
  func callAsFunction(_ operands: [Tensor]) -> Tensor {
    let x = operands[0]
    switch self {
    case .exp: return Tensors.exp(x)
    case .expm1: return Tensors.expm1(x)
    case .log, .ln: return Tensors.log(x)
    case .log1p: return Tensors.log1p(x)
    case .log10: return Tensors.log(x) / x.splat(2.302585092994046)
    case .log2: return Tensors.log(x) / x.splat(0.6931471805599453)
    case .sqrt: return Tensors.sqrt(x)
    case .abs: return Tensors.abs(x)
    case .sign: return Tensors.sign(x)
    case .erf: return Tensors.erf(x)
    case .sin: return Tensors.sin(x)
    case .cos: return Tensors.cos(x)
    case .tan: return Tensors.tan(x)
    case .tanh: return Tensors.tanh(x)
    case .sigmoid: return Tensors.sigmoid(x)
    case .softplus: return Tensors.softplus(x)
    case .pow: return EquationSyntax.Operator.power(x, operands[1])
    case .min: return operands.dropFirst().reduce(x) { Tensors.min($0, $1) }
    case .max: return operands.dropFirst().reduce(x) { Tensors.max($0, $1) }
    case .heaviside: return x.splat(0) .<= x
    case .floor: return Tensors.floor(x)
    case .ceil: return -Tensors.floor(-x)
    case .trunc: return select(x .< x.splat(0), -Tensors.floor(-x), Tensors.floor(x))
    case .round: return Tensors.floor(x + x.splat(0.5))
    case .mod: return x - operands[1] * Tensors.floor(x / operands[1])
    case .if: return select(x, operands[1], operands[2])
    case .piecewise:
      let last = operands.count - 1
      return stride(from: last - 1, to: 0, by: -2).reduce(operands[last]) { otherwise, place in
        select(operands[place], operands[place - 1], otherwise)
      }
    }
  }
}

extension EquationSyntax.Operator {
  /// The operator as a tensor expression; comparisons and logical operators give 1 or 0.
  func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (zero, one) = (a.splat(0), a.splat(1))
    switch self {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide: return a / b
    case .power:
      if case .splat(let exponent) = b.operation { return Tensors.pow(a, exponent) }
      return Tensors.pow(a, b)
    case .less: return a .< b
    case .lessOrEqual: return a .<= b
    case .greater: return b .< a
    case .greaterOrEqual: return b .<= a
    case .equal: return a .== b
    case .notEqual: return select(a .== b, zero, one)
    case .and: return select(a, select(b, one, zero), zero)
    case .or: return select(a, one, select(b, one, zero))
    }
  }
}
