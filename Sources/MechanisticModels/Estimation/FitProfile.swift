import NumericCore

/// The profile of the likelihood by one unknown, followed to its threshold on either side.
///
/// At a distance from the best value all others are fitted anew (Venzon and Moolgavkar 1988; Raue and others 2009), from where
/// the slopes of the path lead: on a chaotic orbit any other point is too far away for a search.
final class FitProfile {
  /// The profile is followed over so many standard errors, and on a scale of logarithms over 23 (a factor of 10¹⁰).
  private static let reach = 10.0
  private static let logarithmicReach = 23.0
  /// Farther out than this on a scale of logarithms, a factor of 10²⁰ from where the search began, values are as good as their bound.
  private static let farthest = 46.0
  /// A profile that is level over so much of a scale of logarithms, two decades, has no end on that side.
  private static let levelLength = 4.6
  /// An end that takes more solves of the equations is not known: where every refit is hard, as on chaotic paths, they would have no end.
  private static let budget = 800
  /// So many times a profile that seems to jump is followed on in smaller steps.
  private static let retries = 3
  /// A predicted fit whose drop is higher than that of the last by more than this is too far away for a search.
  private static let allowance = 20.0
  /// Steps are shortened to this part of a standard error to find a good prediction.
  private static let shortest = 1.0 / 128

  private let problem: any FitObjective
  private let best: TrustRegion.Outcome
  private let place: Int
  /// The drop of twice the log-likelihood at the ends.
  private let threshold: Double
  /// A standard error, or where there is none the usual size of a change, in the search's coordinates.
  private let unit: Double
  private let isLinear: Bool
  /// Whether there is a standard error, by which steps are measured.
  private let hasError: Bool
  /// Every fit on the way, in no order.
  private var curve: [Refit] = []
  /// Something better than the best point, if it was met.
  private(set) var improvement: TrustRegion.Outcome?

  init(
    _ problem: any FitObjective, _ best: TrustRegion.Outcome, place: Int, error: Double?,
    threshold: Double
  ) {
    self.problem = problem
    self.best = best
    self.place = place
    self.threshold = threshold
    let scale = problem.scales[place]
    isLinear = !scale.isLogarithmic
    hasError = error != nil
    // On a scale of logarithms 3 is a factor of twenty.
    unit = isLinear ? error ?? scale.unit(at: best.unknowns[place]) : min(error ?? 1, 3)
  }

  /// Both ends, as values, and the curve between them.
  func interval() -> FitResult.Profile {
    let origin = origin()
    let (lower, upper) = (end(from: origin, direction: -1), end(from: origin, direction: 1))
    let points = curve.filter { $0.drop < 3 * threshold }.sorted { $0.coordinate < $1.coordinate }
    return .init(
      lower: lower, upper: upper,
      curve: points.map { .init(value: value($0.coordinate), drop: $0.drop) })
  }

  /// The best fit at one value of the unknown.
  private struct Refit {
    var coordinate: Double
    /// Twice the drop of the log-likelihood.
    var drop: Double
    var unknowns: [Double]
    /// How the best unknowns follow the coordinate.
    var slopes: [Double]
    /// The derivative of the drop by the coordinate.
    var rise: Double
  }

  /// A refit from where a path leads.
  private enum Continuation {
    case fit(Refit)
    /// The prediction is a poor one: the path bends too much for a step of this length.
    case far
    case noSolution

    var fit: Refit? { if case .fit(let fit) = self { fit } else { nil } }
  }

  /// The best fit, or, of a value that went to its bound, one that is as good and not as far out.
  private func origin() -> Refit {
    let own = refit(best, at: best.unknowns[place])
    let start = problem.start[place]
    let near = min(max(own.coordinate, start - Self.farthest), start + Self.farthest)
    guard !isLinear, near != own.coordinate, let found = search(at: near, along: [own]),
      found.drop < threshold
    else { return own }
    return found
  }

  /// Along the path in steps as short as it wants; where that leads nowhere, or there is no measure of a step, by searches.
  private func end(from origin: Refit, direction: Double) -> FitResult.ProfileEnd {
    guard hasError else { return end(from: origin, direction, follows: false, Self.budget) }
    let found = end(from: origin, direction, follows: true, Self.budget)
    guard found == .lost else { return found }
    return end(from: origin, direction, follows: false, Self.budget / 2)
  }

