import Platform
package import Tensors

extension Graph {
  /// Forward mode: computes tangents of the outputs from tangents of the parameters.
  ///
  /// Parameters: this graph's, then one tangent per chosen parameter. Outputs: this graph's (unless
  /// omitted), then one tangent per output, `ẏ = J ẋ`.
  /// - Parameters:
  ///   - chosen: indices of the parameters that have tangents, in this order; `nil` for all.
  ///   - includingOutputs: whether the original outputs come first.
  public func jvp(wrt chosen: [Int]? = nil, includingOutputs: Bool = true) -> Graph {
    let chosen = chosen ?? Array(parameters.indices)
    return trace(parameterTypes + chosen.map { parameterTypes[$0] }) { leaves in
      let values = replay(Array(leaves.prefix(parameters.count)))
      var tangents = [Tensor?](repeating: nil, count: parameters.count)
      for (place, tangent) in zip(chosen, leaves.dropFirst(parameters.count)) {
        tangents[place] = tangent
      }
      let results = pushforward(tangents, at: values)
      return (includingOutputs ? outputs.map { values[$0] } : []) + results
    }
  }

  /// Tangents of the outputs, given those of the parameters (`nil` for zero), at the values of
  /// `replay`.
  package func pushforward(_ given: [Tensor?], at values: [Tensor]) -> [Tensor] {
    var tangents = [Tensor?](repeating: nil, count: values.count)
    for (value, tangent) in zip(parameters, given) { tangents[value] = tangent }
    for instruction in instructions where instruction.operation.passesDerivatives {
      let incoming = instruction.operands.map { tangents[$0] }
      guard incoming.contains(where: { $0 != nil }) else { continue }
      let outgoing = instruction.operation.tangents(
        operands: instruction.operands.map { values[$0] },
        results: instruction.results.map { values[$0] }, given: incoming)
      for (value, tangent) in zip(instruction.results, outgoing) {
        precondition(
          tangent.map { $0.type == types[value] } ?? true,
          "a tangent of \(types[value]) has the type \(String(describing: tangent?.type))")
        tangents[value] = tangent
      }
    }
    return outputs.map { tangents[$0] ?? values[$0].exactZero }
  }
}
