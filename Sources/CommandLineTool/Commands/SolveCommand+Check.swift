import Serialization
import NumericCore
import ArgumentParsing
import Integrators
import MechanisticModels
import Reports

extension SolveCommand {
  /// Whether a solution is compared with a finer one.
  enum Check: String, CaseIterable, ArgumentValue {
    case auto, on, off
  }

  /// Solves the same problem at some times, with a given solver and arithmetic.
  typealias Solve = (_ times: [Double], _ solver: ODESolver, _ scalar: Scalar) -> EquationSolution

  /// The tolerance of adaptive steps, refused if the arithmetic cannot reach it.
  func tolerance() throws(UsageError) -> Tolerance {
    let tolerance = Tolerance(
      relative: relativeTolerance ?? (scalar == .float32 ? 1e-5 : 1e-6),
      absolute: absoluteTolerance ?? 1e-9)
    // An error estimate is a difference of stages with some rounding error each.
    let smallest = scalar == .float32 ? 2e-6 : 1e-14
    if tolerance.relative < smallest && tolerance.absolute < smallest {
      throw .combination(
        "a relative tolerance of \(shortText(tolerance.relative)) is below what \(scalar.rawValue) resolves",
        fix: "write --rtol \(shortText(smallest)) or more")
    }
    return tolerance
  }

  /// The solution with an absolute tolerance that resolves every state, and its solver.
  ///
  /// Nothing changes if the tolerance is given, or if the smaller one cannot be reached.
  func resolved(
    by solver: ODESolver, _ solve: Solve, at times: [Double]
  ) -> (solution: EquationSolution, solver: ODESolver) {
    var best = (solution: solve(times, solver, scalar), solver: solver)
    guard absoluteTolerance == nil else { return best }
    for _ in 0..<3 {
      guard best.solution.status.isCompleted, let finer = best.solver.resolving(best.solution)
      else { break }
      let next = solve(times, finer, scalar)
      guard next.status.isCompleted else { break }
      best = (next, finer)
    }
    return best
  }

  /// The comparison with a finer solver; `nil` if it is switched off or too expensive.
  func checked(
    _ solution: EquationSolution, by solver: ODESolver, _ solve: Solve, at times: [Double]
  ) -> (finer: EquationSolution, check: SolutionCheck)? {
    guard check != .off, case .adaptive = solver.control else { return nil }
    let steps = solution.statistics.acceptedSteps + solution.statistics.rejectedSteps
    if check == .auto && !isCheap(solution) { return nil }
    let finer = solver.finer(
      over: times[times.count - 1] - times[0], stepBudget: 20 * steps + 20_000)
    guard case .adaptive(let control) = finer.control else { return nil }
    let other = solve(times, finer, .float64)
    // A comparison that ran out of steps shows nothing.
    switch other.status {
    case .stepBudgetExhausted, .stiff: return nil
    default: break
    }
    return SolutionCheck(
      of: solution, tolerances: solver.tolerances(states: solution.states.first?.count ?? 0),
      finer: other,
      finerTolerance: control.tolerance.relative
    ).map { (other, $0) }
  }

  /// Whether a solve with a few times as many evaluations takes less than about a second.
  private func isCheap(_ solution: EquationSolution) -> Bool {
    let evaluations = solution.statistics.evaluations
    let width = solution.states.first?.count ?? 0
    return evaluations <= 300_000 && evaluations * width <= 1_500_000
  }

  /// Writes the report of a simulation.
  func writeReport(
    _ path: String, of equations: EquationSystem, over times: [Double], by solver: ODESolver,
    _ problem: (parameters: [Double], inputs: [String: InputSignal]), _ solve: Solve
  ) throws {
    let grid = TimeSpan(from: times[0], to: times[times.count - 1]).evenlySpaced(801)
    var recording = solver
    recording.recordsSteps = true
    let solution = solve(grid, recording, scalar)
    var page = SimulationPage(
      equations, solution,
      intermediates: equations.intermediates(
        at: solution.times, states: solution.states, parameters: problem.parameters,
        inputs: problem.inputs), inputs: problem.inputs, method: words(of: solver))
    page.moments = solution.events.prefix(200).map { .init(time: $0.time, label: "\($0.kind)") }
    if let (finer, check) = checked(solution, by: solver, solve, at: grid) {
      (page.finer, page.check) = (finer, check)
    }
    try page.report().write(to: path)
  }

  private func words(of solver: ODESolver) -> String {
    switch solver.control {
    case .fixed(let step): "\(solver.method.name), step \(shortText(step))"
    case .steps(let count): "\(solver.method.name), \(count) steps"
    case .adaptive(let adaptive):
      "\(solver.method.name), rtol \(shortText(adaptive.tolerance.relative)), "
        + "atol \(shortText(adaptive.tolerance.absolute))"
    }
  }
}

extension SolutionCheck {
  /// The warning about a solution that a finer solver does not confirm; `nil` if it does.
  func warning(states: [String]) -> String? {
    if isPassed { return nil }
    let advice =
      finerStatus.isCompleted
      ? "use a tighter --rtol, or a shorter span if the result keeps changing (--check off omits this check)"
      : "check the equations there, or end the span before (--check off omits this check)"
    return "warning: \(sentence(states: states)); \(advice)"
  }

  var json: JSONValue {
    [
      "tolerances": .number(tolerances), "time": .number(time), "isPassed": .bool(isPassed),
      "finerTolerance": .number(finerTolerance),
    ]
  }
}