  private func end(
    from origin: Refit, _ direction: Double, follows: Bool, _ budget: Int
  ) -> FitResult.ProfileEnd {
    let middle = origin.coordinate
    // From far out the profile is followed back, and beyond where the search began.
    let back = isLinear ? 0 : max(0, direction * (problem.start[place] - middle))
    let limit = max(Self.reach * unit, isLinear ? 0 : back + Self.logarithmicReach)
    let bounds = problem.scales[place].bounds
    let room = direction > 0 ? bounds.upperBound - middle : middle - bounds.lowerBound
    var path = [origin]
    var (offset, step, retries) = (0.0, follows ? unit / 2 : unit, 0)
    var isShortened = false
    let lastSolve = problem.solves + budget
    while problem.solves < lastSolve {
      // Where the search began there is a solution, and farther on there need not be one: no step passes over it.
      let isLanding = offset < back && offset + step >= back
      if isLanding && !isShortened { step = max(back - offset, unit) }
      guard offset + step <= limit * 1.001, offset < room * (1 - 1e-12) else { return .open }
      step = min(step, room - offset)
      let coordinate = middle + direction * (offset + step)
      let continued = follows ? continuation(of: path, to: coordinate) : .noSolution
      if case .far = continued, step > Self.shortest * unit {
        step /= 2
        isShortened = true
        continue
      }
      let found = continued.fit ?? search(at: coordinate, along: path)
      if let found, found.drop < threshold {
        path.append(found)
        offset += step
        isShortened = false
        if offset > back && isLevel(path) { return .open }
        // The drop grows like the square of the distance: aim a little beyond the threshold.
        let factor = found.drop > 0.1 ? (threshold / found.drop).squareRoot() * 1.05 : 2
        step = isLanding ? unit : min(offset * (min(max(factor, 1.05), 2) - 1), 2 * step)
        continue
      }
      // Values that far out need not have a solution.
      if found == nil && offset + step > Self.reach * unit { return .open }
      let bracket = Bracket(outside: coordinate, drop: found?.drop)
      switch crossing(path, bracket, follows: follows, until: lastSolve) {
      case .end(let end): return end
      case .further(let fit):
        retries += 1
        if retries > Self.retries { return .lost }
        path.append(fit)
        (offset, step) = ((fit.coordinate - middle).magnitude, step / 4)
      }
    }
    return .lost
  }

  /// Whether the profile has levelled off below the threshold: over two decades its rise has been too small to reach the
  /// threshold within the limit, and it still falls.
  private func isLevel(_ path: [Refit]) -> Bool {
    let last = path[path.count - 1]
    guard !isLinear,
      let first = path.lastIndex(where: {
        (last.coordinate - $0.coordinate).magnitude >= Self.levelLength
      })
    else { return false }
    let most = 0.1 * (threshold - last.drop) / Self.logarithmicReach
    let rises = path[first...].map(\.rise.magnitude)
    return rises.allSatisfy { $0 < most } && last.rise.magnitude <= max(rises[0] / 2, 1e-3 * most)
  }

  private func refit(_ outcome: TrustRegion.Outcome, at coordinate: Double) -> Refit {
    let fit = Refit(
      coordinate: coordinate, drop: drop(outcome.evaluation), unknowns: outcome.unknowns,
      slopes: outcome.evaluation.slopes(following: place, of: outcome.unknowns.count),
      rise: 2 * outcome.evaluation.gradient(outcome.unknowns.count)[place])
    curve.append(fit)
    if outcome.evaluation.value < improvement?.evaluation.value ?? (best.evaluation.value - 1e-3) {
      improvement = outcome
    }
    return fit
  }

  /// Twice the drop of the log-likelihood from the best point.
  private func drop(_ evaluation: FitEvaluation) -> Double {
    2 * (evaluation.value - best.evaluation.value)
  }

  /// The minimum over all unknowns but the profiled one.
  private func minimize(from point: [Double], known: FitEvaluation? = nil) -> TrustRegion.Outcome? {
    var minimizer = TrustRegion(scales: problem.scales)
    minimizer.frozen = place
    // A profile needs the minimum's value, whose error is the square of the step's.
    minimizer.decreaseTolerance = 1e-7 / (1 + best.evaluation.value.magnitude)
    // An error of 1e-5 moves an end by a hundred-thousandth of a standard error.
    minimizer.flatness = 1e-5
    minimizer.iterationLimit = 50
    return minimizer.minimize(from: point, known: known) {
      self.problem.evaluate(at: $0, derivatives: true)
    }
  }

  /// The fit at a coordinate, from where the path leads, or where it does not, by a search.
  private func refit(at coordinate: Double, along path: [Refit], follows: Bool) -> Refit? {
    (follows ? continuation(of: path, to: coordinate).fit : nil)
      ?? search(at: coordinate, along: path)
  }

