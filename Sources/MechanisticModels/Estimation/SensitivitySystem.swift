package import Integrators
import NumericCore
import Tensors

/// A system together with the derivatives of its states by some unknowns.
///
/// The state is `[x, s₀ ∂x/∂u₀, s₁ ∂x/∂u₁, …]`, each block as wide as the system; the blocks follow the variational
/// equations `(∂x/∂u)' = ∂f/∂x · ∂x/∂u + ∂f/∂u`, derived symbolically: both matrices once, by reverse mode. `s` is the
/// size of the unknown as written, so that one tolerance suits all blocks.
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
  }

  package let unknowns: [Unknown]
  package let observables: [Observable]
  /// States of the system itself.
  package let stateCount: Int
  /// Derivative of the whole state.
  package let field: ExpressionTape
  /// Derivatives of the whole state's derivative by the system's own states, `[width, state]`, for implicit methods.
  ///
  /// Each block depends on the states and on itself alone: see `FieldLinearization`.
  package let fieldJacobian: ExpressionTape?
  /// `s`, by unknown.
  package let sizes: [Double]
  /// The initial blocks as the parameters give them; see `initialState`.
  private let initial: ExpressionTape
  /// `[observable]`, then its derivatives `[unknown, observable]`, of the whole state.
  package let observation: ExpressionTape

  /// Width of the whole state.
  package var width: Int { stateCount * (1 + unknowns.count) }

  /// - Parameter isLinearized: whether `fieldJacobian` is wanted.
  package init(
    _ system: EquationSystem, unknowns: [Unknown], observables: [Observable],
    isLinearized: Bool = false
  ) {
    let n = system.states.count
    var graph = system.graph
    let observed = observables.map { observable in
      switch observable {
      case .state(let place): graph.number(of: .state(place))
      case .intermediate(let place): system.intermediateRoots[place]
      }
    }
    let parameterPlaces: [Int?] = unknowns.map {
      if case .parameter(let place) = $0 { place } else { nil }
    }
    let leaves =
      (0..<n).map { graph.number(of: .state($0)) }
      + parameterPlaces.compactMap { $0 }.map { graph.number(of: .parameter($0)) }
    let slopes = system.derivativeRoots.map { graph.gradient(of: $0, by: leaves) }
    let observedSlopes = observed.map { graph.gradient(of: $0, by: leaves) }
    let initialSlopes = system.initialRoots.map { root in
      root.map { graph.gradient(of: $0, by: leaves) }
    }
    let sizes = parameterPlaces.map { $0.map { Self.size(of: system.parameters[$0]) } ?? 1 }
    var derivatives: [Int?] = system.derivativeRoots
    var initials: [Int?] = system.initialRoots
    var observations: [Int?] = observed
    var column = n
    for (block, place) in parameterPlaces.enumerated() {
      let tangents = (0..<n).map { graph.number(of: .state((1 + block) * n + $0)) }
      let size = sizes[block]
      // Σ ∂f/∂xⱼ · s ∂xⱼ/∂u + s ∂f/∂u
      func total(_ slopes: [Int?]) -> Int? {
        var sum = place == nil ? nil : slopes[column].map { graph.scaled($0, by: size) }
        for (slope, tangent) in zip(slopes, tangents) {
          sum = graph.sum(sum, slope.map { graph.binary(.multiply, $0, tangent) })
        }
        return sum
      }
      derivatives += slopes.map(total)
      observations += observedSlopes.map(total).map { $0.map { graph.scaled($0, by: 1 / size) } }
      initials += initialSlopes.map { slopes in
        place == nil ? nil : slopes?[column].map { graph.scaled($0, by: size) }
      }
      if place != nil { column += 1 }
    }
    self.sizes = sizes
    self.unknowns = unknowns
    self.observables = observables
    stateCount = n
    let (parameters, inputs) = (system.parameters.count, system.inputs.count)
    let width = n * (1 + unknowns.count)
    field = ExpressionTape(
      graph, roots: derivatives, parameters: parameters, states: width, inputs: inputs)
    fieldJacobian =
      isLinearized
      ? Self.jacobian(graph, derivatives, by: n, parameters: parameters, inputs: inputs) : nil
    initial = ExpressionTape(graph, roots: initials, parameters: parameters, states: 0)
    observation = ExpressionTape(
      graph, roots: observations, parameters: parameters, states: width, inputs: inputs)
  }

  /// The magnitude of a parameter as written; 1 for 0 and for a weight of a network.
  private static func size(of parameter: EquationSystem.Parameter) -> Double {
    let size = parameter.defaultValue.magnitude
    return size > 0 && size.isFinite && parameter.weightDeviation == nil ? size : 1
  }

  private static func jacobian(
    _ graph: ExpressionGraph, _ derivatives: [Int?], by states: Int, parameters: Int, inputs: Int
  ) -> ExpressionTape {
    var graph = graph
    let roots = derivatives.map { $0 ?? graph.constant(0) }
    let matrix = graph.jacobian(of: roots, by: (0..<states).map { .state($0) })
    return ExpressionTape(
      graph, roots: matrix.flatMap { $0 }, parameters: parameters, states: derivatives.count,
      inputs: inputs)
  }

  /// The whole state at the start.
  ///
  /// - Parameter fixed: initial values that replace what the equations say, by state.
  package func initialState(parameters: [Double], fixed: [Int: Double], time: Double) -> [Double] {
    var state = TapeRegisters<Double>(initial, parameters: parameters)
      .results(time: time, state: [])
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
  /// - Precondition: an implicit method wants a system made with `isLinearized`.
  package func solution(
    of system: EquationSystem, at times: [Double], parameters: [Double], solver: ODESolver
  ) -> (states: [[Double]], slopes: [[Double]]) {
    let initial = initialState(parameters: parameters, fixed: [:], time: times[0])
    let tapes = EquationTapes<Double>(
      derivatives: field, jacobian: fieldJacobian, parameters: parameters)
    let whole = tapes.solution(of: system, from: initial, at: times, solver).states
    return (
      whole.map { Array($0.prefix(stateCount)) },
      whole.map { state in
        state.indices.dropFirst(stateCount).map { state[$0] / sizes[$0 / stateCount - 1] }
      }
    )
  }
}

extension ExpressionGraph {
  fileprivate mutating func scaled(_ node: Int, by factor: Double) -> Int {
    factor == 1 ? node : binary(.multiply, constant(factor), node)
  }
}
