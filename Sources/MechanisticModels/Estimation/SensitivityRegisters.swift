import Integrators

/// The memory in which a system runs with its sensitivities under the conditions of one experiment.
final class SensitivityRegisters {
  let system: SensitivitySystem
  private let fit: ParameterFit
  private let inputs: [String: InputSignal]
  private let field: SensitivitySimulation
  private let isInterior: Bool
  private let observation: EquationEvaluator<Double>
  private(set) lazy var steadyState = SteadyStart(system, of: fit, inputs: inputs)

  /// - Parameters:
  ///   - frozen: the sensitivities of the frozen equations, where several experiments share them.
  ///   - isInterior: whether solves start at a state that has the doses at its time already.
  init(
    _ system: SensitivitySystem, _ fit: ParameterFit, of experiment: Experiment,
    frozen: SensitivitySystem? = nil, isInterior: Bool = false
  ) {
    self.system = system
    self.fit = fit
    self.isInterior = isInterior
    inputs = experiment.inputs
    field = SensitivitySimulation(
      system, of: fit.system, inputs: experiment.inputs, doses: experiment.doses, frozen: frozen)
    observation = EquationEvaluator(
      system.observation, parameters: fit.system.defaultParameters)
  }

  /// The whole state at the start; nil if it is not finite or there is no steady state.
  func initialState(
    at time: Double, parameters: [Double], initials: [Int: Double]
  ) -> [Double]? {
    let initial = system.initialState(parameters: parameters, fixed: initials, time: time)
    guard initial.prefix(system.stateCount).allSatisfy({ $0.isFinite }) else { return nil }
    guard fit.preEquilibrates, !isInterior else { return initial }
    return steadyState.state(from: initial, at: time, parameters: parameters)
  }

  /// Whole states and observations at times.
  typealias Walk = (states: [[Double]], observations: [[Double]])

  /// How a solve ended.
  enum Ending {
    case walk(Walk)
    /// Its steps were used up, and stability had bounded them.
    case stiff
    /// Its steps were used up.
    case exhausted
    case failed

    var walk: Walk? { if case .walk(let walk) = self { walk } else { nil } }
  }

  /// Whole states and observations at the times, the first of which is the start.
  func ending(
    at times: [Double], parameters: [Double], initials: [Int: Double], budget: Int
  ) -> Ending {
    guard let initial = initialState(at: times[0], parameters: parameters, initials: initials)
    else { return .failed }
    return ending(from: initial, at: times, parameters: parameters, budget: budget)
  }

  private func ending(
    from initial: [Double], at times: [Double], parameters: [Double], budget: Int
  ) -> Ending {
    observation.set(parameters: parameters)
    var solver = fit.solver
    if case .adaptive(var control) = solver.control {
      control.stepBudget = min(budget, control.stepBudget)
      solver.control = .adaptive(control)
    }
    // A solve needs an end.
    let isPoint = times.count == 1
    let span = isPoint ? [times[0], times[0] + max(1e-9, 64 * times[0].magnitude.ulp)] : times
    var (states, status) = field.states(
      from: initial, at: span, parameters: parameters, solver, isContinued: isInterior)
    guard status.reachedEnd, states.count == span.count else {
      return switch status {
      case .stiff: .stiff
      case .stepBudgetExhausted: .exhausted
      default: .failed
      }
    }
    if isPoint { states.removeLast() }
    var inputs = InputReader(self.inputs, of: fit.system, observation)
    let observations = zip(times, states).map { time, state in
      inputs.read(at: time, into: observation)
      return observation.results(time: time, state: state)
    }
    return .walk((states, observations))
  }
}

/// The steady state from which an experiment starts, with its sensitivities.
///
/// The equations are followed without doses, with inputs at their values at the start, until neither the states nor their sensitivities
/// change: the variational equations have the steady state's derivatives as their own.
final class SteadyStart {
  private let system: SensitivitySystem
  private let fit: ParameterFit
  private let inputs: [String: InputSignal]
  private var field: (time: Double, simulation: SensitivitySimulation)?

  init(_ system: SensitivitySystem, of fit: ParameterFit, inputs: [String: InputSignal]) {
    self.system = system
    self.fit = fit
    self.inputs = inputs
  }

  /// Nil if there is none.
  func state(from initial: [Double], at time: Double, parameters: [Double]) -> [Double]? {
    let simulation: SensitivitySimulation
    if let field, field.time == time {
      simulation = field.simulation
    } else {
      let held = inputs.mapValues { InputSignal(times: [time], values: [$0.value(at: time)]) }
      simulation = SensitivitySimulation(system, of: fit.system, inputs: held)
      field = (time, simulation)
    }
    var state = initial
    var duration = 1.0
    for _ in 0..<60 {
      let end = time + duration
      let (states, status) = simulation.states(
        from: state, at: [time, end], parameters: parameters, fit.solver)
      guard status.reachedEnd, states.count == 2 else { return nil }
      let next = states[1]
      let scale = 1e-6 * (state.prefix(system.stateCount).map(\.magnitude).max() ?? 0)
      let change = zip(next, state).map { ($0 - $1).magnitude / ($0.magnitude + scale) }.max() ?? 0
      state = next
      // The time doubles, so that a slow approach is seen.
      if change < 1e-7 && duration > 8 { return state }
      duration *= 2
    }
    return nil
  }
}
