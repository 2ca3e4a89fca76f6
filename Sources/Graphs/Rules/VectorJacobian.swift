import Platform
package import Tensors

extension Graph {
  /// Reverse mode: cotangents of the outputs in, cotangents of parameters out.
  ///
  /// Parameters: this graph's, then one cotangent per output. Outputs: this graph's (unless left out), then
  /// one cotangent per chosen parameter, `x̄ = Jᵀ ȳ`. Only what depends on a chosen parameter is visited.
  /// - Parameters:
  ///   - chosen: Places of the parameters whose cotangents are wanted, in this order; nil: all.
  ///   - includingOutputs: Whether the original outputs come first.
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
  /// Parameters: this graph's. Outputs: this graph's (the ones after the first are auxiliary: no derivative
  /// is taken of them), then the gradient in each chosen parameter.
  /// - Parameter chosen: Places of the parameters, in this order; nil: all.
  public func valueAndGradient(wrt chosen: [Int]? = nil) -> Graph {
    trace(parameterTypes) { leaves in
      let values = replay(leaves)
      return outputs.map { values[$0] } + gradients(at: values, wrt: chosen)
    }
  }

  /// The gradient of the first output, which has one element, in each chosen parameter.
  /// - Parameter chosen: Places of the parameters, in this order; nil: all.
  public func gradient(wrt chosen: [Int]? = nil) -> Graph {
    trace(parameterTypes) { gradients(at: replay($0), wrt: chosen) }
  }

  private func gradients(at values: [Tensor], wrt chosen: [Int]?) -> [Tensor] {
    precondition(
      outputTypes.first?.count == 1,
      "a gradient wants a first output of one element, got \(outputTypes)")
    let seeds: [Tensor?] =
      [values[outputs[0]].splat(1)] + Array(repeating: nil, count: outputs.count - 1)
    return pullback(seeds, at: values, wrt: chosen ?? Array(parameters.indices))
  }

  /// Cotangents of the chosen parameters, given those of the outputs (nil: zero), at the values that
  /// `replay` gave.
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
      // What lies between is needed no more.
      for value in instruction.results { cotangents[value] = nil }
    }
    return chosen.map { cotangents[parameters[$0]] ?? values[parameters[$0]].exactZero }
  }

  /// Which values depend on the chosen parameters through operations that have derivatives.
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
  /// False where every derivative is zero.
  var passesDerivatives: Bool {
    switch self {
    case .parameter, .splat, .constant, .compare, .stopGradient, .unary(.sign): false
    default: true
    }
  }
}
