import NumericCore

// Interim.
extension FitProblem {
  struct Outcome {
    var unknowns: [Double]
    var evaluation: FitEvaluation
    var hasConverged: Bool
  }

  var hasNetworks: Bool { weightDeviations.contains { $0 != nil } }

  func searches() -> [Outcome] {
    (0..<max(fit.starts, 1)).compactMap { attempt in
      let noise = fit.key.folding(in: UInt64(attempt)).normal(start.count, as: Double.self)
      let point = zip(start.indices, noise).map { place, noise in
        attempt == 0 ? start[place] : start[place] + 0.5 * noise
      }
      var begin = point
      if let part = restricted(toPart: 0.5), let found = minimize(part, from: begin) {
        begin = found.unknowns
      }
      return [minimize(self, from: begin), minimize(self, from: point)].compactMap { $0 }
        .min { $0.evaluation.value < $1.evaluation.value }
    }
  }

  func minimize(_ objective: any FitObjective, from start: [Double]) -> Outcome? {
    guard var now = objective.evaluate(at: start, derivatives: true) else { return nil }
    var (point, damping, n) = (start, 1e-3, start.count)
    n = start.count
    for _ in 0..<300 {
      var (matrix, gradient) = ([Double](repeating: 0, count: n * n), [Double](repeating: 0, count: n))
      for (row, r) in now.residuals.enumerated() {
        for i in 0..<n {
          gradient[i] += now.jacobian[row * n + i] * r
          for j in 0..<n { matrix[i * n + j] += now.jacobian[row * n + i] * now.jacobian[row * n + j] }
        }
      }
      let largest = (0..<n).map { gradient[$0].magnitude / max(matrix[$0 * n + $0], 1e-300).squareRoot() }.max() ?? 0
      if largest < 1e-7 { return Outcome(unknowns: point, evaluation: now, hasConverged: true) }
      var moved = false
      while damping < 1e16 {
        var damped = matrix
        for i in 0..<n { damped[i * n + i] += damping * max(matrix[i * n + i], 1e-10) }
        if let factor = DenseMatrix.cholesky(damped, size: n) {
          let step = DenseMatrix.solve(cholesky: factor, size: n, gradient.map { -$0 })
          let next = zip(point, step).map { $0 + $1 }
          if let found = objective.evaluate(at: next, derivatives: true), found.value <= now.value {
            let isSmall = now.value - found.value < 1e-12 * (1 + now.value.magnitude)
            (point, now, moved) = (next, found, true)
            damping = max(damping / 5, 1e-12)
            if isSmall && damping < 1e-6 { return Outcome(unknowns: point, evaluation: now, hasConverged: true) }
            break
          }
        }
        damping *= 4
      }
      if !moved { return Outcome(unknowns: point, evaluation: now, hasConverged: damping >= 1e16) }
    }
    return Outcome(unknowns: point, evaluation: now, hasConverged: false)
  }
}
