package import Tensors

extension Graph {
  /// The graph with each application of an operation replaced by the result of `rewrite`.
  ///
  /// Operands are rewritten first. Tracing the result removes what no output needs, and ends in
  /// `verify`.
  package func rewriting(
    _ rewrite: (_ operation: Operation, _ operands: [Tensor], _ types: [TensorType]) -> [Tensor]
  ) -> Graph {
    trace(parameterTypes) { leaves in
      var values = [Tensor?](repeating: nil, count: types.count)
      for (place, value) in parameters.enumerated() { values[value] = leaves[place] }
      for instruction in instructions {
        if case .parameter = instruction.operation { continue }
        let results = rewrite(
          instruction.operation, instruction.operands.map { values[$0]! },
          Array(types[instruction.results]))
        for (value, result) in zip(instruction.results, results) { values[value] = result }
      }
      return outputs.map { values[$0]! }
    }
  }

  /// The graph with some of its outputs, without the values that only the others needed.
  public func keeping(outputs places: [Int]) -> Graph {
    trace(parameterTypes) { leaves in
      let values = replay(leaves)
      return places.map { values[outputs[$0]] }
    }
  }

  /// The graph without values that no output needs.
  public func withoutDeadCode() -> Graph { keeping(outputs: Array(outputs.indices)) }
}
