import Serialization
import NumericCore
import ArgumentParsing
import MechanisticModels
import Integrators
import Tables

/// The output of `solve`.
struct SolveReport {
  private let equations: EquationSystem
  private let solution: EquationSolution
  private let method: ODEMethod
  private let check: SolutionCheck?
  /// The meaning of the times.
  private let axis: TimeAxis
  private let written: Range<Int>

  init(
    _ equations: EquationSystem, _ solution: EquationSolution, method: ODEMethod,
    check: SolutionCheck? = nil, axis: TimeAxis = .number, writing: Range<Int>
  ) {
    self.axis = axis
    self.equations = equations
    self.solution = solution
    self.method = method
    self.check = check
    written = writing
  }

  func print(to console: Console) {
    // A failed solve has fewer times than requested.
    let rows = zip(solution.times, solution.states).prefix(written.upperBound)
      .dropFirst(written.lowerBound)
    let times = distinctTexts(rows.map(\.0))
    let hasDates = axis != .number
    console.table(
      ["time"] + (hasDates ? ["date"] : []) + equations.states.map(\.name),
      zip(times, rows).map { time, row in
        [time] + (hasDates ? [axis.text(of: row.0)] : []) + row.1.map { shortText($0, digits: 10) }
      })
    let statistics = solution.statistics
    console.print()
    console.print(
      "\(method.name): \(statistics.acceptedSteps) steps accepted, \(statistics.rejectedSteps) rejected, "
        + "\(statistics.evaluations) evaluations"
        + (method.isExplicit
          ? ""
          : ", \(statistics.jacobians) Jacobians, \(statistics.factorizations) factorizations")
        + "; \(solution.status.word)")
    if case .terminated = solution.status {
      console.print(message)
      for (state, value) in zip(equations.states, solution.events.last?.stateAfter ?? []) {
        console.print("  \(state.name) = \(shortText(value, digits: 10))")
      }
    }
    console.emit([
      "system": .string(equations.name), "method": .string(method.name),
      "timeUnit": axis.unit.map { .string($0.rawValue) } ?? .null,
      "timeOrigin": axis.unit.map { _ in .string(axis.text(of: 0)) } ?? .null,
      "times": JSONValue(rows.map(\.0)), "states": .array(rows.map { JSONValue($0.1) }),
      "statistics": [
        "evaluations": JSONValue(statistics.evaluations),
        "acceptedSteps": JSONValue(statistics.acceptedSteps),
        "rejectedSteps": JSONValue(statistics.rejectedSteps),
        "jacobians": JSONValue(statistics.jacobians),
        "factorizations": JSONValue(statistics.factorizations),
        "firstStep": .number(statistics.firstStep),
        "smallestStep": .number(statistics.smallestStep),
        "largestStep": .number(statistics.largestStep),
      ],
      "events": .array(solution.events.map(\.json)),
      "status": .string(solution.status.word),
      "check": check?.json ?? .null,
      "message": solution.status.isCompleted ? .null : .string(message),
    ])
  }

  /// Where and why the solve ended early, and what to try.
  var message: String {
    switch solution.status {
    case .completed: "completed"
    case .stepBudgetExhausted(let time):
      "all steps were used up at time \(shortText(time)); raise --max-steps or the tolerances"
    case .stiff(let time, let product):
      "the equations are stiff: at time \(shortText(time)) stability, not accuracy, bounds the steps "
        + "(step times eigenvalue \(shortText(product, digits: 2))); "
        + "choose --method rodas5p, which is made for stiff equations"
    case .stepUnderflow(let time):
      "the step size vanished at time \(shortText(time)); the solution may be singular there, "
        + "or the tolerances too small for the arithmetic"
    case .nonFinite(let time, let component):
      "'\(equations.states[component].name)' ceased to be finite after time \(shortText(time)); "
        + "check the equations and the initial values there, or end before"
    case .terminated(let time, _): "an event ended the solve at time \(shortText(time))"
    case .singular(let time):
      "the solution grows without bound near the end of the span, at time \(shortText(time)); end before"
    case .eventsAccumulate(let time, _):
      "events accumulate at time \(shortText(time)): each follows the one before faster and faster; "
        + "end the solve before, or let an event end it"
    case .inconsistent(let time):
      solution.algebraicFailure.map { "\($0)" }
        ?? "the algebraic equations have no solution at time \(shortText(time))"
    case .toleranceBelowRounding(let smallest):
      "the tolerance is below the rounding of the state; use --rtol \(shortText(smallest, digits: 2)) or more"
    }
  }
}

extension SolveStatus {
  /// The status as one word.
  var word: String {
    switch self {
    case .completed: "completed"
    case .stepBudgetExhausted: "stepBudgetExhausted"
    case .stiff: "stiff"
    case .stepUnderflow: "stepUnderflow"
    case .nonFinite: "nonFinite"
    case .terminated: "terminated"
    case .singular: "singular"
    case .eventsAccumulate: "eventsAccumulate"
    case .inconsistent: "inconsistent"
    case .toleranceBelowRounding: "toleranceBelowRounding"
    }
  }
}

extension SimulationEvent {
  /// Time, kind, and the state before and after it.
  fileprivate var json: JSONValue {
    return [
      "time": .number(time), "kind": .string("\(kind)"),
      "before": JSONValue(stateBefore), "after": JSONValue(stateAfter),
    ]
  }
}
