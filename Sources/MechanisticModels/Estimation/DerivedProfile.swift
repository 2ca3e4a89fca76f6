import Platform

/// The profile of the likelihood by a quantity that follows from the unknowns.
///
/// A further row `(g(z) − c)/ε` draws the quantity `g` towards a target `c`. Whatever `g*` the minimum then has, the other rows
/// are minimal among all points of that `g*`: each minimum is a point of the profile, and the targets are moved until one of
/// them lies at the threshold.
/// - Source: Kreutz and others 2012 (prediction profiles).
struct DerivedProfile {
  let objective: any FitObjective
  let best: TrustRegion.Outcome
  /// Place among the derived values.
  let place: Int
  let value: Double
  let error: Double
  let threshold: Double

  /// Both ends, and the points between them.
  func interval() -> FitResult.Profile {
    let (lower, upper) = (end(-1), end(1))
    let points = (lower.points + [.init(value: value, drop: 0)] + upper.points)
      .sorted { $0.value < $1.value }
    return .init(lower: lower.end, upper: upper.end, curve: points)
  }

  private struct Point {
    var target: Double
    var value: Double
    var drop: Double
    var unknowns: [Double]
  }

  /// Targets are moved by the secant rule on the root of the drop, which is nearly linear in the quantity.
  private func end(
    _ direction: Double
  ) -> (end: FitResult.ProfileEnd, points: [FitResult.ProfilePoint]) {
    let goal = threshold.squareRoot()
    var inside = Point(target: value, value: value, drop: 0, unknowns: best.unknowns)
    var outside: Point?
    var points: [FitResult.ProfilePoint] = []
    var step = goal * error
    for _ in 0..<30 {
      var target = inside.target + direction * step
      if let outside {
        let (a, b) = (max(inside.drop, 0).squareRoot(), outside.drop.squareRoot())
        let part = min(max((goal - a) / (b - a), 0.1), 0.9)
        target = inside.target + part * (outside.target - inside.target)
      }
      guard let found = point(at: target, from: inside.unknowns) else {
        step /= 4
        if step < 1e-3 * error { return (.lost, points) }
        continue
      }
      points.append(.init(value: found.value, drop: max(found.drop, 0)))
      if (found.drop - threshold).magnitude < 1e-3 { return (.bound(found.value), points) }
      if found.drop > threshold {
        outside = found
      } else {
        inside = found
        if (found.value - value).magnitude > 1e4 * error { return (.open, points) }
        step = min(2 * step, error * 1e4)
      }
    }
    return (outside == nil ? .open : .lost, points)
  }

  private func point(at target: Double, from start: [Double]) -> Point? {
    var minimizer = TrustRegion(scales: objective.scales)
    minimizer.decreaseTolerance = 1e-7 / (1 + best.evaluation.value.magnitude)
    minimizer.flatness = 1e-6
    let unit = 0.1 * error
    let found = minimizer.minimize(from: start) { z in
      guard var evaluation = objective.evaluate(at: z, derivatives: true),
        let derived = objective.derivedValues(at: z)
      else { return nil }
      let row = (derived[place].value - target) / unit
      evaluation.value += 0.5 * row * row
      evaluation.residuals.append(row)
      evaluation.jacobian += derived[place].gradient.map { $0 / unit }
      return evaluation.value.isFinite ? evaluation : nil
    }
    guard let found, let value = objective.derivedValues(at: found.unknowns)?[place].value else {
      return nil
    }
    let row = (value - target) / unit
    let own = found.evaluation.value - 0.5 * row * row
    return Point(
      target: target, value: value, drop: 2 * (own - best.evaluation.value),
      unknowns: found.unknowns)
  }
}

extension FitAnalysis {
  /// The derived quantities with their intervals.
  func derived(profiles: Bool) -> [FitResult.Estimate] {
    guard let values = objective.derivedValues(at: best.unknowns) else { return [] }
    let (n, covariance) = (objective.scales.count, covariance)
    return values.enumerated().map { place, derived in
      let isSeen = derived.gradient.indices.allSatisfy {
        derived.gradient[$0] == 0 || information?.isSeen($0) ?? false
      }
      guard let quantile, let threshold, isSeen, !covariance.isEmpty else {
        return .init(name: derived.name, value: derived.value)
      }
      var variance = 0.0
      for i in 0..<n {
        for j in 0..<n {
          variance += derived.gradient[i] * covariance[i * n + j] * derived.gradient[j]
        }
      }
      let error = variance.squareRoot()
      var estimate = FitResult.Estimate(
        name: derived.name, value: derived.value, standardError: error,
        laplace: laplace(derived, error: error, quantile))
      if profiles && error > 0 {
        estimate.profile = DerivedProfile(
          objective: objective, best: best, place: place, value: derived.value, error: error,
          threshold: threshold
        ).interval()
      }
      return estimate
    }
  }

  /// By the curvature of the logarithm where all that it depends on is searched as a logarithm.
  private func laplace(
    _ derived: DerivedValue, error: Double, _ quantile: Double
  ) -> ClosedRange<Double>? {
    guard error.isFinite else { return nil }
    let value = derived.value
    let isLogarithmic = zip(objective.scales, derived.gradient).allSatisfy {
      $1 == 0 || $0.isLogarithmic
    }
    if value > 0 && isLogarithmic {
      let factor = Double.exponential(quantile * error / value)
      return factor.isFinite ? value / factor...value * factor : nil
    }
    return value - quantile * error...value + quantile * error
  }
}
