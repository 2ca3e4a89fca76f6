import Tensors

extension SimplificationRule {
  /// Rules for constants, conversions and stopped gradients.
  static let constantRules: [SimplificationRule] = [
    SimplificationRule("constant of one element = number") { y in
      guard case .constant(let storage) = y.operation, storage.type.count == 1 else { return nil }
      return y.splat(storage.doubles[0])
    },
    SimplificationRule("convert(number) = number") { y in
      guard case .convert = y.operation, let x = y.operands[0].splatValue else { return nil }
      return y.splat(x)
    },
    SimplificationRule("convert(constant) = constant") { y in
      guard case .convert = y.operation, case .constant(let storage) = y.operands[0].operation
      else { return nil }
      switch y.scalarType {
      case .float32: return Tensor(storage.doubles.map(Float.init), shape: y.shape)
      case .float64: return Tensor(storage.doubles, shape: y.shape)
      }
    },
    SimplificationRule("narrow(widen(x)) = x") { y in
      guard case .convert = y.operation, case .convert = y.operands[0].operation,
        y.operands[0].scalarType == .float64
      else { return nil }
      return y.operands[0].operands[0]
    },
    SimplificationRule("stop(c) = c where c has no derivative") { y in
      guard case .stopGradient = y.operation, !y.operands[0].operation.passesDerivatives
      else { return nil }
      if case .parameter = y.operands[0].operation { return nil }
      return y.operands[0]
    },
  ]

  /// Operations on numbers are evaluated if the arithmetic is exact or correctly rounded: the
  /// result has the bits that a program would compute.
  static let foldingRules: [SimplificationRule] = [
    SimplificationRule("f(number) = number") { y in
      guard case .unary(let function) = y.operation, let x = y.operands[0].splatValue,
        let value = function.folded(x)
      else { return nil }
      return y.splat(value)
    },
    SimplificationRule("f(number, number) = number") { y in
      guard case .binary(let function) = y.operation, let a = y.operands[0].splatValue,
        let b = y.operands[1].splatValue, let value = function.folded(a, b)
      else { return nil }
      return y.splat(y.rounded(value))
    },
    SimplificationRule("comparison of numbers = number") { y in
      guard case .compare(let comparison) = y.operation, let a = y.operands[0].splatValue,
        let b = y.operands[1].splatValue
      else { return nil }
      let holds =
        switch comparison {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .equal: a == b
        }
      return y.splat(holds ? 1 : 0)
    },
  ]
}

extension UnaryFunction {
  /// The value if it is exact or correctly rounded; otherwise `nil`.
  fileprivate func folded(_ x: Double) -> Double? {
    switch self {
    case .negate: -x
    case .square: x * x
    case .sqrt: x.squareRoot()
    case .reciprocal: 1 / x
    case .abs: Swift.abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: x.rounded(.down)
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .softplus, .erf: nil
    }
  }
}

extension BinaryFunction {
  /// The value in double precision, to be rounded once, if that is correct rounding; otherwise
  /// `nil`.
  fileprivate func folded(_ a: Double, _ b: Double) -> Double? {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: nil
    case .minimum: a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
    case .maximum: a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    }
  }
}
