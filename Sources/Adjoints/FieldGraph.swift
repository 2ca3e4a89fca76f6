import Platform
import Graphs
import Tensors

extension TensorField {
  /// The field as a closed graph `(time, state, θ…)` to `dz/dt`; the time has double precision for
  /// every state type.
  ///
  /// Values that depend on time, constants and parameters of one element alone are evaluated in
  /// double precision up to where they meet the state, so a single-precision field resolves late
  /// times as well as early ones.
  ///
  /// - Parameters:
  ///   - timeShape: `[]` or `[rows, 1]`.
  ///   - parameters: types of the field's tensors, in the order of `visit`.
  ///   - isPerRow: which of them have a row for each row of the state.
  func graph(
    timeShape: [Int], state: TensorType, parameters: [TensorType], isPerRow: [Bool]
  ) -> Graph {
    graph([TensorType(timeShape, state.scalar), state] + parameters, isPerRow) {
      field, time, state in
      let derivative = field(time, state)
      precondition(
        derivative.type == state.type, "the field maps \(state.type) to \(derivative.type)")
      return derivative
    }
  }

  /// A function of the field, the time and the state as a closed graph `(time, state, θ…)`.
  func graph(
    _ types: [TensorType], _ isPerRow: [Bool],
    of function: (_ field: Self, _ time: Tensor, _ state: Tensor) -> Tensor
  ) -> Graph {
    let parameters = types.dropFirst(2)
    // The field without the values of an outer trace: only its structure matters here.
    let form = replacingTensors(
      with: parameters.map { Tensor.zeros($0.shape, scalarType: $0.scalar) })
    let graph = trace(types) { arguments in
      let field = form.replacingTensors(with: arguments.dropFirst(2))
      return [function(field, arguments[0], arguments[1])]
    }
    return graph.retyped(
      parameters: [.float64] + types.dropFirst().map(\.scalar),
      states: Set([1] + isPerRow.indices.filter { isPerRow[$0] }.map { $0 + 2 }))
  }
}
