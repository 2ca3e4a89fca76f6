import Integrators
import Tensors

/// A solve of a system with jumps, without sensitivities.
struct HybridSimulation {
  let system: EquationSystem
  let model: HybridModel
  let initial: [Double]
  let parameters: [Double]
  let inputs: [String: InputSignal]
  let doses: DoseSchedule
  let solver: ODESolver

  init(
    _ system: EquationSystem, _ model: HybridModel, initial: [Double], parameters: [Double],
    inputs: [String: InputSignal], doses: DoseSchedule, solver: ODESolver
  ) {
    self.system = system
    self.model = model
    self.initial = initial
    self.parameters = parameters
    self.inputs = inputs
    self.doses = doses
    self.solver = solver
  }

  func solution<Scalar: EquationScalar>(_: Scalar.Type, at times: [Double]) -> EquationSolution {
    let registers = HybridRegisters<Scalar>(
      model, derivatives: model.frozen.program(.derivatives, Scalar.scalarType),
      jacobian: solver.method.isExplicit
        ? nil : model.frozen.program(.jacobian, Scalar.scalarType), signals: inputs,
      parameters: parameters)
    let solve = HybridSolve(registers, from: initial, reset: initial, solver: solver)
    let states = solve.run(doses, at: times)
    return EquationSolution(
      times: Array(times.prefix(states.count)), states: states, status: solve.status,
      statistics: solve.statistics, events: solve.records, steps: solve.steps,
      algebraicFailure: solve.algebraicFailure)
  }
}

extension HybridSolve {
  /// The states at times, of which the first is the start, with doses beside those of the equations.
  ///
  /// - Parameter isContinued: whether the doses at the start are in the initial state already.
  func run(
    _ doses: DoseSchedule, at times: [Double], isContinued: Bool = false
  ) -> [[Double]] {
    guard
      let known = HybridBoundaries(registers, doses, at: times, isContinued: isContinued)
    else {
      status = .stepBudgetExhausted(time: times[0])
      return []
    }
    return run(at: times, boundaries: known.boundaries)
  }
}
