import NumericCore

/// An adaptive control made ready for a method: its exponents.
@frozen
@usableFromInline
struct StepFactors: Sendable {
  @usableFromInline let control: AdaptiveControl
  @usableFromInline let exponent: Double
  @usableFromInline let previousExponent: Double
  @usableFromInline let rejectionExponent: Double

  @usableFromInline
  init(_ control: AdaptiveControl, errorOrder: Int) {
    self.control = control
    exponent = -(control.integral + control.proportional) / Double(errorOrder)
    previousExponent = control.proportional / Double(errorOrder)
    rejectionExponent = -1 / Double(errorOrder)
  }

  /// How much larger the next step is after one with this error was accepted.
  @inlinable
  func afterAcceptance(error: Double, previous: Double, wasRejected: Bool) -> Double {
    var factor = control.largestFactor
    if error > 0 {
      factor = control.safety * realPower(error, exponent)
      if previousExponent != 0 { factor *= realPower(previous, previousExponent) }
    }
    let ceiling = wasRejected ? min(1, control.largestFactor) : control.largestFactor
    return min(ceiling, max(control.floorAfterAcceptance, factor))
  }

  /// How much smaller the next try is; an error that is not a number shrinks the step as far as is
  /// allowed.
  @inlinable
  func afterRejection(error: Double) -> Double {
    guard error.isFinite else { return control.smallestFactor }
    return max(control.smallestFactor, control.safety * realPower(error, rejectionExponent))
  }
}

/// `x^p` for finite positive `x` and a moderate `p`, to about 1e-8 relative: the same bits on every
/// platform.
///
/// `log2 x = e + (2 / ln 2) artanh(s)`, `s = (m − 1) / (m + 1)` with `m` in [√½, √2): the series to
/// s⁹ errs by less than 2·0.172¹¹/11 / ln 2. `2^f` for |f| ≤ 1/2 is the Taylor polynomial of degree
/// 8.
@inlinable
func realPower(_ x: Double, _ p: Double) -> Double {
  var significand = x.significand
  var exponent = Double(x.exponent)
  if significand > 1.4142135623730951 {
    significand *= 0.5
    exponent += 1
  }
  let s = (significand - 1) / (significand + 1)
  let q = s * s
  let series = 1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9))))
  let power = p * (exponent + 2.8853900817779268 * s * series)
  // Above and below these a power is infinite or zero.
  let bounded = min(1023, max(-1022, power))
  let whole = bounded.rounded(.toNearestOrEven)
  let z = (bounded - whole) * 0.6931471805599453
  let fourth = 1.0 / 24 + z * (1.0 / 120 + z * (1.0 / 720 + z * (1.0 / 5040 + z / 40320)))
  let fraction = 1 + z * (1 + z * (0.5 + z * (1.0 / 6 + z * fourth)))
  return Double(sign: .plus, exponent: Int(whole), significand: fraction)
}
