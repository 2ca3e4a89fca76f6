#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A scalar type with the platform's elementary functions (errors of about one unit in the last place).
package protocol ElementaryScalar: BinaryFloatingPoint, Sendable {
  static func exponential(_ x: Self) -> Self
  static func exponentialMinusOne(_ x: Self) -> Self
  static func logarithm(_ x: Self) -> Self
  static func logarithmOnePlus(_ x: Self) -> Self
  static func sine(_ x: Self) -> Self
  static func cosine(_ x: Self) -> Self
  static func hyperbolicTangent(_ x: Self) -> Self
  static func errorFunction(_ x: Self) -> Self
  static func power(_ base: Self, _ exponent: Self) -> Self
}

extension ElementaryScalar {
  /// `1 / (1 + exp(−x))`, without overflow.
  package static func logisticFunction(_ x: Self) -> Self {
    let small = exponential(-x.magnitude)
    return (x < 0 ? small : 1) / (1 + small)
  }

  /// `log(1 + exp(x))`, without overflow.
  package static func softPlus(_ x: Self) -> Self {
    max(x, 0) + logarithmOnePlus(exponential(-x.magnitude))
  }
}

extension Double: ElementaryScalar {
  package static func exponential(_ x: Double) -> Double { exp(x) }
  package static func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }
  package static func logarithm(_ x: Double) -> Double { log(x) }
  package static func logarithmOnePlus(_ x: Double) -> Double { log1p(x) }
  package static func sine(_ x: Double) -> Double { sin(x) }
  package static func cosine(_ x: Double) -> Double { cos(x) }
  package static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  package static func errorFunction(_ x: Double) -> Double { erf(x) }
  /// `1 − erf(x)`, without cancellation.
  package static func complementaryErrorFunction(_ x: Double) -> Double { erfc(x) }
  package static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}

extension Float: ElementaryScalar {
  package static func exponential(_ x: Float) -> Float { expf(x) }
  package static func exponentialMinusOne(_ x: Float) -> Float { expm1f(x) }
  package static func logarithm(_ x: Float) -> Float { logf(x) }
  package static func logarithmOnePlus(_ x: Float) -> Float { log1pf(x) }
  package static func sine(_ x: Float) -> Float { sinf(x) }
  package static func cosine(_ x: Float) -> Float { cosf(x) }
  package static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
  package static func errorFunction(_ x: Float) -> Float { erff(x) }
  package static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }
}
