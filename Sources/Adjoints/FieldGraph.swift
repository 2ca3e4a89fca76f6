import Graphs
import Tensors

extension TensorField {
  /// The field as a closed graph `(time, state, θ…)` to `dz/dt`; the time is double precision whatever the state is.
  ///
  /// What depends on time, constants and parameters of one element alone is evaluated in double precision up to where it
  /// meets the state, so that a single-precision field sees late times as exactly as early ones.
  ///
  /// - Parameters:
  ///   - timeShape: `[]` or `[rows, 1]`.
  ///   - parameters: types of the field's tensors, in the order of `visit`.
  ///   - isPerRow: which of them have a row for each row of the state.
  func graph(
    timeShape: [Int], state: TensorType, parameters: [TensorType], isPerRow: [Bool]
  ) -> Graph {
    // The field without the values of an outer trace: only its form matters here.
    let form = replacingTensors(
      with: parameters.map { Tensor.zeros($0.shape, scalarType: $0.scalar) })
    let types = [TensorType(timeShape, state.scalar), state] + parameters
    let graph = trace(types) { arguments in
      let field = form.replacingTensors(with: arguments.dropFirst(2))
      let derivative = field(arguments[0], arguments[1])
      precondition(
        derivative.type == arguments[1].type,
        "the field maps \(arguments[1].type) to \(derivative.type)")
      return [derivative]
    }
    return graph.retyped(
      parameters: [.float64] + types.dropFirst().map(\.scalar),
      states: Set([1] + isPerRow.indices.filter { isPerRow[$0] }.map { $0 + 2 }))
  }

  /// Which of the field's tensors have a row for each row of the batch.
  var isPerRow: [Bool] {
    let names = rowTensorNames
    return tensorNames.map { names.contains($0) }
  }
}
