/// A rooted tree: the trees that hang on its root.
struct RootedTree: Hashable {
  var branches: [RootedTree]

  var order: Int { branches.reduce(1) { $0 + $1.order } }

  /// The density γ.
  var density: Double { branches.reduce(Double(order)) { $0 * $1.density } }

  /// The elementary weight `Σ_i b_i Φ_i` of the tree for a row of weights.
  ///
  /// `linear`, if given, holds the coefficients behind a vertex of one branch (`α + Γ` of a Rosenbrock method: Hairer,
  /// Wanner, Solving ODEs II, IV.7).
  func weight(_ weights: [Double], _ stages: [[Double]], linear: [[Double]]? = nil) -> Double {
    zip(weights, inner(stages, linear ?? stages)).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// `Φ_i`: the product over the branches of `Σ_j a_ij Φ_j(branch)`.
  private func inner(_ stages: [[Double]], _ linear: [[Double]]) -> [Double] {
    let parts = branches.map { $0.inner(stages, linear) }
    return (branches.count == 1 ? linear : stages).map { row in
      parts.reduce(1) { product, part in
        product * zip(row, part).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
  }

  /// All trees of an order, each once: a forest in order on one more root.
  static func all(ofOrder order: Int) -> [RootedTree] {
    if order == 1 { return [RootedTree(branches: [])] }
    let smaller = (1..<order).flatMap { all(ofOrder: $0) }
    return forests(order - 1, smaller[...]).map(RootedTree.init)
  }

  private static func forests(_ order: Int, _ trees: ArraySlice<RootedTree>) -> [[RootedTree]] {
    if order == 0 { return [[]] }
    return trees.indices.flatMap { index -> [[RootedTree]] in
      let tree = trees[index]
      guard tree.order <= order else { return [] }
      return forests(order - tree.order, trees[index...]).map { [tree] + $0 }
    }
  }
}
