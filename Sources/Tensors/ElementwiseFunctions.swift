// Elementwise functions. Accuracies are those of the kernels: see `Docs/Conventions.md`.

/// `eˣ`.
public func exp(_ x: Tensor) -> Tensor { .apply(.exp, x) }
/// `exp(x) − 1`, accurate near 0.
public func expm1(_ x: Tensor) -> Tensor { .apply(.expm1, x) }
/// The natural logarithm; −∞ at 0, not-a-number below.
public func log(_ x: Tensor) -> Tensor { .apply(.log, x) }
/// `log(1 + x)`, accurate near 0.
public func log1p(_ x: Tensor) -> Tensor { .apply(.log1p, x) }
/// The sine of an angle in radians.
public func sin(_ x: Tensor) -> Tensor { .apply(.sin, x) }
/// The cosine of an angle in radians.
public func cos(_ x: Tensor) -> Tensor { .apply(.cos, x) }
/// The tangent of an angle in radians, as `sin(x) / cos(x)`.
public func tan(_ x: Tensor) -> Tensor { sin(x) / cos(x) }
/// The hyperbolic tangent.
public func tanh(_ x: Tensor) -> Tensor { .apply(.tanh, x) }
/// `1 / (1 + exp(−x))`.
public func sigmoid(_ x: Tensor) -> Tensor { .apply(.sigmoid, x) }
/// `log(1 + exp(x))`, without overflow.
public func softplus(_ x: Tensor) -> Tensor { .apply(.softplus, x) }
/// The error function `2/√π ∫₀ˣ e^(−t²) dt`.
public func erf(_ x: Tensor) -> Tensor { .apply(.erf, x) }
/// The square root; not-a-number below 0.
public func sqrt(_ x: Tensor) -> Tensor { .apply(.sqrt, x) }
/// `x²`.
public func square(_ x: Tensor) -> Tensor { .apply(.square, x) }
/// `1 / x`.
public func reciprocal(_ x: Tensor) -> Tensor { .apply(.reciprocal, x) }
/// `|x|`; the derivative at 0 is 0.
public func abs(_ x: Tensor) -> Tensor { .apply(.abs, x) }
/// −1, 0 or 1.
public func sign(_ x: Tensor) -> Tensor { .apply(.sign, x) }
/// The largest integer that is not above `x`; the derivative is 0.
public func floor(_ x: Tensor) -> Tensor { .apply(.floor, x) }

/// `a` to the power `b`; the derivative in `b` needs `a > 0`.
public func pow(_ a: Tensor, _ b: Tensor) -> Tensor { .apply(.power, a, b) }

/// `x` to a fixed power.
///
/// Whole powers up to 16 are products (at most 6 roundings), the power ½ is a square root.
public func pow(_ x: Tensor, _ exponent: Double) -> Tensor {
  if exponent == 0.5 { return sqrt(x) }
  guard let whole = Int(exactly: exponent), abs(whole) <= 16 else {
    return .apply(.power, x, x.splat(exponent))
  }
  var result: Tensor?
  var factor = x
  var rest = abs(whole)
  while rest > 0 {
    if rest & 1 == 1 { result = result.map { $0 * factor } ?? factor }
    rest >>= 1
    if rest > 0 { factor = square(factor) }
  }
  let product = result ?? x.splat(1)
  return whole < 0 ? reciprocal(product) : product
}

/// The smaller of two elements; equal elements share the derivative.
public func min(_ a: Tensor, _ b: Tensor) -> Tensor { .apply(.minimum, a, b) }
/// The larger of two elements; equal elements share the derivative.
public func max(_ a: Tensor, _ b: Tensor) -> Tensor { .apply(.maximum, a, b) }

/// `max(x, 0)`.
public func relu(_ x: Tensor) -> Tensor { max(x, x.splat(0)) }
/// `x` where positive, otherwise `exp(x) − 1`.
public func elu(_ x: Tensor) -> Tensor { select(x .> 0, x, expm1(min(x, x.splat(0)))) }
/// `x · sigmoid(x)`.
public func silu(_ x: Tensor) -> Tensor { x * sigmoid(x) }
/// `x · Φ(x)` with the exact normal distribution function.
public func gelu(_ x: Tensor) -> Tensor { 0.5 * x * (1 + erf(x * 0.5.squareRoot())) }

/// The identity with derivative 0.
public func stopGradient(_ x: Tensor) -> Tensor { Tensor(.stopGradient, [x], x.type) }
