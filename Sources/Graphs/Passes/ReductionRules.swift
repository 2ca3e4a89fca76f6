import Tensors

extension SimplificationRule {
  static let reductionRules: [SimplificationRule] = [
    SimplificationRule("a reduction over axes of size 1 is a reshape") { y in
      guard case .reduce(_, let axes) = y.operation,
        axes.allSatisfy({ y.operands[0].shape[$0] == 1 })
      else { return nil }
      return y.operands[0].reshaped(y.shape)
    },
    SimplificationRule("a reduction of a number") { y in
      guard case .reduce(let reduction, _) = y.operation, let c = y.operands[0].splatValue,
        y.type.count > 0, y.operands[0].type.count > 0
      else { return nil }
      switch reduction {
      case .sum: return y.splat(c * Double(y.operands[0].type.count / y.type.count))
      case .maximum: return y.splat(c)
      }
    },
    SimplificationRule("a reduction of a reduction") { y in
      guard case .reduce(let outer, let outerAxes) = y.operation,
        case .reduce(outer, let innerAxes) = y.operands[0].operation
      else { return nil }
      let x = y.operands[0].operands[0]
      let kept = (0..<x.rank).filter { !innerAxes.contains($0) }
      return x.reduced(outer, axes: (innerAxes + outerAxes.map { kept[$0] }).sorted())
    },
    SimplificationRule("Σ (−x) = −Σ x") { y in
      guard case .reduce(.sum, let axes) = y.operation else { return nil }
      return y.operands[0].operand(of: .negate).map { -$0.reduced(.sum, axes: axes) }
    },
    SimplificationRule("Σ (x · c) = c Σ x") { y in
      guard case .reduce(.sum, let axes) = y.operation else { return nil }
      return y.operands[0].scaledByNumber.map { $0.reduced(.sum, axes: axes) * $1 }
    },
    SimplificationRule("a reduction of repeated elements") { y in
      guard case .reduce(let reduction, let axes) = y.operation, y.operands[0].type.count > 0,
        let x = y.operands[0].broadcastOperand
      else { return nil }
      let full = y.operands[0].shape
      let lead = full.count - x.rank
      let repeated = axes.filter { $0 < lead || (x.shape[$0 - lead] == 1 && full[$0] != 1) }
      guard !repeated.isEmpty else { return nil }
      // 1. Remove the repetition over those axes: their size becomes 1, and the same reduction
      //   removes them.
      var shape = full
      for axis in repeated { shape[axis] = 1 }
      let reduced = x.reshaped([Int](repeating: 1, count: lead) + x.shape).broadcast(to: shape)
        .reduced(reduction, axes: axes)
      // 2. A sum counts every element as often as it was repeated.
      guard reduction == .sum else { return reduced }
      return reduced * Double(repeated.reduce(1) { $0 * full[$1] })
    },
  ]

  /// Rules for products and rows.
  static let productRules: [SimplificationRule] = [
    SimplificationRule("a product with 0 is 0") { y in
      switch y.operation {
      case .matrixMultiply, .convolution:
        y.operands.contains(where: \.isZero) ? y.splat(0) : nil
      case .scatterAdd: y.operands[1].isZero ? y.splat(0) : nil
      case .gather: y.operands[0].isZero ? y.splat(0) : nil
      default: nil
      }
    },
    SimplificationRule("a transposed factor is a flag of the product") { y in
      guard case .matrixMultiply(var left, var right) = y.operation else { return nil }
      var (a, b) = (y.operands[0], y.operands[1])
      guard a.isMatrixTranspose || b.isMatrixTranspose else { return nil }
      if a.isMatrixTranspose { (a, left) = (a.operands[0], !left) }
      if b.isMatrixTranspose { (b, right) = (b.operands[0], !right) }
      return Tensor(.matrixMultiply(transposeLeft: left, transposeRight: right), [a, b], y.type)
    },
    SimplificationRule("(A B)ᵀ = Bᵀ Aᵀ") { y in
      guard y.isMatrixTranspose,
        case .matrixMultiply(let left, let right) = y.operands[0].operation
      else { return nil }
      let factors = y.operands[0].operands
      return Tensor(
        .matrixMultiply(transposeLeft: !right, transposeRight: !left), factors.reversed(), y.type)
    },
  ]
}

extension Tensor {
  /// Whether this is a transpose of the last two axes only.
  fileprivate var isMatrixTranspose: Bool {
    guard case .transpose(let permutation) = operation, rank >= 2 else { return false }
    return permutation == Array(0..<rank - 2) + [rank - 1, rank - 2]
  }
}
