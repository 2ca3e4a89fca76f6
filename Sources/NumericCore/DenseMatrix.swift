/// Small dense matrices, row-major.
package enum DenseMatrix {
  /// Singular values, ascending, and right singular vectors (`vectors[k]` belongs to `values[k]`) of a square matrix, by
  /// one-sided Jacobi rotations: small values keep their relative accuracy where columns are scaled.
  /// - Source: Hestenes 1958; Golub and Van Loan, section 8.6.3.
  package static func singular(
    _ matrix: [Double], size n: Int
  ) -> (values: [Double], vectors: [[Double]]) {
    var columns = (0..<n).map { column in (0..<n).map { matrix[$0 * n + column] } }
    var vectors = (0..<n).map { row in (0..<n).map { $0 == row ? 1.0 : 0 } }
    for _ in 0..<60 {
      var isDone = true
      for p in 0..<n {
        for q in p + 1..<n {
          let (a, b) = (dot(columns[p], columns[p]), dot(columns[q], columns[q]))
          let product = dot(columns[p], columns[q])
          guard product.magnitude > 1e-15 * (a * b).squareRoot() else { continue }
          isDone = false
          let theta = (b - a) / (2 * product)
          let t = (theta >= 0 ? 1 : -1) / (theta.magnitude + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          rotate(&columns, p, q, c, c * t)
          rotate(&vectors, p, q, c, c * t)
        }
      }
      if isDone { break }
    }
    let values = columns.map { dot($0, $0).squareRoot() }
    let order = values.indices.sorted { values[$0] < values[$1] }
    return (order.map { values[$0] }, order.map { vectors[$0] })
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  /// `(p, q) ← (c p − s q, s p + c q)`.
  private static func rotate(
    _ columns: inout [[Double]], _ p: Int, _ q: Int, _ c: Double, _ s: Double
  ) {
    for k in columns[p].indices {
      let (x, y) = (columns[p][k], columns[q][k])
      (columns[p][k], columns[q][k]) = (c * x - s * y, s * x + c * y)
    }
  }
}
