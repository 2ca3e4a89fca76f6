import Integrators
import NumericCore

/// Solves one smooth piece up to its end or to the first root in it.
struct PieceSolver {
  /// A piece as far as it goes.
  struct Piece<State: VectorSpace> {
    var time: Double
    var state: State
    /// The states at the times that were reached.
    var states: [State]
    /// The root at which the piece ended.
    var root: Int?
    var status: SolveStatus
    var statistics: StepStatistics
  }

  private let solver: ODESolver

  /// - Parameter used: steps that the pieces before have tried.
  init(_ solver: ODESolver, remaining used: Int) {
    var solver = solver
    if case .adaptive(var control) = solver.control {
      control.stepBudget = max(1, control.stepBudget - used)
      solver.control = .adaptive(control)
    }
    self.solver = solver
  }

  /// - Parameter value: how far each root is beyond its threshold; the piece ends where one becomes positive.
  func solve<Field: VectorField>(
    _ field: Field, from initial: Field.State, over span: TimeSpan, at times: [Double],
    roots: [PieceRoot], value: ([PieceRoot], Double, Field.State) -> [Double]
  ) throws(SolveError) -> Piece<Field.State> {
    if roots.isEmpty {
      let solution = try solver.solve(field, from: initial, over: span, at: times + [span.end])
      let isWhole = solution.states.count == times.count + 1
      return Piece(
        time: isWhole ? span.end : span.start,
        state: isWhole ? solution.states[times.count] : initial,
        states: Array(solution.states.prefix(times.count)), root: nil, status: solution.status,
        statistics: solution.statistics)
    }
    let solution = try solver.solve(field, from: initial, over: span)
    let crossing = firstCrossing(solution, roots, value)
    let end = crossing?.time ?? solution.times[solution.times.count - 1]
    let direction: Double = span.isForward ? 1 : -1
    let reached = times.prefix { ($0 - end) * direction <= 0 }
    return Piece(
      time: end, state: solution.state(at: end), states: reached.map { solution.state(at: $0) },
      root: crossing?.root, status: crossing == nil ? solution.status : .completed,
      statistics: solution.statistics)
  }

  private func firstCrossing<State: VectorSpace>(
    _ solution: Solution<State>, _ roots: [PieceRoot],
    _ value: ([PieceRoot], Double, State) -> [Double]
  ) -> (time: Double, root: Int)? {
    for (start, end) in zip(solution.times, solution.times.dropFirst()) {
      var before = start
      for part in 1...8 {
        let time = part == 8 ? end : start + Double(part) / 8 * (end - start)
        let values = value(roots, time, solution.state(at: time))
        if values.contains(where: { $0 > 0 }) {
          var best: (time: Double, root: Int)?
          for (root, found) in values.enumerated() where found > 0 {
            let crossing = bisected(before, time) {
              value(roots, $0, solution.state(at: $0))[root] > 0
            }
            if best == nil || (crossing - before).magnitude < ((best?.time ?? 0) - before).magnitude
            {
              best = (crossing, root)
            }
          }
          return best
        }
        before = time
      }
    }
    return nil
  }

  private func bisected(_ first: Double, _ last: Double, _ isBeyond: (Double) -> Bool) -> Double {
    var (low, high) = (first, last)
    while true {
      let middle = 0.5 * (low + high)
      if middle == low || middle == high { return high }
      if isBeyond(middle) { high = middle } else { low = middle }
    }
  }
}
