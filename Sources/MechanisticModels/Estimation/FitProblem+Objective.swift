import NumericCore

extension FitProblem: FitObjective {
  package var estimatesNoise: Bool { robustScale == nil }

  /// Normal errors of one standard deviation, which is profiled out: `F = n/2 (1 + log(2π S/n))`, with rows in units of
  /// `√(S/n)`; then `JᵀR` is the gradient of `F`.
  package func evaluate(at z: [Double], derivatives: Bool) -> FitEvaluation? {
    guard var rows = rows(at: z, derivatives: derivatives) else { return nil }
    let count = Double(rows.dataCount)
    if let robustScale {
      // Γ(5/2) / (√(4π) Γ(2)) = 3/8 is the density's factor for four degrees of freedom.
      rows.value -= count * .logarithm(0.375 / robustScale)
      return rows
    }
    // Below the solver's own errors the standard deviation counts as known.
    let variance = max(2 * rows.value, solverSquares) / count
    rows.scale(by: 1 / variance.squareRoot())
    rows.value = 0.5 * count * .logarithm(2 * .pi * variance) + rows.value / variance
    if fit.likelihood == .lognormal {
      for measured in fit.measurements.values.joined() where !measured.isNaN {
        rows.value += .logarithm(measured)
      }
    }
    return rows.value.isFinite ? rows : nil
  }

  /// The measurements of the first part of the time.
  package func restricted(toPart part: Double) -> (any FitObjective)? {
    let total = fit.measurements.times.count
    let count = Int((Double(total) * part).rounded(.up))
    let measured = fit.measurements.values.prefix(count).joined().count { !$0.isNaN }
    let others = weightDeviations.count { $0 == nil }
    guard count >= 3, count < total, measured >= others else { return nil }
    return FitProblem(self, count: count)
  }

  package func met(from z: [Double], segments: Int?) -> [Double]? {
    guard fit.measurements.times.count >= 4 else { return nil }
    return MultipleShooting(self, segments: segments).search(from: z)
  }

  package func derivedValues(at z: [Double]) -> [DerivedValue]? {
    let slopes = zip(scales, z).map { $0.slope($1) }
    return constants.values(parameters: values(at: z).parameters).map { derived in
      var derived = derived
      for place in slopes.indices { derived.gradient[place] *= slopes[place] }
      return derived
    }
  }

  /// Residuals in the units of the data (of the logarithms, if lognormal), and half the sum of their squares.
  func rows(at z: [Double], derivatives: Bool) -> FitEvaluation? {
    guard let observations = observations(at: z, derivatives: derivatives) else { return nil }
    let slopes = zip(scales, z).map { $0.slope($1) }
    let columns = fit.measurements.names.count
    var (residuals, jacobian): ([Double], [Double]) = ([], [])
    for (measured, found) in zip(fit.measurements.values, observations) {
      for column in 0..<columns where !measured[column].isNaN {
        guard let (residual, factor) = residual(of: found[column], measured: measured[column])
        else { return nil }
        residuals.append(residual)
        guard derivatives else { continue }
        for (unknown, slope) in slopes.enumerated() {
          jacobian.append(factor * found[(1 + unknown) * columns + column] * slope)
        }
      }
    }
    var rows = FitEvaluation(
      value: 0, residuals: residuals, jacobian: jacobian, dataCount: residuals.count)
    if let robustScale { rows.makeRobust(scale: robustScale) }
    for unknown in scales.indices where weightDeviations[unknown] != nil {
      rows.append(weightPenalty * z[unknown], slope: weightPenalty, at: unknown, of: scales.count)
    }
    rows.value = 0.5 * rows.residuals.reduce(0) { $0 + $1 * $1 }
    let isFinite = rows.value.isFinite && rows.jacobian.allSatisfy { $0.isFinite }
    return isFinite ? rows : nil
  }

  /// The sum of squares that errors of the solver, ten times its tolerance, may make: less carries no information on the data.
  var solverSquares: Double {
    let values = fit.measurements.values.joined().filter { !$0.isNaN }
    let relative = 10 * fit.tolerance.relative
    let size =
      fit.likelihood == .lognormal
      ? Double(values.count) : values.reduce(0) { $0 + $1 * $1 }
    return max(relative * relative * size, 1e-300)
  }
}

extension FitEvaluation {
  fileprivate mutating func scale(by factor: Double) {
    for i in residuals.indices { residuals[i] *= factor }
    for i in jacobian.indices { jacobian[i] *= factor }
  }

  /// Adds a row that depends on one of `count` unknowns, with derivatives where there are any.
  fileprivate mutating func append(
    _ residual: Double, slope: Double, at place: Int, of count: Int
  ) {
    let hasDerivatives = !jacobian.isEmpty
    residuals.append(residual)
    guard hasDerivatives else { return }
    let row = jacobian.count
    jacobian.append(contentsOf: repeatElement(0, count: count))
    jacobian[row + place] = slope
  }
}
