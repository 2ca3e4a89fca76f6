package import NumericCore

/// The search for the minimum of a fit from several points.
///
/// The user's own start on all data comes first, always. Beside it: growing stretches of the data from there, points of a
/// Latin hypercube, and, where these leave a doubt, multiple shooting and further points. All of it follows from the key.
package struct FitSearch {
  package let objective: any FitObjective
  package var search = ParameterFit.Search.automatic
  /// Searches of the first round; at most twice as many follow where they disagree.
  package var starts = 8
  package var segments: Int?
  package var key = RandomKey(0)

  package init(_ objective: any FitObjective) { self.objective = objective }

  /// So many unknowns at most have their sensitivities solved for.
  package static var sensitivityLimit: Int { 200 }

  /// A search and where it ended.
  package struct Attempt: Sendable {
    package var origin: FitResult.Start.Origin
    package var outcome: TrustRegion.Outcome

    package var value: Double { outcome.evaluation.value }
  }

  /// All searches that found a solution, in the order of their starts.
  package func run() -> [Attempt] {
    if objective.hasNetworks { return networkSearches() }
    var attempts: [Attempt] = []
    func add(_ origin: FitResult.Start.Origin, _ point: [Double]?) {
      guard let point, let outcome = minimize(from: point) else { return }
      attempts.append(Attempt(origin: origin, outcome: outcome))
    }
    add(.written, objective.start)
    add(.growing, grown(from: objective.start))
    // One end alone may be that of data too short to be stretched; two that differ are in doubt.
    let isLost = starts == 1 && attempts.count > 1 && Self.agreement(of: attempts) < 2
    if search == .shooting || search == .automatic && isLost {
      add(.shooting, met(from: objective.start))
    }
    for round in 0..<3 {
      let isFirst = round == 0
      guard isFirst || isDoubtful(attempts) else { break }
      let points = sampledPoints(count: starts - (isFirst ? 2 : 0), round: round)
      for (place, point) in points.enumerated() {
        // Where a long oscillation has many minima its beginning has few.
        let isGrown = !isFirst && place % 2 == 1
        add(.sampled, isGrown ? grown(from: point) : point)
      }
      guard isFirst, search == .automatic, isDoubtful(attempts) else { continue }
      add(.shooting, met(from: objective.start))
      for point in points.prefix(2) { add(.shooting, met(from: point)) }
    }
    return attempts
  }

  /// Networks have no plausible range: their weights are drawn anew for each start.
  private func networkSearches() -> [Attempt] {
    (0..<max(starts, 1)).compactMap { attempt in
      let noise = key.folding(in: UInt64(attempt)).normal(objective.start.count, as: Double.self)
      let point = objective.start.indices.map { place in
        if let deviation = objective.weightDeviations[place] { return deviation * noise[place] }
        let unit = objective.scales[place].unit(at: objective.start[place])
        return objective.start[place] + (attempt == 0 ? 0 : 0.5 * unit * noise[place])
      }
      let near = search == .growing ? grown(from: point) : met(from: point)
      return minimize(from: near ?? point).map {
        Attempt(origin: attempt == 0 ? .written : .sampled, outcome: $0)
      }
    }
  }

  /// Whether the best minimum was found only once, or from the written start only.
  private func isDoubtful(_ attempts: [Attempt]) -> Bool {
    let best = attempts.map(\.value).min() ?? .infinity
    let near = attempts.filter { $0.value <= best + 1e-3 }
    let isFoundElsewhere = near.contains { $0.origin == .sampled || $0.origin == .shooting }
    return starts > 1 && (near.count < 2 || !isFoundElsewhere)
  }

  /// The search with the least value; of several that are as good, the one that ended nearest to the written start.
  ///
  /// Rate constants that change places have two minima of one value.
  package static func best(of attempts: [Attempt], for objective: any FitObjective) -> Attempt? {
    guard let least = attempts.map(\.value).min() else { return nil }
    func distance(_ attempt: Attempt) -> Double {
      objective.start.indices.reduce(0) { sum, place in
        let unit = objective.scales[place].unit(at: objective.start[place])
        let step = (attempt.outcome.unknowns[place] - objective.start[place]) / unit
        return sum + step * step
      }
    }
    let margin = 1e-6 * (1 + least.magnitude)
    let equal = attempts.filter { $0.value <= least + margin }.map { ($0, distance($0)) }
    guard let nearest = equal.map(\.1).min() else { return nil }
    // Of those at one place, the best.
    return equal.filter { $0.1 <= nearest * 1.1 + 1e-6 }.min { $0.0.value < $1.0.value }?.0
  }

  /// How many searches ended at the best minimum, to a thousandth of a unit of the log-likelihood.
  package static func agreement(of attempts: [Attempt]) -> Int {
    let best = attempts.map(\.value).min() ?? .infinity
    return attempts.count { $0.value <= best + 1e-3 }
  }

  // MARK: One search

  package func minimize(
    from point: [Double], on objective: (any FitObjective)? = nil, iterations: Int = 200
  ) -> TrustRegion.Outcome? {
    let objective = objective ?? self.objective
    var minimizer = TrustRegion(scales: objective.scales)
    minimizer.iterationLimit = iterations
    // The weights of a network have no one best value.
    if objective.hasNetworks { minimizer.flatness = 1e-2 }
    return minimizer.minimize(from: point) { objective.evaluate(at: $0, derivatives: true) }
  }

  /// Where the minima of growing stretches of the data lead; a short stretch need not be fitted exactly.
  private func grown(from point: [Double], parts: [Double] = [0.25, 0.5]) -> [Double]? {
    var (point, hasMoved) = (point, false)
    for part in parts {
      guard let stretch = objective.restricted(toPart: part),
        let found = minimize(from: point, on: stretch, iterations: 20)
      else { continue }
      (point, hasMoved) = (found.unknowns, true)
    }
    return hasMoved ? point : nil
  }

  /// Where the segments of multiple shooting meet.
  ///
  /// What is left of their jumps may be far off at the end of a chaotic orbit, but never soon: each stretch starts from the
  /// minimum of a slightly shorter one.
  private func met(from point: [Double]) -> [Double]? {
    guard let met = objective.met(from: point, segments: segments) else { return nil }
    return grown(from: met, parts: [0.3, 0.5, 0.7, 0.8, 0.9]) ?? met
  }
}
