// Motion along the roots of switches whose derivatives on both sides lead back to the root, such as dry friction at rest
// or a thermostat without hysteresis.
//
// With `f⁰` the derivative where all sliding switches have their lower mode and `Δ_j` the change of it by the upper mode of
// switch j, the derivative is `f⁰ + Σ α_j Δ_j` with the `α` for which no root changes (Filippov 1988, §4). A switch leaves
// its root when its `α` leaves 0 … 1.

extension HybridRegisters {
  /// The derivative of the whole state, and `α` by sliding switch.
  ///
  /// Sensitivities follow the derivatives of both sides in the same proportion, and their motion across the root is taken
  /// out: along the root it is that of the root itself.
  func slidingDerivative(
    _ time: Double, _ state: [Scalar]
  ) -> (derivative: [Scalar], shares: [Double]) {
    let own = state.prefix(stateCount).map(Double.init)
    let kinds = sliding.map { model.switches[$0] }
    for (place, found) in zip(sliding, kinds) { set(mode: place, to: found.kind.sides?.low ?? 0) }
    readSignals(at: time, into: derivatives)
    var derivative = derivatives.results(time: time, state: state)
    let gradients = totalGradients(time, own)
    let base = derivative.map(Double.init)
    var changes: [[Double]] = []
    for (place, found) in zip(sliding, kinds) {
      set(mode: place, to: found.kind.sides?.high ?? 1)
      readSignals(at: time, into: derivatives)
      let upper = derivatives.results(time: time, state: state)
      changes.append(zip(upper, base).map { Double($0) - $1 })
      set(mode: place, to: found.kind.sides?.low ?? 0)
    }
    var matrix: [[Double]] = []
    for found in kinds {
      let row = changes.map { gradients.along(found.root, Array($0.prefix(stateCount))) }
      let rate =
        gradients.byTime(found.root)
        + gradients.along(found.root, Array(base.prefix(stateCount)))
      matrix.append(row + [-rate])
    }
    let shares = SmallLinearSystem.solution(of: matrix) ?? kinds.map { _ in 0.5 }
    for (share, change) in zip(shares, changes) {
      for place in derivative.indices { derivative[place] += Scalar(share * change[place]) }
    }
    keepOnRoots(&derivative, matrix, changes, kinds.map { gradients.gradient($0.root) })
    return (derivative, shares)
  }

  /// Adds to each block of sensitivities what the shares change with the unknowns: no root moves along the solution.
  ///
  /// The roots count as affine functions of states and parameters.
  private func keepOnRoots(
    _ derivative: inout [Scalar], _ matrix: [[Double]], _ changes: [[Double]], _ roots: [[Double]]
  ) {
    for block in stride(from: stateCount, to: derivative.count, by: stateCount) {
      let rows = zip(matrix, roots).map { row, root in
        let motion = (0..<stateCount).reduce(0.0) { $0 + root[$1] * Double(derivative[block + $1]) }
        return Array(row.dropLast()) + [-motion]
      }
      guard let shares = SmallLinearSystem.solution(of: rows) else { continue }
      for (share, change) in zip(shares, changes) {
        for place in 0..<stateCount { derivative[block + place] += Scalar(share * change[place]) }
      }
    }
  }
}

/// Linear equations in a few unknowns.
enum SmallLinearSystem {
  /// The solution of rows `[coefficients, right side]` by elimination with pivots; nil if the matrix is singular: a pivot
  /// is not larger than the smallest one.
  static func solution(of rows: [[Double]], smallestPivot: Double = 0) -> [Double]? {
    var rows = rows
    let count = rows.count
    for column in 0..<count {
      guard
        let pivot = (column..<count).max(by: {
          rows[$0][column].magnitude < rows[$1][column].magnitude
        }), rows[pivot][column].magnitude > smallestPivot
      else { return nil }
      rows.swapAt(column, pivot)
      for other in column + 1..<count where rows[other][column] != 0 {
        let factor = rows[other][column] / rows[column][column]
        for place in column...count { rows[other][place] -= factor * rows[column][place] }
      }
    }
    var solution = [Double](repeating: 0, count: count)
    for row in (0..<count).reversed() {
      let known = (row + 1..<count).reduce(0) { $0 + rows[row][$1] * solution[$1] }
      solution[row] = (rows[row][count] - known) / rows[row][row]
    }
    return solution.allSatisfy(\.isFinite) ? solution : nil
  }
}
