import Platform

/// A normal distribution with full covariance, fitted by maximum likelihood: the baseline of
/// densities.
package struct GaussianBaseline: Sendable {
  private let mean: [Double]
  /// The lower Cholesky factor of the covariance, row-major.
  private let factor: [Double]
  private var dimension: Int { mean.count }

  /// Fits a table.
  ///
  /// - Precondition: the table has more rows than columns, and no column is constant.
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
          // A direction without spread gets a variance of one part in 10¹² of the column's
          // variance.
          factor[i * width + i] = max(sum, 1e-12 * matrix[i * width + i]).squareRoot()
        } else {
          factor[i * width + j] = sum / factor[j * width + j]
        }
      }
    }
    return factor
  }

  /// The first column whose regression on the earlier columns leaves less than one part in 10¹⁰ of
  /// its variance.
  var dependentColumn: Int? {
    (0..<dimension).first { i in
      let variance = (0...i).reduce(0) {
        $0 + factor[i * dimension + $1] * factor[i * dimension + $1]
      }
      let left = factor[i * dimension + i]
      return left * left < 1e-10 * variance
    }
  }

  /// The first column whose regression on the earlier columns leaves less than a fraction of its
  /// variance, with the contributing columns and the fraction that is left.
  ///
  /// The regression on the earlier columns has the coefficients `w` with `Lᵀ w = l`, where `l` is
  /// the column's row of the factor `L`.
  func nearDependence(below limit: Double) -> (column: Int, on: [Int], part: Double)? {
    for i in 0..<dimension {
      let row = (0...i).map { factor[i * dimension + $0] }
      let variance = row.reduce(0) { $0 + $1 * $1 }
      let part = row[i] * row[i] / variance
      guard part < limit else { continue }
      var weights = [Double](repeating: 0, count: i)
      for j in (0..<i).reversed() {
        let known = (j + 1..<i).reduce(0) { $0 + factor[$1 * dimension + j] * weights[$1] }
        weights[j] = (row[j] - known) / factor[j * dimension + j]
      }
      // The contribution of a column, relative to the column's own spread.
      let shares = weights.indices.map { j in
        let own = (0...j).reduce(0) { $0 + factor[j * dimension + $1] * factor[j * dimension + $1] }
        return abs(weights[j]) * (own / variance).squareRoot()
      }
      let largest = shares.max() ?? 0
      return (i, shares.indices.filter { shares[$0] > 0.1 * largest }, part)
    }
    return nil
  }

  /// The logarithm of the volume change of the map to uncorrelated unit variances, in nats.
  package var logScale: Double {
    (0..<dimension).reduce(0) { $0 + .logarithm(factor[$1 * dimension + $1]) }
  }

  /// Rows, row-major, in coordinates in which the Gaussian has mean 0 and covariance 1.
  package func whitened(_ values: [Double]) -> [Double] {
    let width = dimension
    var result = values
    for start in stride(from: 0, to: values.count, by: width) {
      for i in 0..<width {
        var sum = values[start + i] - mean[i]
        for k in 0..<i { sum -= factor[i * width + k] * result[start + k] }
        result[start + i] = sum / factor[i * width + i]
      }
    }
    return result
  }

  /// The inverse of `whitened`.
  package func restored(_ values: [Double]) -> [Double] {
    let width = dimension
    var result = values
    for start in stride(from: 0, to: values.count, by: width) {
      for i in 0..<width {
        result[start + i] =
          mean[i]
          + (0...i).reduce(0) { $0 + factor[i * width + $1] * values[start + $1] }
      }
    }
    return result
  }

  /// Mean negative log-likelihood of rows, in nats.
  package func negativeLogLikelihood(of table: PointTable) -> Double {
    let squares = whitened(table.values).reduce(0) { $0 + 0.5 * $1 * $1 }
    return squares / Double(table.count) + logScale
      + 0.5 * Double(dimension) * .logarithm(2 * .pi)
  }
}
