package import Tensors

/// An identity of tensors, used from left to right.
package struct SimplificationRule: Sendable {
  /// The identity as an equation.
  package let name: String
  /// The simpler expression; nil where the rule does not fit.
  package let apply: @Sendable (Tensor) -> Tensor?

  init(_ name: String, _ apply: @escaping @Sendable (Tensor) -> Tensor?) {
    self.name = name
    self.apply = apply
  }

  package static let all: [SimplificationRule] =
    foldingRules + elementwiseRules + additionRules + shapingRules + slicingRules + reductionRules
    + productRules

  /// The rules that may fit an operation, so that the others need not be tried.
  static func rules(for operation: Operation) -> [SimplificationRule] {
    switch operation {
    case .parameter, .splat, .custom: []
    case .unary, .compare, .select: elementwise
    case .binary: arithmetic
    case .constant, .convert, .stopGradient: foldingRules
    case .broadcast, .reshape, .transpose: shaping
    case .slice, .pad, .concatenate: slicing
    case .reduce: reductionRules
    case .matrixMultiply, .convolution, .gather, .scatterAdd: productRules
    }
  }

  private static let elementwise = foldingRules + elementwiseRules
  private static let arithmetic = foldingRules + elementwiseRules + additionRules
  private static let shaping = foldingRules + shapingRules + productRules
  private static let slicing = foldingRules + slicingRules
}

extension Graph {
  /// The graph simplified by `SimplificationRule.all` and freed of common subexpressions, to a fixed point.
  ///
  /// Zero times anything counts as zero, so a NaN or an infinity there is lost; sums and products with numbers may be
  /// taken in another order. `applied` hears the name of each rule that is used.
  public func simplified(applied: ((String) -> Void)? = nil) -> Graph {
    var graph = self
    // Most graphs need two or three rounds; the bound only keeps a cycle of rules from hanging.
    for _ in 0..<12 {
      var isChanged = false
      graph = graph.rewriting { operation, operands, types in
        let node = Node(operation, operands, types)
        guard types.count == 1 else { return types.indices.map { Tensor(node, $0) } }
        let (result, changed) = Tensor(node).simplified(applied: applied)
        isChanged = isChanged || changed
        return [result]
      }.mergingCommonSubexpressions()
      if !isChanged { break }
    }
    return graph
  }
}

extension Tensor {
  /// Applies rules at the root of the expression until none fits.
  fileprivate func simplified(
    applied: ((String) -> Void)?
  ) -> (result: Tensor, isChanged: Bool) {
    var result = self
    var isChanged = false
    search: for _ in 0..<12 {
      for rule in SimplificationRule.rules(for: result.operation) {
        guard let simpler = rule.apply(result) else { continue }
        precondition(
          simpler.type == result.type,
          "the rule \(rule.name) turned \(result.type) into \(simpler.type)")
        applied?(rule.name)
        (result, isChanged) = (simpler, true)
        continue search
      }
      break
    }
    return (result, isChanged)
  }
}
