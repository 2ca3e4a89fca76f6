import NumericCore

extension FitProblem {
  /// Everything that is known about the best of the minima.
  package func result(_ attempts: [FitSearch.Attempt]) -> FitResult? {
    var attempts = attempts
    for _ in 0..<3 {
      guard let first = FitSearch.best(of: attempts, for: self) else { return nil }
      let analysis = FitAnalysis(self, first.outcome, attempts)
      let (estimates, improvement) = estimates(analysis)
      guard let improvement else { return result(analysis, estimates) }
      // A profile met something better than the minimum: it was not the minimum.
      let search = FitSearch(self)
      guard let outcome = search.minimize(from: improvement.unknowns) else { break }
      attempts.append(.init(origin: .profile, outcome: outcome))
    }
    guard let first = FitSearch.best(of: attempts, for: self) else { return nil }
    let analysis = FitAnalysis(self, first.outcome, attempts)
    return result(analysis, estimates(analysis).estimates)
  }

  private func estimates(
    _ analysis: FitAnalysis
  ) -> (estimates: [FitResult.Estimate], improvement: TrustRegion.Outcome?) {
    let best = analysis.best
    let isProfiled = fit.profiles && !hasNetworks && analysis.information != nil
    let errors = analysis.standardErrors
    var estimates: [FitResult.Estimate] = []
    for place in analysis.reported {
      let (scale, error) = (scales[place], errors[place])
      var estimate = FitResult.Estimate(
        name: names[place], value: scale.value(best.unknowns[place]),
        standardError: error.map { $0 * scale.slope(best.unknowns[place]) },
        laplace: error.flatMap { analysis.laplace(place, error: $0) })
      if isProfiled, let threshold = analysis.threshold {
        let profile = FitProfile(self, best, place: place, error: error, threshold: threshold)
        estimate.profile = profile.interval()
        if let improvement = profile.improvement { return (estimates, improvement) }
      }
      estimates.append(estimate)
    }
    return (estimates, nil)
  }

  private func result(_ analysis: FitAnalysis, _ estimates: [FitResult.Estimate]) -> FitResult? {
    let best = analysis.best
    let count = best.evaluation.dataCount
    let draws = FitDraws(analysis, key: fit.key.folding(in: 7))
    let all = FitCurves(
      problem: self, z: best.unknowns, covariance: analysis.covariance,
      quantile: analysis.quantile,
      draws: hasNetworks || analysis.isQuadratic(estimates) ? [] : draws.forBands
    ).all(isBanded: !hasNetworks)
    // Without curves the residuals are not known.
    guard let curves = all else { return nil }
    let squares = curves.reduce(0) { $0 + $1.residualSquares }
    let values = models[0].values(at: values(at: best.unknowns))
    let findings = FitFindings(analysis, estimates)
    let optima = analysis.optima
    return FitResult(
      estimates: estimates, derived: analysis.derived(profiles: fit.profiles),
      unidentifiedGroups: findings.groups, parameters: values.parameters,
      initialState: initialState(of: 0, z: best.unknowns),
      standardDeviation: (squares / Double(count)).squareRoot(),
      residualSquares: squares, logLikelihood: -best.evaluation.value,
      measurementCount: count, hasConverged: best.hasConverged,
      starts: analysis.attempts.count,
      agreeingStarts: FitSearch.agreement(of: analysis.attempts),
      searches: analysis.searches, optima: optima, findings: findings.findings(optima: optima),
      objective: best.evaluation.value, freedom: analysis.freedom ?? 0,
      correlations: analysis.correlations,
      profileThreshold: analysis.threshold ?? .infinity,
      draws: draws.sample(fit.draws).points.map(analysis.values), solves: solves,
      stiffSolves: stiffSolves,
      curves: curves, noises: noises(at: best.unknowns),
      experimentStarts: models.map { .init(experiment: $0.experiment.id, start: $0.start) })
  }
}