  /// The fit from where the path leads: a parabola through the last fit, along its slopes, and one before.
  private func continuation(of path: [Refit], to coordinate: Double) -> Continuation {
    let last = path[path.count - 1]
    let distance = coordinate - last.coordinate
    var point = zip(last.unknowns, last.slopes).map { $0 + distance * $1 }
    // From a fit that is too near a parabola would lead astray.
    if let before = path.dropLast().last(where: {
      (last.coordinate - $0.coordinate).magnitude > 0.4 * distance.magnitude
    }) {
      let width = last.coordinate - before.coordinate
      for i in point.indices {
        let bend = before.unknowns[i] - last.unknowns[i] + width * last.slopes[i]
        point[i] += bend * (distance / width) * (distance / width)
      }
    }
    point[place] = coordinate
    point = zip(problem.scales, point).map { $0.within($1) }
    guard let start = problem.evaluate(at: point, derivatives: true) else { return .noSolution }
    let startDrop = drop(start)
    guard startDrop < last.drop + Self.allowance, let found = minimize(from: point, known: start)
    else { return .far }
    let fit = refit(found, at: coordinate)
    // Above the threshold only what the path led to nearly by itself is certain to be no plateau.
    return fit.drop < threshold || startDrop < fit.drop + 2 ? .fit(fit) : .far
  }

  /// The lowest drop that is found from the fits on the way, their continuation and the best point; nil if none of them leads to
  /// a solution.
  ///
  /// A search that ends on a plateau finds too large a drop, hence not one start alone.
  private func search(at coordinate: Double, along path: [Refit]) -> Refit? {
    var starts = path.suffix(1).map(\.unknowns)
    if path.count > 1 {
      let (a, b) = (path[path.count - 2], path[path.count - 1])
      let part = (coordinate - b.coordinate) / (b.coordinate - a.coordinate)
      starts.insert(zip(a.unknowns, b.unknowns).map { $1 + part * ($1 - $0) }, at: 0)
      starts.append(best.unknowns)
    }
    var lowest: Refit?
    for start in starts {
      var point = start
      point[place] = coordinate
      point = zip(problem.scales, point).map { $0.within($1) }
      guard let found = minimize(from: point) else { continue }
      let fit = refit(found, at: coordinate)
      if fit.drop < lowest?.drop ?? .infinity { lowest = fit }
      if fit.drop < threshold { break }
    }
    return lowest
  }

  private enum Crossing {
    case end(FitResult.ProfileEnd)
    /// The profile has not left the threshold: the search had ended at too large a drop.
    case further(Refit)
  }

  /// A coordinate above the threshold, or without a solution (`drop` is then nil).
  private struct Bracket {
    var outside: Double
    var drop: Double?
  }

  /// Where the drop reaches the threshold between a fit below it and a bracket.
  ///
  /// The square root of the drop, which is nearly linear, is interpolated; where that is slow, the bracket is halved. A profile
  /// is continuous: where it seems to jump, the far side is tried again from near by.
  private func crossing(
    _ path: [Refit], _ bracket: Bracket, follows: Bool, until lastSolve: Int
  ) -> Crossing {
    var (path, outside, drop) = (path, bracket.outside, bracket.drop)
    var inside = path[path.count - 1]
    let width = (outside - inside.coordinate).magnitude
    let target = threshold.squareRoot()
    var isHalving = false
    var suspicion = 0.03
    // Without a solution on the other side a rough place is enough, for there is no bound.
    while (outside - inside.coordinate).magnitude > width * (drop == nil ? 1e-3 : 1e-8) {
      if problem.solves >= lastSolve { return .end(.lost) }
      let before = (outside - inside.coordinate).magnitude
      if before < suspicion * width && inside.drop < threshold / 2 {
        if let again = refit(at: outside, along: path, follows: follows),
          again.drop < threshold
        {
          return .further(again)
        }
        if suspicion < 1e-4 { return .end(.lost) }
        suspicion /= 30
      }
      var part = 0.5
      if let drop, !isHalving {
        let (a, b) = (max(inside.drop, 0).squareRoot(), drop.squareRoot())
        if b > a && b.isFinite { part = (target - a) / (b - a) }
      }
      let coordinate = inside.coordinate + part * (outside - inside.coordinate)
      let found = refit(at: coordinate, along: path, follows: follows)
      if let found, (found.drop - threshold).magnitude < 1e-3 {
        return .end(.bound(value(coordinate)))
      }
      if let found, found.drop < threshold {
        inside = found
        path.append(found)
      } else {
        (outside, drop) = (coordinate, found?.drop)
      }
      isHalving = (outside - inside.coordinate).magnitude > 0.5 * before
    }
    return .end(drop == nil ? .lost : .bound(value(outside)))
  }

  private func value(_ coordinate: Double) -> Double { problem.scales[place].value(coordinate) }
}

extension FitEvaluation {
  /// How the unknowns that are best for a value of one of them follow it: the `s` of the least `‖J s‖` with 1 for that one.
  fileprivate func slopes(following place: Int, of n: Int) -> [Double] {
    var free = [Bool](repeating: true, count: n)
    free[place] = false
    let side = residuals.indices.map { -jacobian[$0 * n + place] }
    var slopes = triangular(free, side: side).solution
    slopes[place] = 1
    return slopes
  }
}
