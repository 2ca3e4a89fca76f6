import Integrators
import NumericCore

extension FitProblem {
  typealias Outcome = LevenbergMarquardt.Result

  /// Whether the equations have networks to be fitted.
  var hasNetworks: Bool { weightDeviations.contains { $0 != nil } }

  /// The minimum of the fit's likelihood, from the best of the sums of squares.
  func refined(_ best: Outcome) -> Outcome {
    guard fit.likelihood == .robust else { return best }
    // The scale comes from the least-squares fit and then from the robust one; then it stays.
    var outcome = best
    for _ in 0..<3 {
      robustScale = nil
      let plain = linearization(at: outcome.unknowns, count: fit.measurements.times.count)
      let residuals = plain.map { $0.residuals.prefix($0.dataCount) } ?? []
      robustScale = StudentErrors.scale(of: Array(residuals))
      outcome = minimize(from: outcome.unknowns, count: fit.measurements.times.count) ?? outcome
    }
    return outcome
  }

  /// The minima of the sum of squares from all starting points; those without a solution are left out.
  func searches() -> [Outcome] {
    let starts = 0..<max(fit.starts, 1)
    func outcomes(_ search: ([Double]) -> Outcome?, _ attempts: Range<Int>) -> [Outcome] {
      attempts.compactMap { search(startingPoint($0)) }
    }
    let isShort = fit.measurements.times.count < 4
    switch fit.search {
    case .automatic
    where scales.count > Self.sensitivityLimit && fit.method.isExplicit && !hasJumps:
      return outcomes(gradientSearch, starts)
    case .automatic where hasNetworks && !isShort:
      return outcomes(MultipleShooting(self, segments: fit.segments).search, starts)
    case .automatic:
      let growing = outcomes(search, starts)
      guard !isShort, isDoubtful(growing) else { return growing }
      let shooting = MultipleShooting(self, segments: fit.segments)
      return growing + outcomes(shooting.search, 0..<min(starts.count, 3))
    case .growing: return outcomes(search, starts)
    case .shooting:
      if isShort { return outcomes(search, starts) }
      return outcomes(MultipleShooting(self, segments: fit.segments).search, starts)
    case .gradient: return outcomes(gradientSearch, starts)
    }
  }

  /// Whether fewer than half of the starting points ended at the best minimum, or that leaves most of the data's spread
  /// unexplained.
  private func isDoubtful(_ outcomes: [Outcome]) -> Bool {
    guard let best = outcomes.map(\.linearization.squares).min(), let first = outcomes.first else {
      return true
    }
    let agreeing = Self.agreement(of: outcomes)
    let whole = Double(first.linearization.dataCount) * spread * spread
    return 2 * agreeing < max(fit.starts, 1) || best > 0.5 * whole
  }

  /// How many searches ended at the best minimum.
  static func agreement(of outcomes: [Outcome]) -> Int {
    let squares = outcomes.map(\.linearization.squares)
    guard let best = squares.min() else { return 0 }
    return squares.count { $0 <= best * (1 + 1e-4) + 1e-12 }
  }

  /// The written start, and others around it.
  ///
  /// Normal in the search's coordinates, of standard deviation 0.5 (a factor of 1.6 for a positive unknown). Weights of
  /// networks are drawn for each of them.
  private func startingPoint(_ attempt: Int) -> [Double] {
    let noise = fit.key.folding(in: UInt64(attempt)).normal(start.count, as: Double.self)
    return zip(start.indices, noise).map { place, noise in
      if let deviation = weightDeviations[place] { return deviation * noise }
      if attempt == 0 { return start[place] }
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
      guard count >= 3, measured >= weightDeviations.count(where: { $0 == nil }) else { continue }
      // A short stretch need not be fitted exactly.
      if let outcome = minimize(from: point, count: count, iterations: 20) {
        point = outcome.unknowns
      }
    }
    return minimize(from: point, count: total)
  }

  /// A minimum by L-BFGS with adjoint gradients, approached over growing stretches of the data.
  private func gradientSearch(from point: [Double]) -> Outcome? {
    let total = fit.measurements.times.count
    var point = point
    var minimizer = LimitedMemoryBFGS()
    var found: LimitedMemoryBFGS.Result?
    for (part, iterations) in [(0.25, 100), (0.5, 100), (1.0, 2000)] {
      let count = Int((Double(total) * part).rounded(.up))
      guard count >= min(3, total) else { continue }
      minimizer.iterationLimit = iterations
      let gradient = FitGradient(self, count: count)
      found = minimizer.minimize(from: point, gradient.evaluate)
      if let found { point = found.unknowns }
    }
    guard let found else { return nil }
    let linear =
      scales.count <= Self.sensitivityLimit
      ? linearization(at: point, count: total) : residuals(at: point)
    return linear.map {
      Outcome(
        unknowns: point, linearization: $0, iterations: found.iterations,
        hasConverged: found.hasConverged)
    }
  }

  /// So many unknowns at most have their sensitivities solved for.
  static var sensitivityLimit: Int { 200 }

  func minimize(from point: [Double], count: Int, iterations: Int = 200) -> Outcome? {
    var minimizer = LevenbergMarquardt()
    minimizer.iterationLimit = iterations
    // The weights of a network have no one best value.
    if hasNetworks { minimizer.valueTolerance = 1e-3 }
    return minimizer.minimize(from: point) { self.linearization(at: $0, count: count) }
  }

  /// The minimum over all unknowns but one.
  ///
  /// - Parameter known: the linearization at `point`, where it is known already.
  func minimize(
    from point: [Double], known: LevenbergMarquardt.Linearization? = nil, freezing frozen: Int
  ) -> Outcome? {
    var minimizer = LevenbergMarquardt()
    minimizer.frozen = frozen
    // A profile needs the minimum's value, whose error is the square of the step's.
    minimizer.stepTolerance = 1e-5
    minimizer.gradientTolerance = 1e-6
    return minimizer.minimize(from: point, known: known) {
      self.linearization(at: $0, count: self.fit.measurements.times.count)
    }
  }
}
