import NumericCore
import Integrators

extension FitProblem {
  /// The minima from all starting points; those without a solution are left out.
  func searches() -> [FitSearch.Attempt] {
    let isLarge =
      scales.count > FitSearch.sensitivityLimit && fit.solvingMethod.isExplicit && !hasJumps
    if fit.search == .gradient || fit.search == .automatic && isLarge { return gradientSearches() }
    var search = FitSearch(self)
    search.search = fit.search
    search.starts = fit.starts
    search.segments = fit.segments
    search.key = fit.key
    return search.run()
  }

  // MARK: Many unknowns

  private func gradientSearches() -> [FitSearch.Attempt] {
    (0..<max(fit.starts, 1)).compactMap { attempt in
      let noise = fit.key.folding(in: UInt64(attempt)).normal(start.count, as: Double.self)
      let point = start.indices.map { place in
        if let deviation = weightDeviations[place] { return deviation * noise[place] }
        let unit = attempt == 0 ? 0 : 0.5 * scales[place].unit(at: start[place])
        return scales[place].within(start[place] + unit * noise[place])
      }
      return gradientSearch(from: point).map {
        .init(origin: attempt == 0 ? .written : .sampled, outcome: $0)
      }
    }
  }

  /// A minimum by L-BFGS with adjoint gradients, approached over growing stretches of the data.
  private func gradientSearch(from point: [Double]) -> TrustRegion.Outcome? {
    var point = point
    var minimizer = LimitedMemoryBFGS()
    var found: LimitedMemoryBFGS.Result?
    for (part, iterations) in [(0.25, 100), (0.5, 100), (1.0, 2000)] {
      guard part == 1 || restricted(toPart: part) != nil else { continue }
      minimizer.iterationLimit = iterations
      let gradient = FitGradient(self, part: part)
      found = minimizer.minimize(from: point, gradient.evaluate)
      if let found { point = found.unknowns }
    }
    guard let found else { return nil }
    point = zip(scales, point).map { $0.within($1) }
    let hasSensitivities = scales.count <= FitSearch.sensitivityLimit
    return evaluate(at: point, derivatives: hasSensitivities).map {
      TrustRegion.Outcome(
        unknowns: point, evaluation: $0, iterations: found.iterations,
        ending: found.hasConverged ? .stationary : .iterationLimit)
    }
  }
}
