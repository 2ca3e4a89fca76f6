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
    var steps: [StepTrial]
  }

  private let solver: ODESolver

  /// - Parameter used: steps that the pieces before have tried.
  init(_ solver: ODESolver, used: Int) {
    var solver = solver.withoutSearchForPulses
    if case .adaptive(var control) = solver.control {
      control.stepBudget = max(1, control.stepBudget - used)
      solver.control = .adaptive(control)
    }
    self.solver = solver
  }

  /// - Parameter value: how far each root is beyond its threshold; the piece ends where one becomes positive.
  func solve<Field: VectorField>(
    _ field: Field, from initial: Field.State, over span: TimeSpan, at times: [Double],
    roots: Int, value: @escaping (Double, Field.State) -> [Double]
  ) throws(SolveError) -> Piece<Field.State> {
    let values = RootValues(value)
    let events = (0..<roots).map { root in
      Event<Field>.root(.rising, of: { values.value(root, $0, $1) }, .terminate)
    }
    let solution = try solver.solve(
      field, from: initial, over: span, at: times + [span.end], events: events)
    var piece = Piece(
      time: span.start, state: initial, states: Array(solution.states.prefix(times.count)),
      root: nil, status: solution.status, statistics: solution.statistics,
      steps: solution.steps)
    if case .terminated(let time, let root) = solution.status, let record = solution.events.last {
      (piece.time, piece.state, piece.root) = (time, record.stateAfter, root)
    } else if solution.states.count == times.count + 1 {
      (piece.time, piece.state) = (span.end, solution.states[times.count])
    }
    return piece
  }
}

/// The values of all roots at the point that was last evaluated.
private final class RootValues<State: VectorSpace>: @unchecked Sendable {
  // One solve on one thread uses it, and it does not outlive that solve.
  private let function: (Double, State) -> [Double]
  private var time = Double.nan
  private var values: [Double] = []

  init(_ function: @escaping (Double, State) -> [Double]) { self.function = function }

  func value(_ root: Int, _ time: Double, _ state: State) -> Double {
    if root == 0 || time != self.time { values = function(time, state) }
    self.time = time
    return values[root]
  }
}
