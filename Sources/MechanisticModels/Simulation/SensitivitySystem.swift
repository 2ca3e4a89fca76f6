package import Integrators
import Graphs
import Tensors

/// A system together with the derivatives of its states by some unknowns.
///
/// The state is `[x, s₀ ∂x/∂u₀, s₁ ∂x/∂u₁, …]`, each block as wide as the system; the blocks follow the variational
/// equations `(∂x/∂u)' = ∂f/∂x · ∂x/∂u + ∂f/∂u`: the tangents of the equations' graph. `s` is the size of the unknown as
/// written, so that one tolerance suits all blocks.
package struct SensitivitySystem: Sendable {
  /// A number that is not known.
  package enum Unknown: Hashable, Sendable {
    case parameter(Int)
    /// The initial value of a state.
    case initial(Int)
  }

  /// A quantity that is measured.
  package enum Observable: Hashable, Sendable {
    case state(Int)
    case intermediate(Int)
    /// A formula of an `observe` statement, or an argument of its noise.
    case observation(Int)
  }

  package let unknowns: [Unknown]
  package let observables: [Observable]
  /// States of the system itself.
  package let stateCount: Int
  /// Derivative of the whole state.
  package let field: EquationProgram
  /// Derivatives of the whole state's derivative by the system's own states, `[width, state]`, for implicit methods.
  ///
  /// Each block depends on the states and on itself alone: see `FieldLinearization`.
  package let fieldJacobian: EquationProgram?
  /// `s`, by unknown.
  package let sizes: [Double]
  /// The initial blocks as the parameters give them; see `initialState`.
  private let initial: EquationProgram
  /// `[observable]`, then its derivatives `[unknown, observable]`, of the whole state.
  package let observation: EquationProgram

  /// Width of the whole state.
  package var width: Int { stateCount * (1 + unknowns.count) }

  /// - Parameter isLinearized: whether `fieldJacobian` is needed.
  package init(
    _ system: EquationSystem, unknowns: [Unknown], observables: [Observable],
    isLinearized: Bool = false
  ) {
    let formulas = system.formulas
    let n = formulas.stateCount
    sizes = unknowns.map { unknown in
      if case .parameter(let place) = unknown { Self.size(of: system.parameters[place]) } else { 1 }
    }
    self.unknowns = unknowns
    self.observables = observables
    stateCount = n
    let width = n * (1 + unknowns.count)
    let observed = observables.map { observable in
      switch observable {
      case .state(let place): formulas.graph.outputs.count + place
      case .intermediate(let place): formulas.intermediates.lowerBound + place
      case .observation(let place): formulas.observations.lowerBound + place
      }
    }
    func program(_ graph: Graph) -> EquationProgram {
      EquationProgram(
        EquationFormulas.vectorGraph(graph, states: width, inputs: formulas.inputCount))
    }
    let derivatives = formulas.withTangents(formulas.derivatives, of: unknowns, sizes)
    field = program(derivatives)
    fieldJacobian =
      isLinearized
      ? program(derivatives.jacobian(by: formulas.statePlaces)) : nil
    initial = program(formulas.withTangents(formulas.initialValues, of: unknowns, sizes))
    observation = program(
      formulas.withTangents(observed, of: unknowns, sizes, isScaled: false))
  }

  /// The magnitude of a parameter as written; 1 for 0 and for a weight of a network.
  private static func size(of parameter: EquationSystem.Parameter) -> Double {
    let size = parameter.defaultValue.magnitude
    return size > 0 && size.isFinite && parameter.weightDeviation == nil ? size : 1
  }

  /// The whole state at the start.
  ///
  /// - Parameter fixed: initial values that replace what the equations say, by state.
  package func initialState(parameters: [Double], fixed: [Int: Double], time: Double) -> [Double] {
    var state = EquationEvaluator<Double>(initial, parameters: parameters)
      .results(time: time, state: Array(repeating: 0, count: width))
    for (place, value) in fixed {
      state[place] = value
      for block in unknowns.indices { state[(1 + block) * stateCount + place] = 0 }
    }
    for (block, unknown) in unknowns.enumerated() {
      if case .initial(let place) = unknown { state[(1 + block) * stateCount + place] = 1 }
    }
    return state
  }
}

extension SensitivitySystem {
  /// The states `[time][state]` and their derivatives `[time][unknown, state]` at the times, of which the first is that
  /// of the initial state.
  ///
  /// - Precondition: an implicit method needs a system made with `isLinearized`.
  package func solution(
    of system: EquationSystem, at times: [Double], parameters: [Double],
    inputs: [String: InputSignal] = [:], doses: DoseSchedule = DoseSchedule(), solver: ODESolver
  ) -> (states: [[Double]], slopes: [[Double]]) {
    let initial = initialState(parameters: parameters, fixed: [:], time: times[0])
    let simulation = SensitivitySimulation(self, of: system, inputs: inputs, doses: doses)
    let whole = simulation.states(from: initial, at: times, parameters: parameters, solver).states
    return (
      whole.map { Array($0.prefix(stateCount)) },
      whole.map { state in
        state.indices.dropFirst(stateCount).map { state[$0] / sizes[$0 / stateCount - 1] }
      }
    )
  }
}

extension EquationFormulas {
  /// Some formulas and their derivatives by unknowns, `[unknown, formula]`, times the unknowns' sizes if `isScaled`: a graph
  /// of scalars `(time, states…, tangents of the states by unknown…, inputs…, parameters…)`.
  ///
  /// Outputs after the last one are the states themselves.
  fileprivate func withTangents(
    _ outputs: some Sequence<Int>, of unknowns: [SensitivitySystem.Unknown], _ sizes: [Double],
    isScaled: Bool = true
  ) -> Graph {
    let graph = trace(self.graph.parameterTypes) { self.graph($0) + $0[statePlaces] }
      .keeping(outputs: Array(outputs))
    let blocks = unknowns.count * stateCount
    let first = statePlaces.upperBound
    return trace(Array(repeating: TensorType([], .float64), count: graph.parameters.count + blocks))
    { leaves in
      let values = graph.replay(Array(leaves[..<first] + leaves[(first + blocks)...]))
      var results = graph.outputs.map { values[$0] }
      for (block, unknown) in unknowns.enumerated() {
        var tangents = [Tensor?](repeating: nil, count: graph.parameters.count)
        for state in 0..<stateCount {
          tangents[statePlaces.lowerBound + state] = leaves[first + block * stateCount + state]
        }
        if case .parameter(let place) = unknown {
          tangents[parameterPlaces.lowerBound + place] = leaves[0].splat(sizes[block])
        }
        let scale = isScaled ? 1 : 1 / sizes[block]
        results += graph.pushforward(tangents, at: values).map { $0 * scale }
      }
      return results
    }
  }
}
