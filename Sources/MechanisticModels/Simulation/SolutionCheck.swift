public import NumericCore
public import Integrators

/// The distance of a solution from one by a finer solver: an estimate of its global error.
///
/// A solver bounds the error of each step, not that of the whole solution. Where both solutions agree, the first one
/// can be trusted; where they do not, the system amplifies errors, or the first solve stepped over something.
public struct SolutionCheck: Hashable, Sendable {
  /// The largest `|y − y*| / (atol + rtol · max |y*|)` over states and times, where `y*` is the finer solution
  /// and the maximum is over its times; infinite if the finer solve ends early.
  public var tolerances: Double
  /// Where that is: the time, the place of the state, and `y` and `y*` there.
  public var time: Double
  public var state: Int
  /// The value of the solution.
  public var value: Double
  /// The value of the solution with the tighter tolerance.
  public var finerValue: Double
  /// How the finer solve ended.
  public var finerStatus: SolveStatus
  /// The relative tolerance of the finer solve.
  public var finerTolerance: Double

  /// Solutions that differ by more tolerances than this are reported.
  ///
  /// A smooth problem of moderate length
  /// accumulates some ten.
  public static let threshold = 100.0

  /// Whether the two solutions agree within the threshold.
  public var isPassed: Bool { tolerances <= Self.threshold }
}

extension SolutionCheck {
  /// Compares a solution with one by a finer solver.
  ///
  /// - Parameters:
  ///   - solution: the solution that is checked.
  ///   - tolerances: one for each state.
  ///   - finer: the solution by the finer solver.
  ///   - finerTolerance: its relative tolerance.
  /// - Returns: nil if the solve failed by itself, or has no time beside its first.
  public init?(
    of solution: EquationSolution, tolerances: [Tolerance],
    finer: EquationSolution, finerTolerance: Double
  ) {
    guard solution.status.isCompleted, solution.times.count > 1,
      let first = solution.states.first
    else { return nil }
    self.init(
      tolerances: 0, time: solution.times[0], state: 0, value: first.first ?? 0,
      finerValue: first.first ?? 0, finerStatus: finer.status, finerTolerance: finerTolerance)
    if !finer.status.isCompleted {
      self.tolerances = .infinity
      time = finer.times.last ?? time
    }
    let scales = first.indices.map { place in
      tolerances[place].absolute + tolerances[place].relative
        * (finer.states.map { $0[place].magnitude }.max() ?? 0)
    }
    for (place, (own, other)) in zip(solution.states, finer.states).enumerated() {
      for state in scales.indices {
        let distance = (own[state] - other[state]).magnitude / scales[state]
        if distance > self.tolerances {
          self.tolerances = distance
          (time, self.state) = (solution.times[place], state)
          (value, finerValue) = (own[state], other[state])
        }
      }
    }
  }
}

extension ODESolver {
  /// A solver whose solution shows the error of this one's: a hundredth of the tolerances, and steps of at most
  /// 1/500 of the span; with equal steps, half of them.
  ///
  /// - Parameter budget: steps after which the check is given up.
  public func finer(over span: Double, stepBudget budget: Int) -> ODESolver {
    var finer = self
    switch control {
    case .fixed(let step): finer.control = .fixed(step / 2)
    case .steps(let count): finer.control = .steps(perInterval: 2 * count)
    case .adaptive(var adaptive):
      adaptive.tolerance.relative = max(adaptive.tolerance.relative / 100, 1e-13)
      adaptive.tolerance.absolute /= 100
      adaptive.norm.tolerances = adaptive.norm.tolerances.map {
        Tolerance(relative: max($0.relative / 100, 1e-13), absolute: $0.absolute / 100)
      }
      adaptive.largestStep = min(adaptive.largestStep, span.magnitude / 500)
      adaptive.stepBudget = budget
      finer.control = .adaptive(adaptive)
    }
    return finer
  }
}
