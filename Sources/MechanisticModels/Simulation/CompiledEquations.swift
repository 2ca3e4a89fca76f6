import Platform
import NumericCore
import Integrators
import Tensors

/// A system's derivatives, and for implicit methods their Jacobian, in the memory in which they run.
///
/// Used by one thread at a time.
final class CompiledEquations<Scalar: EquationScalar> {
  let derivatives: EquationEvaluator<Scalar>
  /// `[derivative, state]`: all derivatives by the first states, as in `FieldLinearization`.
  let jacobian: EquationEvaluator<Scalar>?
  /// The states, how the solve went, and its steps if the solver records them.
  typealias Run = (states: [[Double]], report: RowReport, steps: [StepTrial])

  fileprivate var inputs: InputReader?
  fileprivate var jacobianInputs: InputReader?

  init(derivatives: EquationProgram, jacobian: EquationProgram?, parameters: [Double]) {
    self.derivatives = EquationEvaluator(derivatives, parameters: parameters)
    self.jacobian = jacobian.map { EquationEvaluator($0, parameters: parameters) }
  }

  func set(parameters: [Double]) {
    derivatives.set(parameters: parameters)
    jacobian?.set(parameters: parameters)
  }

  /// Solves one trajectory: `[time][state]`; after a failure the states are not numbers.
  ///
  /// - Parameter inputs: signals of the system's inputs.
  /// - Precondition: an implicit method finds a Jacobian here.
  func solution(
    of system: EquationSystem, from initial: [Double], at times: [Double],
    inputs signals: [String: InputSignal] = [:], _ solver: ODESolver
  ) -> Run {
    inputs = InputReader(signals, of: system, derivatives)
    jacobianInputs = jacobian.map { InputReader(signals, of: system, $0) }
    // Equations with jumps are solved in pieces.
    let solver = solver.withoutSearchForPulses
    return solver.method.isExplicit
      ? smallSolution(initial, times, solver) ?? explicitSolution(initial, times, solver)
      : implicitSolution(initial, times, solver)
  }

  /// A solve of up to four double-precision states, which the processor holds in registers; nil for any others.
  private func smallSolution(
    _ initial: [Double], _ times: [Double], _ solver: ODESolver
  ) -> Run? {
    guard let equations = self as? CompiledEquations<Double> else { return nil }
    func solution<State: VectorSpace & BitwiseCopyable>(
      from state: State
    ) -> Run {
      singleSolution(
        of: SmallEquationField<State>(equations: equations), from: state, at: times, solver
      ) { state in initial.indices.map(state.component) }
    }
    switch initial.count {
    case 1: return solution(from: initial[0])
    case 2: return solution(from: SIMD2(initial))
    case 3: return solution(from: SIMD3(initial))
    case 4: return solution(from: SIMD4(initial))
    default: return nil
    }
  }

  private func explicitSolution(
    _ initial: [Double], _ times: [Double], _ solver: ODESolver
  ) -> Run {
    let width = derivatives.stateCount
    let integrator = RowIntegrator<Scalar>(
      method: solver.method, control: solver.control, rows: 1, width: width)
    integrator.recordsSteps = solver.recordsSteps
    let start = initial.map(Scalar.init)
    var flat = [Scalar](repeating: 0, count: times.count * width)
    let reports = times.withUnsafeBufferPointer { times in
      start.withUnsafeBufferPointer { start in
        flat.withUnsafeMutableBufferPointer { flat in
          integrator.solve(
            EquationField(derivatives, inputs: inputs), initial: start.baseAddress!,
            times: .shared(times.baseAddress!, count: times.count), states: flat.baseAddress!)
        }
      }
    }
    let states = times.indices.map { time in
      flat[time * width..<(time + 1) * width].map(Double.init)
    }
    return (states, reports[0], integrator.trials.first ?? [])
  }

  private func implicitSolution(
    _ initial: [Double], _ times: [Double], _ solver: ODESolver
  ) -> Run {
    precondition(jacobian != nil, "\(solver.method.name) needs the equations' Jacobian")
    return singleSolution(
      of: StiffEquationField(equations: self), from: initial.map(Scalar.init), at: times, solver
    ) { $0.map(Double.init) }
  }

  private func singleSolution<Field: VectorField>(
    of field: Field, from initial: Field.State, at times: [Double], _ solver: ODESolver,
    components: (Field.State) -> [Double]
  ) -> Run {
    let (start, end) = (times[0], times[times.count - 1])
    let missing = [Double](repeating: .nan, count: initial.componentCount)
    func failed(_ status: SolveStatus) -> Run {
      (
        Array(repeating: missing, count: times.count),
        RowReport(status: status, statistics: StepStatistics()), []
      )
    }
    do {
      let solution = try solver.solve(
        field, from: initial, over: TimeSpan(from: start, to: end), at: times)
      let rest = Array(repeating: missing, count: times.count - solution.states.count)
      return (
        solution.states.map(components) + rest,
        RowReport(status: solution.status, statistics: solution.statistics), solution.steps
      )
    } catch .initialStateNotFinite(let component) {
      return failed(.nonFinite(time: start, component: component))
    } catch .toleranceBelowRounding(_, let smallest) {
      return failed(.toleranceBelowRounding(smallest: smallest))
    } catch {
      preconditionFailure("save times are monotone: \(error)")
    }
  }
}

/// A system's derivatives as a field on a state that consists of as many numbers.
private struct SmallEquationField<State: VectorSpace & BitwiseCopyable>: VectorField {
  /// One solve on one thread uses it, and it does not outlive that solve.
  nonisolated(unsafe) let equations: CompiledEquations<Double>
  let hasInputs: Bool

  init(equations: CompiledEquations<Double>) {
    self.equations = equations
    hasInputs = equations.derivatives.program.inputCount > 0
  }

  func callAsFunction(_ time: Double, _ state: State) -> State {
    if hasInputs { equations.inputs?.read(at: time, into: equations.derivatives) }
    var (time, state) = (time, state)
    withUnsafeMutableBytes(of: &state) { bytes in
      guard let numbers = bytes.baseAddress?.assumingMemoryBound(to: Double.self) else { return }
      equations.derivatives.evaluate(times: &time, states: numbers, rows: 1, into: numbers)
    }
    return state
  }
}

/// A system's derivatives as a field with its exact Jacobian.
struct StiffEquationField<Scalar: EquationScalar>: VectorField {
  /// One solve on one thread uses it, and it does not outlive that solve.
  nonisolated(unsafe) let equations: CompiledEquations<Scalar>

  func callAsFunction(_ time: Double, _ state: [Scalar]) -> [Scalar] {
    equations.inputs?.read(at: time, into: equations.derivatives)
    return equations.derivatives.results(time: time, state: state)
  }

  func linearization(_ time: Double, _ state: [Scalar]) -> FieldLinearization? {
    guard let jacobian = equations.jacobian else { return nil }
    equations.jacobianInputs?.read(at: time, into: jacobian)
    return FieldLinearization(
      jacobian: jacobian.results(time: time, state: state).map(Double.init),
      timeDerivative: equations.derivatives.program.isAutonomous ? [] : nil)
  }
}
