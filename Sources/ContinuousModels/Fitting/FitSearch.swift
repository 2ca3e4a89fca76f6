import NumericCore

extension FitProblem {
  typealias Outcome = LevenbergMarquardt.Result

  /// The minima found from all starting points; those without a solution are left out.
  func searches() -> [Outcome] {
    var outcomes: [Outcome] = []
    for attempt in 0..<max(fit.starts, 1) {
      if let outcome = search(from: startingPoint(attempt)) { outcomes.append(outcome) }
    }
    guard fit.likelihood == .robust,
      let best = outcomes.min(by: { $0.linearization.squares < $1.linearization.squares })
    else { return outcomes }
    // The scale comes from the least-squares fit and then from the robust one; then it stays.
    var outcome = best
    for _ in 0..<3 {
      robustScale = nil
      let plain = linearization(at: outcome.unknowns, count: fit.measurements.times.count)
      robustScale = StudentErrors.scale(of: plain?.residuals ?? [])
      outcome = minimize(from: outcome.unknowns, count: fit.measurements.times.count) ?? outcome
    }
    return [outcome]
  }

  /// The written start, and others around it: normal in the search's coordinates, of standard deviation 0.5
  /// (a factor of 1.6 for a positive unknown).
  private func startingPoint(_ attempt: Int) -> [Double] {
    if attempt == 0 { return start }
    let noise = fit.key.folding(in: UInt64(attempt)).normal(start.count, as: Double.self)
    return zip(start.indices, noise).map { place, noise in
      if case .linear = scales[place] {
        return start[place] + 0.5 * max(start[place].magnitude, 0.1) * noise
      }
      return start[place] + 0.5 * noise
    }
  }

  /// A minimum, approached over growing stretches of the data.
  private func search(from point: [Double]) -> Outcome? {
    let total = fit.measurements.times.count
    var point = point
    for part in [0.25, 0.5] {
      let count = Int((Double(total) * part).rounded(.up))
      let measured = fit.measurements.values.prefix(count).joined().count { !$0.isNaN }
      guard count >= 3, measured >= scales.count else { continue }
      // A short stretch need not be fitted exactly.
      if let outcome = minimize(from: point, count: count, iterations: 20) {
        point = outcome.unknowns
      }
    }
    return minimize(from: point, count: total)
  }

  func minimize(from point: [Double], count: Int, iterations: Int = 200) -> Outcome? {
    var minimizer = LevenbergMarquardt()
    minimizer.iterationLimit = iterations
    return minimizer.minimize(from: point) { self.linearization(at: $0, count: count) }
  }

  /// The minimum over all unknowns but one.
  func minimize(from point: [Double], freezing frozen: Int) -> Outcome? {
    var rest = point
    rest.remove(at: frozen)
    let value = point[frozen]
    var minimizer = LevenbergMarquardt()
    // A profile needs the minimum's value, whose error is the square of the step's.
    minimizer.stepTolerance = 1e-5
    minimizer.gradientTolerance = 1e-6
    let found = minimizer.minimize(from: rest) { rest in
      var all = rest
      all.insert(value, at: frozen)
      return self.linearization(at: all, count: self.fit.measurements.times.count, frozen: frozen)
    }
    guard var found else { return nil }
    found.unknowns.insert(value, at: frozen)
    return found
  }
}
