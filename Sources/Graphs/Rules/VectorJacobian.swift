import Platform
package import Tensors

extension Graph {
  /// Reverse mode: computes cotangents of parameters from cotangents of the outputs.
  ///
  /// Parameters: this graph's, then one cotangent per output. Outputs: this graph's (unless
  /// omitted), then one cotangent per chosen parameter, `x̄ = Jᵀ ȳ`. Only values that depend on a
  /// chosen parameter are visited.
  /// - Parameters:
  ///   - chosen: indices of the parameters whose cotangents are computed, in this order; `nil` for
  ///     all.
  ///   - includingOutputs: whether the original outputs come first.
  public func vjp(wrt chosen: [Int]? = nil, includingOutputs: Bool = true) -> Graph {
    trace(parameterTypes + outputTypes) { leaves in
      let values = replay(Array(leaves.prefix(parameters.count)))
      let cotangents = pullback(
        Array(leaves.dropFirst(parameters.count)), at: values,
        wrt: chosen ?? Array(parameters.indices))
      return (includingOutputs ? outputs.map { values[$0] } : []) + cotangents
    }
  }

  /// The first output, which has one element, and its gradient.
  ///
  /// Parameters: this graph's. Outputs: this graph's (those after the first are auxiliary and not
  /// differentiated), then the gradient in each chosen parameter.
  /// - Parameter chosen: indices of the parameters, in this order; `nil` for all.
  public func valueAndGradient(wrt chosen: [Int]? = nil) -> Graph {
    trace(parameterTypes) { leaves in
      let values = replay(leaves)
      return outputs.map { values[$0] } + gradients(at: values, wrt: chosen)
    }
  }

  /// The gradient of the first output, which has one element, in each chosen parameter.
  /// - Parameter chosen: indices of the parameters, in this order; `nil` for all.
  public func gradient(wrt chosen: [Int]? = nil) -> Graph {
    trace(parameterTypes) { gradients(at: replay($0), wrt: chosen) }
  }

  private func gradients(at values: [Tensor], wrt chosen: [Int]?) -> [Tensor] {
    precondition(
      outputTypes.first?.count == 1,
      "a gradient needs a first output of one element, got \(outputTypes)")
    let seeds: [Tensor?] =
      [values[outputs[0]].splat(1)] + Array(repeating: nil, count: outputs.count - 1)
    return pullback(seeds, at: values, wrt: chosen ?? Array(parameters.indices))
  }

  /// Cotangents of the chosen parameters, given those of the outputs (`nil` for zero), at the
  /// values of `replay`.
  package func pullback(
    _ seeds: [Tensor?], at values: [Tensor], wrt chosen: [Int]
  ) -> [Tensor] {
    let active = dependents(of: chosen)
    var cotangents = [Tensor?](repeating: nil, count: values.count)
    func accumulate(_ cotangent: Tensor?, into value: Int) {
      guard let cotangent, active[value] else { return }
      precondition(
        cotangent.type == types[value],
        "a cotangent of \(types[value]) has the type \(cotangent.type)")
      cotangents[value] = cotangents[value].map { $0 + cotangent } ?? cotangent
    }
    for (value, seed) in zip(outputs, seeds) { accumulate(seed, into: value) }
    for instruction in instructions.reversed() {
      let given = instruction.results.map { cotangents[$0] }
      guard given.contains(where: { $0 != nil }) else { continue }
      if case .parameter = instruction.operation { continue }
      let contributions = instruction.operation.cotangents(
        operands: instruction.operands.map { values[$0] },
        results: instruction.results.map { values[$0] },
        given: given,
        wanted: instruction.operands.map { active[$0] })
      for (operand, contribution) in zip(instruction.operands, contributions) {
        accumulate(contribution, into: operand)
      }
      // Cotangents of inner values are no longer needed.
      for value in instruction.results { cotangents[value] = nil }
    }
    return chosen.map { cotangents[parameters[$0]] ?? values[parameters[$0]].exactZero }
  }

  /// For each value, whether it depends on a chosen parameter through operations that have
  /// derivatives.
  func dependents(of chosen: [Int]) -> [Bool] {
    var active = [Bool](repeating: false, count: types.count)
    for place in chosen { active[parameters[place]] = true }
    for instruction in instructions
    where instruction.operation.passesDerivatives
      && instruction.operands.contains(where: { active[$0] })
    {
      for value in instruction.results { active[value] = true }
    }
    return active
  }
}

extension Operation {
  /// False if every derivative is zero.
  var passesDerivatives: Bool {
    switch self {
    case .parameter, .splat, .constant, .compare, .stopGradient, .unary(.sign): false
    default: true
    }
  }
}
