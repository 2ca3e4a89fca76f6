package import Platform
package import Tensors

extension UnaryFunction {
  /// The function of one number.
  @inline(__always)
  package func value<Scalar: ElementaryScalar>(_ x: Scalar) -> Scalar {
    switch self {
    case .negate: -x
    case .reciprocal: 1 / x
    case .square: x * x
    case .sqrt: x.squareRoot()
    case .abs: x.magnitude
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: x.rounded(.down)
    case .exp: .exponential(x)
    case .expm1: .exponentialMinusOne(x)
    case .log: .logarithm(x)
    case .log1p: .logarithmOnePlus(x)
    case .sin: .sine(x)
    case .cos: .cosine(x)
    case .tanh: .hyperbolicTangent(x)
    case .sigmoid: .logisticFunction(x)
    case .softplus: .softPlus(x)
    case .erf: .errorFunction(x)
    }
  }
}

extension BinaryFunction {
  /// The function of two numbers; `minimum` and `maximum` propagate not-a-number.
  @inline(__always)
  package func value<Scalar: ElementaryScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: .power(a, b)
    case .minimum: a < b || a.isNaN ? a : b
    case .maximum: a > b || a.isNaN ? a : b
    }
  }
}

extension Comparison {
  /// 1 if the comparison holds, otherwise 0.
  @inline(__always)
  package func value<Scalar: ElementaryScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
    switch self {
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    }
  }
}
