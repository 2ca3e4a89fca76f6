import Platform

/// Functions for likelihoods: the logarithm of Γ, its derivative, and the tails of distributions.
package enum LikelihoodFunctions {
  /// `log Γ(x)` for positive `x`; the error is about 1e-14, relative or absolute.
  ///
  /// Stirling's series at `x ≥ 12` (Abramowitz and Stegun, 6.1.41), reached by `Γ(x + 1) = x Γ(x)`.
  package static func logGamma(_ x: Double) -> Double {
    var (x, shift) = (x, 0.0)
    while x < 12 {
      shift += Double.logarithm(x)
      x += 1
    }
    let q = 1 / (x * x)
    let series =
      (1.0 / 12 - q * (1.0 / 360 - q * (1.0 / 1260 - q * (1.0 / 1680 - q * (1.0 / 1188))))) / x
    return (x - 0.5) * .logarithm(x) - x + 0.5 * .logarithm(2 * .pi) + series - shift
  }

  /// The derivative of `logGamma` (Abramowitz and Stegun, 6.3.18).
  package static func digamma(_ x: Double) -> Double {
    var (x, shift) = (x, 0.0)
    while x < 12 {
      shift += 1 / x
      x += 1
    }
    let q = 1 / (x * x)
    let series =
      q * (1.0 / 12 - q * (1.0 / 120 - q * (1.0 / 252 - q * (1.0 / 240 - q * (1.0 / 132)))))
    return .logarithm(x) - 0.5 / x - series - shift
  }

  /// `log Φ(z)` of the standard normal distribution, by its asymptotic series far below 0.
  package static func logNormalTail(_ z: Double) -> Double {
    guard z < -30 else {
      return .logarithm(0.5 * .complementaryErrorFunction(-z / Double(2).squareRoot()))
    }
    let q = 1 / (z * z)
    let series = 1 - q * (1 - 3 * q * (1 - 5 * q))
    return -0.5 * z * z - .logarithm(-z * (2 * Double.pi).squareRoot()) + .logarithm(series)
  }

  /// `log φ(z)` of the standard normal distribution.
  package static func logNormalDensity(_ z: Double) -> Double {
    -0.5 * z * z - 0.5 * .logarithm(2 * .pi)
  }

  /// `log P(τ ≤ z)` of Student's distribution with four degrees of freedom, in closed form.
  ///
  /// With `w = z / √(4 + z²)`, `P = ½ + w (3 − w²)/4 = (1 + w)² (2 − w)/4`; at the lower tail
  /// `1 + w = 4 / ((4 + z²)(1 − w))`.
  package static func logStudentTail(_ z: Double) -> Double {
    let w = z / (4 + z * z).squareRoot()
    let above = z > 0 ? 1 + w : 4 / ((4 + z * z) * (1 - w))
    return 2 * .logarithm(above) + .logarithm((2 - w) / 4)
  }

  /// The logarithm of the density of that distribution: `⅜ (1 + z²/4)^(−5/2)`.
  package static func logStudentDensity(_ z: Double) -> Double {
    .logarithm(0.375) - 2.5 * .logarithmOnePlus(z * z / 4)
  }
}
