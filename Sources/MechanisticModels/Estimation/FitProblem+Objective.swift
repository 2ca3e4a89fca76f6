import NumericCore

extension FitProblem: FitObjective {
  package var estimatesNoise: Bool { robustScale == nil }

  package func evaluate(at z: [Double], derivatives: Bool) -> FitEvaluation? {
    let count = fit.measurements.times.count
    guard let linear = derivatives ? linearization(at: z, count: count) : residuals(at: z) else {
      return nil
    }
    return evaluation(linear)
  }

  /// Normal errors of one standard deviation, which is profiled out: `F = n/2 (1 + log(2π S/n))`, with rows in units of
  /// `√(S/n)`; then `JᵀR` is the gradient of `F`.
  private func evaluation(_ linear: LevenbergMarquardt.Linearization) -> FitEvaluation? {
    let count = Double(linear.dataCount)
    if let robustScale {
      // Γ(5/2) / (√(4π) Γ(2)) = 3/8 is the density's factor for four degrees of freedom.
      return FitEvaluation(
        value: 0.5 * linear.squares - count * .logarithm(0.375 / robustScale),
        residuals: linear.residuals, jacobian: linear.jacobian, dataCount: linear.dataCount)
    }
    // Below the solver's own errors the standard deviation counts as known.
    let variance = max(linear.squares, solverSquares) / count
    let scale = 1 / variance.squareRoot()
    var value = 0.5 * count * .logarithm(2 * .pi * variance) + 0.5 * linear.squares / variance
    if fit.likelihood == .lognormal {
      for measured in fit.measurements.values.joined() where !measured.isNaN {
        value += .logarithm(measured)
      }
    }
    guard value.isFinite else { return nil }
    return FitEvaluation(
      value: value, residuals: linear.residuals.map { $0 * scale },
      jacobian: linear.jacobian.map { $0 * scale }, dataCount: linear.dataCount)
  }
}
