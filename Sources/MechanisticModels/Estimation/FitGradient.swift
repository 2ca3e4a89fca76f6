import Adjoints
import Integrators
import Transforms
import Tensors

/// The objective of a fit and its gradient by the discrete adjoint.
///
/// One solve of every experiment and its way back, however many unknowns there are: the derivatives of the objective by
/// what is observed are the cotangents of the solve.
package final class FitGradient {
  private typealias Pullback = ValueAndGradient<FitVariables, FitSeeds>

  private let problem: FitProblem
  private let part: Double
  private let pullbacks: [Pullback]
  /// 1 for a state whose initial value is a variable, 0 where it follows from the parameters.
  private let isVariable: [[Bool]]

  package init(_ problem: FitProblem, part: Double) {
    self.problem = problem
    self.part = part
    let values = problem.values(at: problem.start)
    let isVariable = problem.models.map { model in
      let initials = model.values(at: values).initials
      return problem.fit.system.states.indices.map { initials[$0] != nil }
    }
    self.isVariable = isVariable
    pullbacks = zip(problem.models, isVariable).map {
      Self.pullback(of: $0, problem, isVariable: $1, part: part)
    }
  }

  private static func pullback(
    of model: ExperimentModel, _ problem: FitProblem, isVariable: [Bool], part: Double
  ) -> Pullback {
    let times = Array(model.times.prefix(model.count(ofPart: part)))
    let (fit, sources) = (problem.fit, problem.sources)
    let (system, inputs) = (fit.system, model.experiment.inputs)
    return valueAndGrad { (variables: FitVariables, seeds: FitSeeds) in
      let field = EquationTensorField(system, parameters: variables.parameters, inputs: inputs)
      let initial = system.initialState(
        parameters: variables.parameters, replacing: variables.initial, where: isVariable)
      let states = Flow(of: field, solver: fit.solver)(initial, at: times).states
        .reshaped([times.count, system.states.count])
      let found = system.observations(sources, times: Tensor(times), states: states, field: field)
      return (found * seeds.values).sum()
    }
  }

  /// The objective and its gradient by the search's coordinates; nil if the equations cannot be solved.
  package func evaluate(_ z: [Double]) -> LimitedMemoryBFGS.Evaluation? {
    guard let whole = problem.evaluate(at: z, derivatives: false, part: part),
      let terms = problem.terms(at: z, part: part)
    else { return nil }
    let values = problem.values(at: z)
    var gradient = [Double](repeating: 0, count: z.count)
    for number in problem.models.indices {
      let own = terms.filter { $0.prediction.experiment == number }
      add(own, of: number, values, to: &gradient)
    }
    for (place, unknown) in problem.unknowns.enumerated() {
      // Beyond a bound the value stays.
      let isInside = unknown.scale.bounds.contains(z[place])
      gradient[place] *= isInside ? unknown.scale.slope(z[place]) : 0
    }
    // Rows of priors and penalties depend on one unknown each.
    for (place, slope) in problem.priorGradient(at: z, part: part) { gradient[place] += slope }
    guard gradient.allSatisfy({ $0.isFinite }) else { return nil }
    return (whole.value, gradient)
  }

  /// Adds the derivatives of the terms of one experiment by the values of the unknowns.
  private func add(
    _ terms: [(prediction: FitProblem.Prediction, term: NoiseTerm)], of number: Int,
    _ values: [Double], to gradient: inout [Double]
  ) {
    let model = problem.models[number]
    let sources = problem.sources.count
    var seeds = [Double](repeating: 0, count: model.count(ofPart: part) * sources)
    for (prediction, term) in terms {
      let observable = problem.observables[prediction.datum.observable]
      let byValue = term.slope(\.byValue)
      seeds[prediction.datum.time * sources + observable.source] += byValue
      if let since = prediction.datum.since {
        seeds[since * sources + observable.source] -= byValue
      }
      if prediction.datum.standardError != nil { continue }
      for (place, argument) in observable.arguments.enumerated() {
        let slope = place == 0 ? term.slope(\.byArguments.0) : term.slope(\.byArguments.1)
        switch argument {
        case .source(let source):
          seeds[prediction.datum.time * sources + source] +=
            slope / (place == 0 ? prediction.arguments.0 : prediction.arguments.1)
        case .unknown(let unknown): gradient[unknown] += slope / values[unknown]
        case .profiled, .known: break
        }
      }
    }
    let (parameters, initials) = model.values(at: values)
    let initial = problem.fit.system.states.indices.map { initials[$0] ?? 0 }
    let found = pullbacks[number](
      FitVariables(parameters: Tensor(parameters), initial: Tensor(initial)),
      FitSeeds(values: Tensor(seeds, shape: [seeds.count / sources, sources])))
    let byParameter = found.gradient.parameters.values
    let byInitial = found.gradient.initial.values
    for (unknown, place) in zip(model.structure.unknowns, model.places) {
      switch unknown {
      case .parameter(let parameter): gradient[place] += byParameter[parameter]
      case .initial(let state): gradient[place] += byInitial[state]
      }
    }
  }
}

extension NoiseTerm {
  /// The derivative of the penalty.
  fileprivate func slope(_ path: KeyPath<Row, Double>) -> Double {
    main.residual * main[keyPath: path] + (scale.map { $0.residual * $0[keyPath: path] } ?? 0)
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

/// Derivatives of the objective by what is observed, `[time, source]`.
private struct FitSeeds: TensorTree {
  var values: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("values", &values) }
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

  /// Observed quantities `[time, source]` of states `[time, state]`.
  fileprivate func observations(
    _ sources: [SensitivitySystem.Observable], times: Tensor, states: Tensor,
    field: EquationTensorField
  ) -> Tensor {
    func formula(_ place: Int) -> Tensor {
      values(
        of: [place], time: times, state: states, parameters: field.parameters,
        inputs: field.inputs(at: times, like: states))
    }
    let columns = sources.map { source in
      switch source {
      case .state(let place): states.sliced(place..<place + 1, axis: 1)
      case .intermediate(let place): formula(formulas.intermediates.lowerBound + place)
      case .observation(let place): formula(formulas.observations.lowerBound + place)
      }
    }
    return concatenate(columns, axis: 1)
  }
}
