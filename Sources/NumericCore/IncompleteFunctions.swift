import Platform

/// `log Γ(x)` for positive `x`.
///
/// Stirling's series from 10 on, to which smaller arguments are shifted by `Γ(x + 1) = x Γ(x)`.
/// - Error: about 1e-15, relative to `1 + |log Γ|`.
/// - Source: Abramowitz and Stegun 6.1.40.
package func logGamma(_ x: Double) -> Double {
  var (x, shift) = (x, 1.0)
  while x < 10 {
    shift *= x
    x += 1
  }
  return (x - 0.5) * .logarithm(x) - x + halfLogOfTwoPi + stirlingRest(x) - .logarithm(shift)
}

/// Half the logarithm of 2π.
private let halfLogOfTwoPi = 0.918_938_533_204_672_741_78

/// The rest of Stirling's formula for the logarithm of the gamma function from 10 on.
///
/// `1/(12 x) − 1/(360 x³) + …`.
private func stirlingRest(_ x: Double) -> Double {
  let square = 1 / (x * x)
  var series = -691.0 / 360_360
  for term in [1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12] {
    series = series * square + term
  }
  return series / x
}

/// `log B(a, b)` of positive numbers, with `B` the beta function `Γ(a) Γ(b) / Γ(a + b)`.
///
/// - Error: about 1e-15, relative to `1 + |log B|`; logarithms of gamma functions would lose the digits in which they agree.
/// - Source: DiDonato and Morris 1992 (TOMS 708, BETALN and ALGDIV).
package func logBeta(_ a: Double, _ b: Double) -> Double {
  let (p, q) = (min(a, b), max(a, b))
  guard q >= 10 else { return logGamma(p) + logGamma(q) - logGamma(p + q) }
  let rest = stirlingRest(q) - stirlingRest(p + q)
  guard p >= 10 else {
    return logGamma(p) + rest - (q + (p - 0.5)) * .logarithmOnePlus(p / q)
      - p * (.logarithm(q) - 1)
  }
  let share = p / q
  return halfLogOfTwoPi - 0.5 * .logarithm(q) + stirlingRest(p) + rest
    - q * .logarithmOnePlus(share) + (p - 0.5) * .logarithm(share / (1 + share))
}

/// The regularized incomplete beta function `I_x(a, b)` and its complement `1 − I_x(a, b)`, of `x` and `1 − x`.
///
/// Both arguments are given, and both values returned, so that neither tail loses digits.
/// - Error: about 1e-13 relative.
/// - Source: the continued fraction of Abramowitz and Stegun 26.5.8, evaluated by Lentz's algorithm.
package func incompleteBeta(
  _ a: Double, _ b: Double, at x: Double, complement y: Double
) -> (lower: Double, upper: Double) {
  guard x > 0 else { return (0, 1) }
  guard y > 0 else { return (1, 0) }
  // Near 1 the complement has the digits.
  let logX = y < 0.5 ? Double.logarithmOnePlus(-y) : .logarithm(x)
  let logY = x < 0.5 ? Double.logarithmOnePlus(-x) : .logarithm(y)
  let factor = Double.exponential(a * logX + b * logY - logBeta(a, b))
  // The fraction converges quickly below the mean.
  if x < (a + 1) / (a + b + 2) {
    let lower = factor / (a * betaFraction(a, b, x))
    return (lower, 1 - lower)
  }
  let upper = factor / (b * betaFraction(b, a, y))
  return (1 - upper, upper)
}

/// The continued fraction `1 + d₁/(1 + d₂/(1 + …))` of the incomplete beta function.
private func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
  var fraction = LentzFraction(first: 1)
  for step in 1...10_000 {
    let m = Double(step / 2)
    let term =
      step % 2 == 0
      ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    fraction.append(numerator: term, denominator: 1)
    if fraction.hasConverged { break }
  }
  return fraction.value
}

/// The regularized incomplete gamma functions `P(a, x)` and `Q(a, x) = 1 − P(a, x)`.
///
/// - Error: about 1e-13 relative.
/// - Source: Abramowitz and Stegun 6.5.29 (series) and 6.5.31 (continued fraction).
package func incompleteGamma(_ a: Double, at x: Double) -> (lower: Double, upper: Double) {
  guard x > 0 else { return (0, 1) }
  let factor = Double.exponential(a * .logarithm(x) - x - logGamma(a))
  if x < a + 1 {
    var (term, sum) = (1 / a, 1 / a)
    var n = a
    while term > sum * 1e-17 {
      n += 1
      term *= x / n
      sum += term
    }
    return (factor * sum, 1 - factor * sum)
  }
  var fraction = LentzFraction(first: x + 1 - a)
  for step in 1...10_000 {
    let n = Double(step)
    fraction.append(numerator: -n * (n - a), denominator: x + 2 * n + 1 - a)
    if fraction.hasConverged { break }
  }
  let upper = factor / fraction.value
  return (1 - upper, upper)
}

/// A continued fraction `b₀ + a₁/(b₁ + a₂/(b₂ + …))`, evaluated forwards.
/// - Source: Lentz 1976, as modified by Thompson and Barnett 1986.
private struct LentzFraction {
  private(set) var value: Double
  private var (c, d) = (0.0, 0.0)
  private var change = 0.0

  init(first: Double) {
    value = first == 0 ? 1e-300 : first
    c = value
  }

  var hasConverged: Bool { (change - 1).magnitude < 1e-16 }

  mutating func append(numerator a: Double, denominator b: Double) {
    func nonzero(_ x: Double) -> Double { x.magnitude < 1e-300 ? 1e-300 : x }
    d = 1 / nonzero(b + a * d)
    c = nonzero(b + a / c)
    change = c * d
    value *= change
  }
}
