import NumericCore

extension FitProblem {
  /// 95 % of the χ² distribution with one degree of freedom.
  private static var threshold: Double { 3.841458820694124 }
  /// 97.5 % of the standard normal distribution.
  private static var normalQuantile: Double { 1.959963984540054 }

  /// Everything that is known about a minimum.
  func result(_ best: Outcome, outcomes: [Outcome]) -> FitResult {
    let count = Double(best.linearization.dataCount)
    let squares = best.linearization.squares
    let dataSquares = best.linearization.dataSquares
    let isProfiled = fit.profiles && !hasNetworks && !best.linearization.jacobian.isEmpty
    let deviations = standardErrors(best)
    var estimates: [FitResult.Estimate] = []
    for (place, name) in names.enumerated() where weightDeviations[place] == nil {
      let scale = scales[place]
      let middle = best.unknowns[place]
      let laplace = deviations?[place].map { error -> ClosedRange<Double> in
        let ends = [-1, 1].map { scale.value(middle + $0 * Self.normalQuantile * error) }
        return min(ends[0], ends[1])...max(ends[0], ends[1])
      }
      let profile = isProfiled ? self.profile(place, best, error: deviations?[place] ?? nil) : nil
      estimates.append(
        .init(
          name: name, value: scale.value(middle), laplace: laplace ?? nil,
          profile: profile ?? (nil, nil), isProfiled: isProfiled))
    }
    let agreeing = outcomes.count { $0.linearization.squares <= squares * (1 + 1e-4) + 1e-12 }
    let (parameters, initials) = values(at: best.unknowns)
    let initial = fit.system.initialState(parameters: parameters).enumerated()
      .map { initials[$0] ?? $1 }
    return FitResult(
      estimates: estimates, parameters: parameters, initialState: initial,
      standardDeviation: robustScale ?? (dataSquares / count).squareRoot(),
      residualSquares: dataSquares, logLikelihood: logLikelihood(best.linearization),
      measurementCount: best.linearization.dataCount, hasConverged: best.hasConverged,
      starts: max(fit.starts, outcomes.count), agreeingStarts: agreeing, solves: solves,
      predictions: predictions(at: best.unknowns) ?? [])
  }

  /// Both ends of the profile interval, as values.
  private func profile(
    _ place: Int, _ best: Outcome, error: Double?
  ) -> (lower: Double?, upper: Double?) {
    let scale = scales[place]
    let first = profileEnd(place, best, direction: -1, error: error).map(scale.value)
    let second = profileEnd(place, best, direction: 1, error: error).map(scale.value)
    return scale.slope(best.unknowns[place]) > 0 ? (first, second) : (second, first)
  }

  /// The logarithm of the likelihood at its maximum over the standard deviation.
  private func logLikelihood(_ linearization: LevenbergMarquardt.Linearization) -> Double {
    let count = Double(linearization.dataCount)
    let squares = linearization.dataSquares
    if let robustScale {
      // Γ(5/2) / (√(4π) Γ(2)) = 3/8 is the density's factor for four degrees of freedom.
      return -0.5 * squares + count * .logarithm(0.375 / robustScale)
    }
    var value = -0.5 * count * (1 + .logarithm(2 * .pi * squares / count))
    if fit.likelihood == .lognormal {
      for row in fit.measurements.values {
        for measured in row where !measured.isNaN { value -= .logarithm(measured) }
      }
    }
    return value
  }

  /// Standard errors in the search's coordinates, `σ² (JᵀJ)⁻¹`; an element is nil where the data say nothing.
  private func standardErrors(_ best: Outcome) -> [Double?]? {
    let n = scales.count
    let (residuals, jacobian) = (best.linearization.residuals, best.linearization.jacobian)
    // A weight of a network has a penalty of its own and takes no freedom from the data.
    let freedom = best.linearization.dataCount - weightDeviations.count { $0 == nil }
    guard freedom > 0, jacobian.count == residuals.count * n else { return nil }
    var normal = [Double](repeating: 0, count: n * n)
    for row in residuals.indices {
      for i in 0..<n {
        for j in 0..<n { normal[i * n + j] += jacobian[row * n + i] * jacobian[row * n + j] }
      }
    }
    // Scaled to a unit diagonal, an eigenvalue near 0 is a direction that the data do not see.
    let size = (0..<n).map { max(normal[$0 * n + $0], 1e-300).squareRoot() }
    for i in 0..<n {
      for j in 0..<n { normal[i * n + j] /= size[i] * size[j] }
    }
    let (values, vectors) = DenseMatrix.eigen(normal, size: n)
    let variance =
      robustScale == nil ? best.linearization.dataSquares / Double(freedom) : 1
    return (0..<n).map { place in
      var sum = 0.0
      for (value, vector) in zip(values, vectors) {
        let share = vector[place] * vector[place]
        if value < 1e-12 {
          if share > 1e-6 { return nil }
        } else {
          sum += share / value
        }
      }
      return (sum * variance).squareRoot() / size[place]
    }
  }

  /// Twice the drop of the log-likelihood from the best to another minimum.
  private func drop(_ squares: Double, _ best: Outcome) -> Double {
    if robustScale != nil { return squares - best.linearization.squares }
    let count = Double(best.linearization.dataCount)
    return count * .logarithm(squares / max(best.linearization.squares, 1e-300))
  }

  /// The coordinate at which the profile of the likelihood has dropped to the 95 % threshold; nil if it does not within
  /// ten standard errors (or 10 in the search's coordinates, where those are not known).
  private func profileEnd(
    _ place: Int, _ best: Outcome, direction: Double, error: Double?
  ) -> Double? {
    let middle = best.unknowns[place]
    let unit = min(error ?? 1, 3)
    var (inside, insideDrop) = (middle, 0.0)
    var point = best.unknowns
    var offset = unit
    while offset <= 10 * unit * 1.001 {
      point[place] = middle + direction * offset
      guard let found = minimize(from: point, freezing: place) else { return inside }
      let value = drop(found.linearization.squares, best)
      if value >= Self.threshold {
        return crossing(
          place, best, (inside, insideDrop), (point[place], value), from: found.unknowns)
      }
      (inside, insideDrop) = (point[place], value)
      point = found.unknowns
      // The drop grows like the square of the distance: aim a little beyond the threshold.
      let factor = value > 0.1 ? (Self.threshold / value).squareRoot() * 1.05 : 2
      offset *= min(max(factor, 1.05), 2)
    }
    return nil
  }

  /// Interpolates the square root of the drop, which is nearly linear, between both sides of the threshold.
  private func crossing(
    _ place: Int, _ best: Outcome, _ inside: (z: Double, drop: Double),
    _ outside: (z: Double, drop: Double), from point: [Double]
  ) -> Double {
    var (low, high) = (inside, outside)
    var point = point
    let target = Self.threshold.squareRoot()
    for _ in 0..<6 {
      let (a, b) = (max(low.drop, 0).squareRoot(), high.drop.squareRoot())
      let part = b > a ? (target - a) / (b - a) : 0.5
      point[place] = low.z + part * (high.z - low.z)
      guard let found = minimize(from: point, freezing: place) else { return low.z }
      let value = drop(found.linearization.squares, best)
      if abs(value - Self.threshold) < 1e-3 { return point[place] }
      if value < Self.threshold {
        low = (point[place], value)
      } else {
        high = (point[place], value)
      }
      point = found.unknowns
    }
    return point[place]
  }
}
