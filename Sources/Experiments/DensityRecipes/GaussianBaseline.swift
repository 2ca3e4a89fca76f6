import NumericCore

/// A normal distribution with full covariance, fitted by maximum likelihood: the least that a density model must beat.
package struct GaussianBaseline: Sendable {
  private let mean: [Double]
  /// The lower Cholesky factor of the covariance, row-major.
  private let factor: [Double]
  private var dimension: Int { mean.count }

  /// - Precondition: the table has more rows than columns, none of them constant.
  package init(_ table: PointTable) {
    let (count, width) = (table.count, table.dimension)
    mean = (0..<width).map { table.column($0).reduce(0, +) / Double(count) }
    var covariance = [Double](repeating: 0, count: width * width)
    for row in 0..<count {
      for i in 0..<width {
        let a = table.values[row * width + i] - mean[i]
        for j in 0...i {
          covariance[i * width + j] += a * (table.values[row * width + j] - mean[j])
        }
      }
    }
    factor = Self.cholesky(covariance.map { $0 / Double(count) }, width)
  }

  private static func cholesky(_ matrix: [Double], _ width: Int) -> [Double] {
    var factor = [Double](repeating: 0, count: width * width)
    for i in 0..<width {
      for j in 0...i {
        var sum = matrix[i * width + j]
        for k in 0..<j { sum -= factor[i * width + k] * factor[j * width + k] }
        if i == j {
          // A direction without spread keeps a little: one part in 10¹² of the column's variance.
          factor[i * width + i] = max(sum, 1e-12 * matrix[i * width + i]).squareRoot()
        } else {
          factor[i * width + j] = sum / factor[j * width + j]
        }
      }
    }
    return factor
  }

  /// Mean negative log-likelihood of rows, in nats.
  package func negativeLogLikelihood(of table: PointTable) -> Double {
    let width = dimension
    var constant = 0.5 * Double(width) * .logarithm(2 * .pi)
    for i in 0..<width { constant += .logarithm(factor[i * width + i]) }
    var total = 0.0
    var solved = [Double](repeating: 0, count: width)
    for row in 0..<table.count {
      for i in 0..<width {
        var sum = table.values[row * width + i] - mean[i]
        for k in 0..<i { sum -= factor[i * width + k] * solved[k] }
        solved[i] = sum / factor[i * width + i]
        total += 0.5 * solved[i] * solved[i]
      }
    }
    return total / Double(table.count) + constant
  }
}
