package import Tensors

/// A vector–Jacobian product in two parts: one is computed together with the function, the other
/// when the cotangents are known.
///
/// The first part saves the results of expensive operations that the second part reads: products,
/// convolutions, reductions and transcendental functions. The second part recomputes sums,
/// elementwise products and reshaping from those.
package struct SplitProduct: Sendable {
  /// The function's parameters → its outputs, then the saved values.
  package var forward: Graph
  /// The function's parameters, the cotangents of its outputs, the saved values → the cotangents of
  /// chosen parameters.
  package var backward: Graph
  package var keptTypes: [TensorType]
}

extension Graph {
  /// The vector–Jacobian product of this graph in two parts; `nil` if nothing is worth saving, or
  /// if custom operations would be separated from shared objects.
  ///
  /// - Parameters:
  ///   - chosen: indices of the parameters whose cotangents are computed.
  ///   - fixed: indices of parameters that seldom change; values that depend on them alone are not
  ///     saved.
  ///   - simplify: the simplification of graphs before compilation.
  package func splitProduct(
    wrt chosen: [Int], fixed: Set<Int>, simplify: (Graph) -> Graph
  ) -> SplitProduct? {
    let whole = simplify(vjp(wrt: chosen, includingOutputs: true))
    let kept = whole.valuesToKeep(before: parameters.count, fixed: fixed)
    if kept.isEmpty { return nil }
    let keptTypes = kept.map { whole.types[$0] }
    let forward = trace(parameterTypes) { leaves in
      let unused = outputTypes.map { Tensor.zeros($0.shape, scalarType: $0.scalar) }
      let values = whole.replay(leaves + unused)
      return whole.outputs.prefix(outputs.count).map { values[$0] } + kept.map { values[$0] }
    }
    let backward = trace(whole.parameterTypes + keptTypes) { leaves in
      let given = Dictionary(
        uniqueKeysWithValues: zip(kept, leaves.dropFirst(whole.parameters.count)))
      let values = whole.replay(
        Array(leaves.prefix(whole.parameters.count)), replacing: given)
      return whole.outputs.dropFirst(outputs.count).map { values[$0] }
    }
    return SplitProduct(forward: forward, backward: backward, keptTypes: keptTypes)
  }

  /// Expensive values that depend on no parameter from `first` on, and are read by values that do.
  private func valuesToKeep(before first: Int, fixed: Set<Int>) -> [Int] {
    var isLate = [Bool](repeating: false, count: types.count)
    var isFixed = [Bool](repeating: false, count: types.count)
    var makers = [Int?](repeating: nil, count: types.count)
    for (place, value) in parameters.enumerated() {
      isLate[value] = place >= first
      isFixed[value] = fixed.contains(place)
    }
    for (place, instruction) in instructions.enumerated() {
      if case .custom = instruction.operation { return [] }
      if case .parameter = instruction.operation { continue }
      for value in instruction.results {
        isLate[value] = instruction.operands.contains { isLate[$0] }
        isFixed[value] = instruction.operands.allSatisfy { isFixed[$0] }
        makers[value] = place
      }
    }
    var kept: [Int] = []
    var seen = Set<Int>()
    var open = instructions.filter { isLate[$0.results.lowerBound] }.flatMap(\.operands)
    while let value = open.popLast() {
      guard !isLate[value], !isFixed[value], seen.insert(value).inserted, let maker = makers[value]
      else { continue }
      let instruction = instructions[maker]
      let isBiased =
        instruction.operands.contains { isFixed[$0] }
        && instruction.operands.contains { makers[$0].map { isProduct(instructions[$0]) } ?? false }
      if instruction.operation.isDear || (isBiased && instruction.operation.isSum) {
        kept.append(value)
      } else {
        open += instruction.operands
      }
    }
    return kept.sorted()
  }

  private func isProduct(_ instruction: Instruction) -> Bool {
    switch instruction.operation {
    case .matrixMultiply, .convolution: true
    default: false
    }
  }
}

extension Operation {
  /// Whether computing the operation costs much more than reading its result.
  fileprivate var isDear: Bool {
    switch self {
    case .unary(let function):
      switch function {
      case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .softplus, .erf: true
      case .negate, .reciprocal, .square, .sqrt, .abs, .sign, .floor: false
      }
    case .binary(.power), .reduce, .matrixMultiply, .convolution, .gather, .scatterAdd, .custom:
      true
    default: false
    }
  }

  fileprivate var isSum: Bool {
    if case .binary(.add) = self { return true }
    return false
  }
}
