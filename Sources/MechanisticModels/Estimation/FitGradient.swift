import Adjoints
import Integrators
import NumericCore
import Programs
import Tensors

/// Half the sum of squared residuals of a fit, and its gradient by the discrete adjoint.
///
/// One solve and its way back, however many unknowns there are.
final class FitGradient {
  private let problem: FitProblem
  private let lossAndGradient: ValueAndGradient<FitVariables, FitTargets>
  private let targets: FitTargets
  /// 1 for a state whose initial value is a variable, 0 where it follows from the parameters.
  private let isVariable: [Bool]

  init(_ problem: FitProblem) {
    self.problem = problem
    let (fit, observables) = (problem.fit, problem.observables)
    let times = fit.measurements.times
    let rows = fit.measurements.values
    let isLognormal = fit.likelihood == .lognormal
    let known = rows.map { row in row.map { $0.isNaN ? 0.0 : 1.0 } }
    targets = FitTargets(
      values: Tensor(
        rows: rows.map { row in
          row.map { $0.isNaN ? (isLognormal ? 1 : 0) : isLognormal ? .logarithm($0) : $0 }
        }), mask: Tensor(rows: known))
    let start = problem.values(at: problem.start).initials
    let isVariable = fit.system.states.indices.map { start[$0] != nil }
    self.isVariable = isVariable
    let solver = ODESolver(
      method: fit.method,
      control: .proportionalIntegral(fit.tolerance, stepBudget: fit.stepBudget))
    let (system, inputs) = (fit.system, fit.inputs)
    lossAndGradient = valueAndGrad { (variables: FitVariables, targets: FitTargets) in
      let field = EquationTensorField(system, parameters: variables.parameters, inputs: inputs)
      let initial = system.initialState(
        parameters: variables.parameters, replacing: variables.initial, where: isVariable)
      let states = Flow(of: field, solver: solver)(initial, at: times).states
        .reshaped([times.count, system.states.count])
      let found = system.observations(
        observables, times: Tensor(times), states: states, field: field)
      let values = isLognormal ? log(found) : found
      return 0.5 * square((values - targets.values) * targets.mask).sum()
    }
  }

  /// The loss and its gradient by the search's coordinates, penalties of weights included; nil if the equations cannot
  /// be solved.
  func evaluate(_ z: [Double]) -> LimitedMemoryBFGS.Evaluation? {
    let (parameters, initials) = problem.values(at: z)
    guard (parameters + initials.values).allSatisfy({ $0.isFinite }) else { return nil }
    problem.solves += 1
    let initial = isVariable.indices.map { initials[$0] ?? 0 }
    let found = lossAndGradient(
      FitVariables(parameters: Tensor(parameters), initial: Tensor(initial)), targets)
    let byParameter = found.gradient.parameters.values
    let byInitial = found.gradient.initial.values
    var value = found.loss
    var gradient: [Double] = []
    for (place, unknown) in problem.unknowns.enumerated() {
      let slope =
        switch unknown {
        case .parameter(let parameter): byParameter[parameter]
        case .initial(let state): byInitial[state]
        }
      // Beyond a bound the value stays.
      let isInside = problem.scales[place].bounds.contains(z[place])
      gradient.append(isInside ? slope * problem.scales[place].slope(z[place]) : 0)
      guard problem.weightDeviations[place] != nil else { continue }
      let penalty = problem.weightPenalty * problem.weightPenalty
      value += 0.5 * penalty * z[place] * z[place]
      gradient[place] += penalty * z[place]
    }
    guard value.isFinite, gradient.allSatisfy({ $0.isFinite }) else { return nil }
    return (value, gradient)
  }
}

/// What the gradient is taken by.
private struct FitVariables: TensorTree {
  /// `[parameter]`.
  var parameters: Tensor
  /// `[state]`.
  var initial: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("parameters", &parameters)
    visitor("initial", &initial)
  }
}

/// Measured values and where there are any, `[time, column]` both.
private struct FitTargets: TensorTree {
  var values: Tensor
  var mask: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("values", &values)
    visitor("mask", &mask)
  }
}

extension EquationSystem {
  /// Initial values `[1, state]`, some of them given and the others as the equations say.
  fileprivate func initialState(
    parameters: Tensor, replacing given: Tensor, where isGiven: [Bool]
  ) -> Tensor {
    let time = Tensor(repeating: span?.lowerBound ?? 0, shape: [], scalarType: .float64)
    let state = Tensor.zeros([1, states.count], scalarType: .float64)
    let columns = states.indices.map { place in
      guard !isGiven[place], states[place].hasInitialValue else {
        return given.sliced(place..<place + 1, axis: 0).reshaped([1, 1])
      }
      return values(
        of: [formulas.initialValues.lowerBound + place], time: time, state: state,
        parameters: parameters, inputs: zeroInputs(like: parameters))
    }
    return concatenate(columns, axis: 1)
  }

  /// Measured quantities `[time, observable]` of states `[time, state]`.
  fileprivate func observations(
    _ observables: [SensitivitySystem.Observable], times: Tensor, states: Tensor,
    field: EquationTensorField
  ) -> Tensor {
    let columns = observables.map { observable in
      switch observable {
      case .state(let place): states.sliced(place..<place + 1, axis: 1)
      case .intermediate(let place):
        values(
          of: [formulas.intermediates.lowerBound + place], time: times, state: states,
          parameters: field.parameters, inputs: field.inputs(at: times, like: states))
      }
    }
    return concatenate(columns, axis: 1)
  }
}
