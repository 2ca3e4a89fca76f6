/// What a reader of a fit's estimates has to be told.
struct FitFindings {
  private let analysis: FitAnalysis
  private let estimates: [FitResult.Estimate]
  private var objective: any FitObjective { analysis.objective }
  private var best: TrustRegion.Outcome { analysis.best }

  /// - Parameter estimates: with their profiles, where these were computed.
  init(_ analysis: FitAnalysis, _ estimates: [FitResult.Estimate]) {
    self.analysis = analysis
    self.estimates = estimates
  }

  /// In the order of their weight.
  func findings(optima: [FitResult.Optimum]) -> [FitResult.Finding] {
    var findings: [FitResult.Finding] = best.hasConverged ? [] : [.notConverged]
    let groups = groups
    let traded = groups.filter { $0.measuredCombinations > 0 }.flatMap(\.names)
    for (place, estimate) in zip(analysis.reported, estimates) {
      if let bound = bound(place) {
        findings.append(.atBound(estimate.name, bound: bound))
      } else if !traded.contains(estimate.name), let limit = limit(place, estimate) {
        findings.append(limit)
      }
    }
    if optima.count > 1 { findings.append(.severalOptima(count: optima.count)) }
    for group in groups {
      if group.measuredCombinations > 0 {
        findings.append(
          .unidentified(group.names, measuredCombinations: group.measuredCombinations))
      } else {
        findings += group.names.map { .noEffect($0) }
      }
    }
    let agreeing = FitSearch.agreement(of: analysis.attempts)
    if agreeing == 1, analysis.attempts.count > 2, !objective.hasNetworks {
      findings.append(.foundOnce(searches: analysis.attempts.count))
    }
    return findings
  }

  /// What trades against each other; "no effect" only where profiles, if there are any, confirm it.
  var groups: [FitResult.UnidentifiedGroup] {
    (analysis.information?.unidentifiedGroups ?? []).compactMap { group in
      // Weights of networks have no one best value anyway.
      let names = group.places.filter { objective.weightDeviations[$0] == nil }
        .map { objective.names[$0] }
      let isConfirmed = estimates.filter { names.contains($0.name) }.allSatisfy { estimate in
        estimate.profile.map { $0.lower.bound == nil && $0.upper.bound == nil } ?? true
      }
      guard !names.isEmpty, group.measured > 0 || isConfirmed else { return nil }
      return .init(names: names, measuredCombinations: group.measured)
    }
  }

  /// The bound at which an unknown sits while the gradient presses it on.
  private func bound(_ place: Int) -> Double? {
    let (scale, z) = (objective.scales[place], best.unknowns[place])
    let bounds = scale.bounds
    guard z == bounds.lowerBound || z == bounds.upperBound else { return nil }
    return scale.value(z)
  }

  /// Where an unknown goes along which the objective is flat, in one direction only.
  private func limit(_ place: Int, _ estimate: FitResult.Estimate) -> FitResult.Finding? {
    let scale = objective.scales[place]
    let isOpen = { (direction: Double) -> Bool in
      guard let profile = estimate.profile else { return true }
      return (direction < 0 ? profile.lower : profile.upper).bound == nil
    }
    let open = [-1.0, 1].filter { isOpen($0) && isFlat(place, direction: $0) }
    guard open.count == 1, let direction = open.first else { return nil }
    if direction < 0, scale.isLogarithmic {
      return scale.lower == 0 ? .atBound(estimate.name, bound: 0) : nil
    }
    return .diverging(estimate.name, to: direction < 0 ? .minusInfinity : .infinity)
  }

  /// Whether the objective hardly rises from the best point on, over three and six units; the other unknowns follow.
  private func isFlat(_ place: Int, direction: Double) -> Bool {
    let scale = objective.scales[place]
    let z = best.unknowns[place]
    let size = scale.isLogarithmic ? 1 : max(z.magnitude, scale.unit(at: z))
    return [3.0, 6].allSatisfy { distance in
      var point = best.unknowns
      point[place] = scale.within(z + direction * distance * size)
      guard point[place] != z, let value = objective.evaluate(at: point, derivatives: false)?.value
      else { return false }
      return value < best.evaluation.value + 0.05
    }
  }
}

extension FitAnalysis {
  /// Minima whose objective lies less than half the threshold above the best one's, the best first.
  ///
  /// Two ends of searches are two minima if the objective rises between them, on the line that joins them.
  var optima: [FitResult.Optimum] {
    guard let threshold, !objective.hasNetworks else { return [] }
    var found: [TrustRegion.Outcome] = [best]
    for attempt in attempts.sorted(by: { $0.value < $1.value }) {
      let isNear = attempt.value - best.evaluation.value < threshold / 2
      guard isNear, attempt.outcome.hasConverged, found.count < 6 else { continue }
      if found.allSatisfy({ rises(between: $0, and: attempt.outcome) }) {
        found.append(attempt.outcome)
      }
    }
    return found.map {
      .init(
        values: values(at: $0.unknowns),
        objectiveDifference: $0.evaluation.value - best.evaluation.value)
    }
  }

  private func rises(between a: TrustRegion.Outcome, and b: TrustRegion.Outcome) -> Bool {
    // Points of a valley of equal fits are one optimum: what the data do not determine does not tell them apart.
    let isNear = objective.scales.indices.allSatisfy { place in
      guard information?.isSeen(place) ?? true else { return true }
      let (x, y) = (a.unknowns[place], b.unknowns[place])
      return (x - y).magnitude < 1e-3 * objective.scales[place].unit(at: x)
    }
    if isNear { return false }
    let higher = max(a.evaluation.value, b.evaluation.value)
    return (1...9).contains { step in
      let part = Double(step) / 10
      let point = zip(a.unknowns, b.unknowns).map { $0 + part * ($1 - $0) }
      guard let value = objective.evaluate(at: point, derivatives: false)?.value else {
        return true
      }
      return value > higher + 0.1
    }
  }
}
