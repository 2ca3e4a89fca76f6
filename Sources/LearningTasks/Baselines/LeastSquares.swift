/// A linear least-squares fit with an intercept, by the normal equations of centred features.
package struct LeastSquares {
  /// The intercept, then one coefficient per feature.
  package let coefficients: [Double]
  /// √(Σ residual² / (rows − parameters)).
  let residualDeviation: Double

  package init(rows: [[Double]], targets: [Double], ridge: Double) {
    let count = rows.first?.count ?? 0
    let scale = 1 / Double(max(rows.count, 1))
    let targetMean = targets.reduce(0, +) * scale
    var means = [Double](repeating: 0, count: count)
    for row in rows { for j in 0..<count { means[j] += row[j] * scale } }

    // 1. The centred Gram matrix, lower triangle, and its right-hand side.
    var gram = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    var centred = [Double](repeating: 0, count: count)
    for (row, target) in zip(rows, targets) {
      for j in 0..<count { centred[j] = row[j] - means[j] }
      for i in 0..<count {
        for j in 0...i { gram[i * count + j] += centred[i] * centred[j] * scale }
        right[i] += centred[i] * (target - targetMean) * scale
      }
    }

    // 2. The penalty, relative to the mean squared feature.
    let meanSquare = (0..<count).reduce(0) { $0 + gram[$1 * count + $1] } / Double(max(count, 1))
    for j in 0..<count { gram[j * count + j] += max(ridge, 1e-10) * meanSquare }

    // 3. The solution, the intercept, and the residual.
    let slopes = LeastSquares.solve(gram, right)
    let intercept = targetMean - zip(slopes, means).reduce(0) { $0 + $1.0 * $1.1 }
    coefficients = [intercept] + slopes
    var squares = 0.0
    for (row, target) in zip(rows, targets) {
      let fitted = zip(row, slopes).reduce(intercept) { $0 + $1.0 * $1.1 }
      squares += (target - fitted) * (target - fitted)
    }
    let freedom = max(1, rows.count - count - 1)
    residualDeviation = max((squares / Double(freedom)).squareRoot(), .leastNormalMagnitude)
  }

  /// Solves a positive definite system by Cholesky's factorization.
  ///
  /// A feature that never varies has a pivot that is not positive, and gets coefficient 0.
  static func solve(_ matrix: [Double], _ right: [Double]) -> [Double] {
    let count = right.count
    var factor = matrix
    var solution = right
    for i in 0..<count {
      for j in 0...i {
        var sum = factor[i * count + j]
        for k in 0..<j { sum -= factor[i * count + k] * factor[j * count + k] }
        if i == j {
          factor[i * count + i] = sum > 0 ? sum.squareRoot() : .infinity
        } else {
          factor[i * count + j] = sum / factor[j * count + j]
        }
      }
    }
    for i in 0..<count {
      for k in 0..<i { solution[i] -= factor[i * count + k] * solution[k] }
      solution[i] /= factor[i * count + i]
    }
    for i in stride(from: count - 1, through: 0, by: -1) {
      for k in i + 1..<max(count, i + 1) { solution[i] -= factor[k * count + i] * solution[k] }
      solution[i] /= factor[i * count + i]
    }
    return solution
  }
}
