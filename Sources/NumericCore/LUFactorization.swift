import Platform

/// The factorization `P A = L U` of a square matrix, with partial pivoting.
///
/// The next factorization reuses its memory. Cost: `2/3 n³` operations, and `2 n²` for each
/// solution.
///
/// Source: Golub and Van Loan, Matrix Computations, algorithm 3.4.1.
package struct LUFactorization: Sendable {
  package let size: Int
  /// `A` before `factor`, then `L` (unit diagonal, below) and `U`, row-major.
  package var elements: [Double]
  private var pivots: [Int]

  package init(size: Int) {
    self.size = size
    elements = Array(repeating: 0, count: size * size)
    pivots = Array(repeating: 0, count: size)
  }

  /// Factors the matrix in `elements`; false if it is singular or not finite.
  package mutating func factor() -> Bool {
    let n = size
    return elements.withUnsafeMutableBufferPointer { a in
      for column in 0..<n {
        var best = column
        for row in column..<n
        where a[row * n + column].magnitude > a[best * n + column].magnitude { best = row }
        pivots[column] = best
        let pivot = a[best * n + column]
        guard pivot != 0, pivot.isFinite else { return false }
        if best != column {
          for k in 0..<n { a.swapAt(column * n + k, best * n + k) }
        }
        for row in column + 1..<max(n, column + 1) {
          let ratio = a[row * n + column] / pivot
          a[row * n + column] = ratio
          if ratio == 0 { continue }
          for k in column + 1..<max(n, column + 1) { a[row * n + k] -= ratio * a[column * n + k] }
        }
      }
      return true
    }
  }

  /// Replaces `b = values[offset ..< offset + size]` by the solution of `A x = b`.
  ///
  /// - Precondition: the matrix is factored.
  package func solve(_ values: inout [Double], at offset: Int) {
    let n = size
    precondition(offset >= 0 && offset + n <= values.count, "no \(n) numbers at \(offset)")
    elements.withUnsafeBufferPointer { a in
      values.withUnsafeMutableBufferPointer { values in
        for row in 0..<n where pivots[row] != row {
          values.swapAt(offset + row, offset + pivots[row])
        }
        for row in 0..<n {
          var sum = values[offset + row]
          for k in 0..<row { sum -= a[row * n + k] * values[offset + k] }
          values[offset + row] = sum
        }
        for row in (0..<n).reversed() {
          var sum = values[offset + row]
          for k in row + 1..<max(n, row + 1) { sum -= a[row * n + k] * values[offset + k] }
          values[offset + row] = sum / a[row * n + row]
        }
      }
    }
  }
}
