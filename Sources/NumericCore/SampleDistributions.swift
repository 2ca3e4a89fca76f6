import Platform

/// Student's t distribution; infinite freedom gives the standard normal distribution.
///
/// - Error: quantiles to about 1e-12 relative.
public struct StudentDistribution: Sendable {
  /// Degrees of freedom.
  public var freedom: Double

  /// A distribution with degrees of freedom.
  ///
  /// - Precondition: `freedom > 0`.
  public init(freedom: Double) {
    precondition(freedom > 0, "Student's distribution of freedom \(freedom); choose a positive one")
    self.freedom = freedom
  }

  /// `P(T ≤ t)`.
  public func cumulative(_ t: Double) -> Double {
    let tail = upperTail(t.magnitude)
    return t < 0 ? tail : 1 - tail
  }

  /// The quantile of a probability `p`; 0 and 1 give the infinities.
  public func quantile(_ p: Double) -> Double {
    guard freedom.isFinite else { return normalQuantile(p) }
    let tail = min(p, 1 - p)
    guard tail > 0 else { return tail == 0 ? (p < 0.5 ? -.infinity : .infinity) : .nan }
    guard tail < 0.5 else { return 0 }
    let t = root(of: { (self.upperTail($0), -self.density($0)) }, isRising: false, at: tail)
    return p < 0.5 ? -t : t
  }

  /// `P(T > t)` for `t ≥ 0`.
  private func upperTail(_ t: Double) -> Double {
    guard freedom.isFinite else {
      return incompleteGamma(0.5, at: t * t / 2).upper / 2
    }
    let square = t * t
    return incompleteBeta(
      freedom / 2, 0.5, at: freedom / (freedom + square), complement: square / (freedom + square)
    ).lower / 2
  }

  private func density(_ t: Double) -> Double {
    let constant = -logBeta(freedom / 2, 0.5) - 0.5 * .logarithm(freedom)
    return .exponential(constant - (freedom + 1) / 2 * .logarithmOnePlus(t * t / freedom))
  }
}

/// The chi-squared distribution: a sum of squares of standard normal numbers.
///
/// - Error: quantiles to about 1e-12 relative.
public struct ChiSquareDistribution: Sendable {
  /// Degrees of freedom.
  public var freedom: Double

  /// A distribution with degrees of freedom.
  ///
  /// - Precondition: `freedom > 0`.
  public init(freedom: Double) {
    precondition(freedom > 0, "a χ² distribution of freedom \(freedom); choose a positive one")
    self.freedom = freedom
  }

  /// `P(X ≤ x)`.
  public func cumulative(_ x: Double) -> Double { incompleteGamma(freedom / 2, at: x / 2).lower }

  /// The quantile of a probability `p`; 1 gives infinity.
  public func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? 0 : p == 1 ? .infinity : .nan }
    if p < 0.5 {
      return root(
        of: { (self.cumulative($0), self.density($0)) }, isRising: true, at: p)
    }
    return root(
      of: { (incompleteGamma(self.freedom / 2, at: $0 / 2).upper, -self.density($0)) },
      isRising: false, at: 1 - p)
  }

  private func density(_ x: Double) -> Double {
    let half = freedom / 2
    return 0.5 * .exponential((half - 1) * .logarithm(x / 2) - x / 2 - logGamma(half))
  }
}

/// Fisher's distribution of the ratio of two mean squares.
///
/// - Error: quantiles to about 1e-12 relative.
public struct FisherDistribution: Sendable {
  /// Degrees of freedom of the numerator and of the denominator.
  public var freedoms: (Double, Double)

  /// A distribution with two degrees of freedom.
  ///
  /// - Precondition: both are positive and finite.
  public init(freedoms: (Double, Double)) {
    precondition(
      freedoms.0 > 0 && freedoms.1 > 0,
      "an F distribution of freedoms \(freedoms); choose positive ones")
    self.freedoms = freedoms
  }

  /// `P(X ≤ x)`.
  public func cumulative(_ x: Double) -> Double { shares(x).lower }

  /// The quantile of a probability `p`; 1 gives infinity.
  public func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? 0 : p == 1 ? .infinity : .nan }
    if p < 0.5 {
      return root(
        of: { (self.shares($0).lower, self.density($0)) }, isRising: true, at: p)
    }
    return root(
      of: { (self.shares($0).upper, -self.density($0)) }, isRising: false, at: 1 - p)
  }

  private func shares(_ x: Double) -> (lower: Double, upper: Double) {
    let (m, n) = freedoms
    return incompleteBeta(
      m / 2, n / 2, at: m * x / (m * x + n), complement: n / (m * x + n))
  }

  private func density(_ x: Double) -> Double {
    let (m, n) = freedoms
    let constant = -logBeta(m / 2, n / 2)
    let powers = m / 2 * .logarithm(m / n) + (m / 2 - 1) * .logarithm(x)
    return .exponential(constant + powers - (m + n) / 2 * .logarithmOnePlus(m * x / n))
  }
}

/// Solves `f(x) = value` for a monotone function of positive numbers, by Newton's method within a
/// bracket.
private func root(
  of function: (Double) -> (value: Double, slope: Double), isRising: Bool, at target: Double
) -> Double {
  func isBeyond(_ x: Double) -> Bool { (function(x).value > target) == isRising }
  var (low, high) = (0.0, 1.0)
  while !isBeyond(high) && high < 1e300 { (low, high) = (high, 2 * high) }
  if low == 0 {
    low = 0.5
    while isBeyond(low) && low > 1e-300 { (low, high) = (low / 2, low) }
  }
  var x = (low * high).squareRoot()
  for _ in 0..<200 {
    let (value, slope) = function(x)
    if (value > target) == isRising { high = x } else { low = x }
    // In logarithms both tails are almost straight.
    let step = .logarithm(target / value) * value / (slope * x)
    var next = x * .exponential(step)
    if !(low < next && next < high) { next = (low * high).squareRoot() }
    if (next - x).magnitude <= 1e-15 * x { return next }
    x = next
  }
  return x
}
