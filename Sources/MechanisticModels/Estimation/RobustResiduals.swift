import NumericCore

/// Student's distribution with four degrees of freedom, as a sum of squares.
enum StudentErrors {
  static let freedom = 4.0

  /// An estimate of its scale from residuals: 1.4826 is the standard deviation of a normal distribution over its
  /// median magnitude.
  static func scale(of residuals: [Double]) -> Double {
    let sizes = residuals.map(\.magnitude).sorted()
    let largest = sizes.last ?? 0
    return max(1.4826 * (sizes.isEmpty ? 0 : sizes[sizes.count / 2]), 1e-6 * largest, 1e-300)
  }
}

extension FitEvaluation {
  /// Residuals `s = ±√(2ρ(r / scale))` with `ρ(u) = (ν+1)/2 · log(1 + u²/ν)`, whose half squares are the negative
  /// log-likelihood of Student's distribution up to a constant.
  mutating func makeRobust(scale: Double) {
    let freedom = StudentErrors.freedom
    let columns = residuals.isEmpty ? 0 : jacobian.count / residuals.count
    for (row, residual) in residuals.enumerated() {
      let u = residual / scale
      let size = ((freedom + 1) * .logarithmOnePlus(u * u / freedom)).squareRoot()
      // ds/du = ρ′(u) / s, whose limit at 0 is √((ν+1)/ν).
      let slope =
        size > 1e-8
        ? (freedom + 1) * u.magnitude / (freedom + u * u) / size
        : ((freedom + 1) / freedom).squareRoot()
      residuals[row] = u < 0 ? -size : size
      for column in 0..<columns { jacobian[row * columns + column] *= slope / scale }
    }
  }
}
