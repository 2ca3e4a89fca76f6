import Platform
package import Graphs
package import Tensors

/// The formulas of a system as one graph of scalars, double precision throughout.
///
/// Parameters of the graph: the time, the states, the inputs, the parameters of the system. Outputs: the derivatives, the
/// intermediates, the initial values (not a number where a state has none), the observations.
package struct EquationFormulas: Sendable {
  package let graph: Graph
  package let stateCount: Int
  package let inputCount: Int
  package let parameterCount: Int
  package let intermediateCount: Int
  package let observationCount: Int

  package let timePlace = 0
  package var statePlaces: Range<Int> { 1..<1 + stateCount }
  package var inputPlaces: Range<Int> { 1 + stateCount..<1 + stateCount + inputCount }
  package var parameterPlaces: Range<Int> {
    1 + stateCount + inputCount..<1 + stateCount + inputCount + parameterCount
  }

  package var derivatives: Range<Int> { 0..<stateCount }
  package var intermediates: Range<Int> { stateCount..<stateCount + intermediateCount }
  package var initialValues: Range<Int> {
    stateCount + intermediateCount..<2 * stateCount + intermediateCount
  }
  /// Formulas of observables and the arguments of their noise.
  package var observations: Range<Int> {
    initialValues.upperBound..<initialValues.upperBound + observationCount
  }

  package init(
    _ graph: Graph, states: Int, inputs: Int, parameters: Int, intermediates: Int,
    observations: Int = 0
  ) {
    precondition(
      graph.parameters.count == 1 + states + inputs + parameters
        && graph.outputs.count == 2 * states + intermediates + observations,
      "a graph of \(graph.parameters.count) parameters and \(graph.outputs.count) outputs")
    self.graph = graph
    stateCount = states
    inputCount = inputs
    parameterCount = parameters
    intermediateCount = intermediates
    observationCount = observations
  }

  /// No formulas.
  static let none = EquationFormulas(
    trace([TensorType([], .float64)]) { _ in [] }, states: 0, inputs: 0, parameters: 0,
    intermediates: 0)

  /// Some formulas as a graph of vectors: `(time [], state [n], inputs [m], parameters [p])` to one vector of values.
  ///
  /// With a single-precision state, what depends on time, inputs and parameters alone stays double.
  package func vectorGraph(of outputs: some Sequence<Int>, scalarType: ScalarType = .float64)
    -> Graph
  {
    EquationFormulas.vectorGraph(
      graph.keeping(outputs: Array(outputs)), states: stateCount, inputs: inputCount,
      scalarType: scalarType)
  }

  /// A graph of scalars `(time, states…, inputs…, parameters…)` as one of vectors.
  package static func vectorGraph(
    _ graph: Graph, states: Int, inputs: Int, scalarType: ScalarType = .float64
  ) -> Graph {
    let scalars = graph.parameters.indices.map { (1...states).contains($0) ? scalarType : .float64 }
    let typed = graph.retyped(
      parameters: scalars, outputs: graph.outputs.map { _ in scalarType },
      states: Set(1..<1 + states))
    let parameters = graph.parameters.count - 1 - states - inputs
    let types = [
      TensorType([], .float64), TensorType([states], scalarType), TensorType([inputs], .float64),
      TensorType([parameters], .float64),
    ]
    return trace(types) { x in
      let places = (0..<states).map { x[1].at($0) } + (0..<inputs).map { x[2].at($0) }
      let results = typed([x[0]] + places + (0..<parameters).map { x[3].at($0) })
      return [results.isEmpty ? Tensor.zeros([0], scalarType: scalarType) : stack(results)]
    }
  }
}

extension Graph {
  /// The graph of `∂ outputs[i] / ∂ parameters[j]` for the parameters at some places, row after row; all are scalars.
  ///
  /// Forward mode: the cost grows with the number of places.
  package func jacobian(by places: some Sequence<Int>) -> Graph {
    trace(parameterTypes) { leaves in
      let values = replay(leaves)
      let columns = places.map { place in
        var tangents = [Tensor?](repeating: nil, count: parameters.count)
        tangents[place] = leaves[place].splat(1)
        return pushforward(tangents, at: values)
      }
      return outputs.indices.flatMap { row in columns.map { $0[row] } }
    }
  }

  /// The same matrix in reverse mode: the cost grows with the number of outputs.
  func gradients(by places: [Int]) -> Graph {
    trace(parameterTypes) { leaves in
      let values = replay(leaves)
      return outputs.indices.flatMap { row in
        var seeds = [Tensor?](repeating: nil, count: outputs.count)
        seeds[row] = leaves[0].splat(1)
        return pullback(seeds, at: values, wrt: places)
      }
    }
  }
}
