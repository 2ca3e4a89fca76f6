import NumericCore

/// Minimizes half a sum of squares, given its residuals and their derivatives.
///
/// Damped Gauss–Newton steps `(JᵀJ + λ diag(JᵀJ)) δ = −Jᵀr` (Marquardt 1963), with Nielsen's rule for the
/// damping (Madsen, Nielsen, Tingleff 2004, section 3.2).
package struct LevenbergMarquardt: Sendable {
  package var iterationLimit = 200
  /// Stops when a step changes no unknown by more than this part of `1 + |unknown|`.
  package var stepTolerance = 1e-9
  /// Stops when the largest component of the gradient, each in units of its own curvature, is below this.
  package var gradientTolerance = 1e-9
  /// Stops when ten iterations together lower the sum of squares by less than this part of it.
  package var valueTolerance = 0.0
  /// An unknown that keeps its value.
  package var frozen: Int?

  package init() {}

  /// Residuals `[m]` and their derivatives `[m, n]`, row-major, at one point.
  package struct Linearization {
    package var residuals: [Double]
    package var jacobian: [Double]
    /// How many of the residuals, the first ones, are errors of data; the others say what is asked of the unknowns.
    package private(set) var dataCount: Int

    package init(residuals: [Double], jacobian: [Double]) {
      self.residuals = residuals
      self.jacobian = jacobian
      dataCount = residuals.count
    }

    /// Sum of the squared residuals.
    package var squares: Double { residuals.reduce(0) { $0 + $1 * $1 } }

    /// The part of the data in it.
    package var dataSquares: Double { residuals.prefix(dataCount).reduce(0) { $0 + $1 * $1 } }

    /// Adds residuals that are no errors of data.
    package mutating func appendPriors(residuals: [Double], jacobian: [Double]) {
      self.residuals += residuals
      self.jacobian += jacobian
    }

    /// Adds a residual that depends on one of `count` unknowns.
    package mutating func appendPrior(
      _ residual: Double, slope: Double, at place: Int, of count: Int
    ) {
      residuals.append(residual)
      let row = jacobian.count
      jacobian.append(contentsOf: repeatElement(0, count: count))
      jacobian[row + place] = slope
    }
  }

  package struct Result {
    package var unknowns: [Double]
    package var linearization: Linearization
    package var iterations: Int
    package var hasConverged: Bool
  }

  /// The minimum near `start`; nil if there is no value at `start`.
  ///
  /// `evaluate` returns nil where the model has no value: the step is then shortened.
  ///
  /// - Parameter known: what `evaluate` gives at `start`, where that is known already.
  package func minimize(
    from start: [Double], known: Linearization? = nil, _ evaluate: ([Double]) -> Linearization?
  ) -> Result? {
    guard let first = known ?? evaluate(start), first.squares.isFinite else { return nil }
    let n = start.count
    var result = Result(
      unknowns: start, linearization: first, iterations: 0, hasConverged: n == 0)
    var damping = 1e-3
    var growth = 2.0
    var history = [first.squares]
    while !result.hasConverged && result.iterations < iterationLimit && damping < 1e20 {
      result.iterations += 1
      var (normal, gradient) = result.linearization.normalEquations(n)
      if let frozen {
        for i in 0..<n { (normal[frozen * n + i], normal[i * n + frozen]) = (0, 0) }
        (normal[frozen * n + frozen], gradient[frozen]) = (1, 0)
      }
      let scaled = (0..<n).map { (i: Int) -> Double in
        let curvature = normal[i * n + i]
        return curvature > 0 ? gradient[i].magnitude / curvature.squareRoot() : 0
      }
      let largest = scaled.max() ?? 0
      if largest <= gradientTolerance * (1e-30 + result.linearization.squares.squareRoot()) {
        result.hasConverged = true
        break
      }
      var damped = normal
      for i in 0..<n { damped[i * n + i] += damping * max(normal[i * n + i], 1e-12) }
      guard let factor = DenseMatrix.cholesky(damped, size: n) else {
        damping *= growth
        growth *= 2
        continue
      }
      let step = DenseMatrix.solve(cholesky: factor, size: n, gradient.map { -$0 })
      let next = zip(result.unknowns, step).map { $0 + $1 }
      let isSmall = zip(step, result.unknowns).allSatisfy {
        $0.magnitude <= stepTolerance * (1 + $1.magnitude)
      }
      let before = result.linearization.squares
      if let found = evaluate(next), found.squares <= before {
        var predicted = 0.0
        for i in 0..<n {
          predicted += step[i] * (damping * max(normal[i * n + i], 1e-12) * step[i] - gradient[i])
        }
        let gain = predicted > 0 ? (before - found.squares) / predicted : 1
        let cube = (2 * gain - 1) * (2 * gain - 1) * (2 * gain - 1)
        damping = max(damping * max(1.0 / 3, 1 - cube), 1e-15)
        growth = 2
        result.unknowns = next
        result.linearization = found
        history.append(found.squares)
        let earlier = history.suffix(11)[max(0, history.count - 11)]
        let isFlat =
          history.count > 10 && earlier - found.squares < valueTolerance * found.squares
        result.hasConverged = isSmall || isFlat
      } else if isSmall {
        result.hasConverged = true
      } else {
        damping *= growth
        growth *= 2
      }
    }
    return result
  }
}

extension LevenbergMarquardt.Linearization {
  /// `JᵀJ`, row-major, and `Jᵀr`, of so many unknowns.
  func normalEquations(_ n: Int) -> (matrix: [Double], gradient: [Double]) {
    var matrix = [Double](repeating: 0, count: n * n)
    var gradient = [Double](repeating: 0, count: n)
    for (row, residual) in residuals.enumerated() {
      let base = row * n
      for i in 0..<n {
        let slope = jacobian[base + i]
        // Most rows of a shooting problem are zero outside of one segment.
        if slope == 0 { continue }
        gradient[i] += slope * residual
        for j in 0...i { matrix[i * n + j] += slope * jacobian[base + j] }
      }
    }
    for i in 0..<n {
      for j in 0..<i { matrix[j * n + i] = matrix[i * n + j] }
    }
    return (matrix, gradient)
  }
}
