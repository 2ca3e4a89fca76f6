/// Small dense systems of equations, row-major.
package enum DenseMatrix {
  /// The factor `L` of `A = L Lᵀ` for a symmetric matrix `[n, n]`; nil if `A` is not positive definite.
  package static func cholesky(_ matrix: [Double], size n: Int) -> [Double]? {
    var factor = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        var sum = matrix[i * n + j]
        for k in 0..<j { sum -= factor[i * n + k] * factor[j * n + k] }
        if i == j {
          guard sum > 0, sum.isFinite else { return nil }
          factor[i * n + i] = sum.squareRoot()
        } else {
          factor[i * n + j] = sum / factor[j * n + j]
        }
      }
    }
    return factor
  }

  /// The solution of `L Lᵀ x = b`.
  package static func solve(cholesky factor: [Double], size n: Int, _ b: [Double]) -> [Double] {
    var x = b
    for i in 0..<n {
      for k in 0..<i { x[i] -= factor[i * n + k] * x[k] }
      x[i] /= factor[i * n + i]
    }
    for i in (0..<n).reversed() {
      for k in i + 1..<n { x[i] -= factor[k * n + i] * x[k] }
      x[i] /= factor[i * n + i]
    }
    return x
  }

  /// Eigenvalues, ascending, and eigenvectors (`vectors[k]` belongs to `values[k]`) of a symmetric matrix, by
  /// Jacobi's rotations.
  package static func eigen(
    _ matrix: [Double], size n: Int
  ) -> (values: [Double], vectors: [[Double]]) {
    var a = matrix
    var v = [Double](repeating: 0, count: n * n)
    for i in 0..<n { v[i * n + i] = 1 }
    for _ in 0..<60 {
      var offDiagonal = 0.0
      for p in 0..<n {
        for q in 0..<n where p != q { offDiagonal += a[p * n + q] * a[p * n + q] }
      }
      if offDiagonal == 0 { break }
      for p in 0..<n {
        for q in p + 1..<n where a[p * n + q] != 0 { rotate(&a, &v, n, p, q) }
      }
    }
    let order = (0..<n).sorted { a[$0 * n + $0] < a[$1 * n + $1] }
    return (
      order.map { a[$0 * n + $0] }, order.map { column in (0..<n).map { v[$0 * n + column] } }
    )
  }

  /// One rotation that makes element `(p, q)` zero (Golub and Van Loan, section 8.5).
  private static func rotate(_ a: inout [Double], _ v: inout [Double], _ n: Int, _ p: Int, _ q: Int)
  {
    let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
    let t = (theta >= 0 ? 1 : -1) / (theta.magnitude + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<n {
      let (x, y) = (a[k * n + p], a[k * n + q])
      (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y)
    }
    for k in 0..<n {
      let (x, y) = (a[p * n + k], a[q * n + k])
      (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y)
      let (u, w) = (v[k * n + p], v[k * n + q])
      (v[k * n + p], v[k * n + q]) = (c * u - s * w, s * u + c * w)
    }
  }
}
