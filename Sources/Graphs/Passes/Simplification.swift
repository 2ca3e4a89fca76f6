import Platform
package import Tensors

/// An identity of tensors, applied from left to right.
package struct SimplificationRule: Sendable {
  /// The identity as an equation.
  package let name: String
  /// The simpler expression; `nil` if the rule does not match.
  package let apply: @Sendable (Tensor) -> Tensor?

  init(_ name: String, _ apply: @escaping @Sendable (Tensor) -> Tensor?) {
    self.name = name
    self.apply = apply
  }

  package static let all: [SimplificationRule] =
    constantRules + foldingRules + signRules + multiplicationRules + divisionRules
    + additionRules + selectionRules + repetitionRules + shapingRules + slicingRules
    + reductionRules + productRules

  /// The rules that can match an operation; only these are tried.
  static func rules(for operation: Operation) -> [SimplificationRule] {
    switch operation {
    case .parameter, .splat, .custom: []
    case .unary: unary
    case .binary(.multiply): multiplication
    case .binary(.divide): division
    case .binary(.add), .binary(.subtract): addition
    case .binary, .compare, .select: selection
    case .constant, .convert, .stopGradient: constantRules
    case .broadcast, .reshape: shapingRules
    case .transpose: transposing
    case .slice, .pad, .concatenate: slicingRules
    case .reduce: reductionRules
    case .matrixMultiply, .convolution, .gather, .scatterAdd: productRules
    }
  }

  private static let unary = foldingRules + signRules + repetitionRules
  private static let multiplication = foldingRules + multiplicationRules + repetitionRules
  private static let division = foldingRules + divisionRules + repetitionRules
  private static let addition = foldingRules + additionRules + repetitionRules
  private static let selection = foldingRules + selectionRules + repetitionRules
  private static let transposing = shapingRules + productRules
}

extension Graph {
  /// The graph simplified by `SimplificationRule.all` without common subexpressions, to a fixed
  /// point.
  ///
  /// Zero times anything counts as zero, so a NaN or an infinity there is lost; sums and products
  /// with numbers may be reordered. `applied` receives the name of each applied rule.
  public func simplified(applied: ((String) -> Void)? = nil) -> Graph {
    var graph = self
    // Most graphs need two or three iterations; the bound prevents an endless loop if rules form a
    // cycle.
    for _ in 0..<12 {
      var isChanged = false
      var known = KnownApplications()
      graph = graph.rewriting { operation, operands, types in
        let node = known.first(like: Node(operation, operands, types))
        guard types.count == 1 else { return types.indices.map { Tensor(node, $0) } }
        guard let simpler = Tensor(node).simplified(applied: applied) else { return [Tensor(node)] }
        isChanged = true
        return [simpler]
      }
      if !isChanged { break }
    }
    return graph
  }
}

extension Tensor {
  /// Applies rules to the root of the expression until none matches; `nil` if none does.
  fileprivate func simplified(applied: ((String) -> Void)?) -> Tensor? {
    var result: Tensor?
    search: for _ in 0..<12 {
      let current = result ?? self
      for rule in SimplificationRule.rules(for: current.operation) {
        guard let simpler = rule.apply(current) else { continue }
        precondition(
          simpler.type == type, "the rule \(rule.name) turned \(type) into \(simpler.type)")
        applied?(rule.name)
        result = simpler
        continue search
      }
      break
    }
    return result
  }
}
