import Platform
public import Integrators
public import Tensors

/// The states of a system over time, and how the solve went.
public struct EquationSolution: Sendable {
  /// The times that were reached.
  public var times: [Double]
  /// `[time][state]`.
  public var states: [[Double]]
  /// How the solve ended.
  public var status: SolveStatus
  /// What the solve has cost.
  public var statistics: StepStatistics
  /// Doses, events and resets in the order of the solve.
  public var events: [SimulationEvent] = []
  /// The steps that were tried, in order, if `ODESolver.recordsSteps` asks for them.
  public var steps: [StepTrial] = []
  /// Why the solve ended with the status `.inconsistent`.
  public var algebraicFailure: AlgebraicFailure?
}

extension EquationSystem {
  /// Solves the equations from the first of `times` on, and saves the states at all of them.
  ///
  /// - Parameters:
  ///   - initial: the state at the first time; `nil` for as written in the equations.
  ///   - times: monotone, at least 2.
  ///   - parameters: `nil` for as written in the equations.
  ///   - inputs: signals by the name of the input; an input without one has its default value.
  ///   - doses: beside those of the equations.
  ///   - solver: method and step control.
  ///   - scalarType: the arithmetic of the state; time is always double.
  ///
  /// Doses, events, knots of inputs, and steps and kinks of formulas end a step; at the time of a jump the state is that
  /// after it. Doses and events that lie before the first time are taken to be in the initial state, except for infusions
  /// that are still under way. Algebraic states begin at the solution of their equations to which Newton's method leads
  /// from the initial value.
  /// - Returns: the times that were reached; a failed solve has fewer than were requested.
  /// - Precondition: an input without a signal has a default value; doses are into states that have a derivative;
  ///   `accepts(solver.method)`.
  public func solution(
    from initial: [Double]? = nil, at times: [Double], parameters: [Double]? = nil,
    inputs: [String: InputSignal] = [:], doses: DoseSchedule = DoseSchedule(),
    solver: ODESolver, scalarType: ScalarType = .float64
  ) -> EquationSolution {
    let parameters = parameters ?? defaultParameters
    let initial = initial ?? initialState(parameters: parameters)
    precondition(
      initial.count == states.count,
      "\(initial.count) initial values for the \(states.count) states of \(name)")
    if let hybrid = pieces(inputs, doses) {
      let simulation = HybridSimulation(
        self, hybrid, initial: initial, parameters: parameters, inputs: inputs, doses: doses,
        solver: solver)
      return switch scalarType {
      case .float32: simulation.solution(Float.self, at: times)
      case .float64: simulation.solution(Double.self, at: times)
      }
    }
    return switch scalarType {
    case .float32: solution(Float.self, initial, times, parameters, inputs, solver)
    case .float64: solution(Double.self, initial, times, parameters, inputs, solver)
    }
  }

  /// The intermediates of states at times, `[time][intermediate]`.
  ///
  /// - Precondition: an input without a signal has a default value.
  public func intermediates(
    at times: [Double], states: [[Double]], parameters: [Double]? = nil,
    inputs: [String: InputSignal] = [:]
  ) -> [[Double]] {
    let equations = EquationEvaluator<Double>(
      program(.intermediates), parameters: parameters ?? defaultParameters)
    var reader = InputReader(inputs, of: self, equations)
    return zip(times, states).map { time, state in
      reader.read(at: time, into: equations)
      return equations.results(time: time, state: state)
    }
  }

  private func solution<Scalar: EquationScalar>(
    _: Scalar.Type, _ initial: [Double], _ times: [Double], _ parameters: [Double],
    _ signals: [String: InputSignal], _ solver: ODESolver
  ) -> EquationSolution {
    let equations = CompiledEquations<Scalar>(
      derivatives: program(.derivatives, Scalar.scalarType),
      jacobian: solver.method.isExplicit ? nil : program(.jacobian, Scalar.scalarType),
      parameters: parameters)
    let (states, report, steps) = equations.solution(
      of: self, from: initial, at: times, inputs: signals, solver)
    let reached = states.prefix { $0.allSatisfy { $0.isFinite } }
    return EquationSolution(
      times: Array(times.prefix(reached.count)), states: Array(reached), status: report.status,
      statistics: report.statistics, steps: steps)
  }
}
