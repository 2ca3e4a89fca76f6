package import Integrators
import NumericCore
import Tensors

/// A system together with the derivatives of its states by some unknowns.
///
/// The state is `[x, ∂x/∂u₀, ∂x/∂u₁, …]`, each block as wide as the system; the blocks follow the variational
/// equations `(∂x/∂u)' = ∂f/∂x · ∂x/∂u + ∂f/∂u`, derived symbolically: both matrices once, by reverse mode.
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
  /// The initial blocks as the parameters give them; see `initialState`.
  private let initial: ExpressionTape
  /// `[observable]`, then its derivatives `[unknown, observable]`, of the whole state.
  package let observation: ExpressionTape

  /// Width of the whole state.
  package var width: Int { stateCount * (1 + unknowns.count) }

  package init(_ system: EquationSystem, unknowns: [Unknown], observables: [Observable]) {
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
    var derivatives: [Int?] = system.derivativeRoots
    var initials: [Int?] = system.initialRoots
    var observations: [Int?] = observed
    var column = n
    for (block, place) in parameterPlaces.enumerated() {
      let tangents = (0..<n).map { graph.number(of: .state((1 + block) * n + $0)) }
      // Σ ∂f/∂xⱼ · ∂xⱼ/∂u + ∂f/∂u
      func total(_ slopes: [Int?]) -> Int? {
        var sum = place == nil ? nil : slopes[column]
        for (slope, tangent) in zip(slopes, tangents) {
          sum = graph.sum(sum, slope.map { graph.binary(.multiply, $0, tangent) })
        }
        return sum
      }
      derivatives += slopes.map(total)
      observations += observedSlopes.map(total)
      initials += initialSlopes.map { place == nil ? nil : $0?[column] }
      if place != nil { column += 1 }
    }
    self.unknowns = unknowns
    self.observables = observables
    stateCount = n
    let (parameters, inputs) = (system.parameters.count, system.inputs.count)
    let width = n * (1 + unknowns.count)
    field = ExpressionTape(
      graph, roots: derivatives, parameters: parameters, states: width, inputs: inputs)
    initial = ExpressionTape(graph, roots: initials, parameters: parameters, states: 0)
    observation = ExpressionTape(
      graph, roots: observations, parameters: parameters, states: width, inputs: inputs)
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

  /// The whole states at the times, of which the first is that of the initial state.
  package func solution(
    at times: [Double], parameters: [Double], fixed: [Int: Double] = [:], solver: ODESolver
  ) -> [[Double]] {
    let initial = initialState(parameters: parameters, fixed: fixed, time: times[0])
    let registers = TapeRegisters<Double>(field, parameters: parameters)
    return solve(registers, from: initial, at: times, solver).states
  }
}
