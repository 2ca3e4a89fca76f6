/// The triangular factor `R` of `A = QR`, with `Qᵀb`, of a matrix whose rows are added one at a
/// time.
///
/// Each row is rotated into the factor. Zeros are skipped, so sparse rows are cheap. A
/// least-squares problem keeps the digits that its normal equations would lose.
/// - Source: Gentleman 1973; George and Heath 1980; Golub and Van Loan, sections 5.2.5 and 6.5.3.
package struct TriangularFactor: Sendable {
  /// Columns of `A`.
  package let size: Int
  /// `R`, row-major, `[size, size]`.
  package private(set) var matrix: [Double]
  /// The first `size` elements of `Qᵀb`.
  package private(set) var side: [Double]
  /// The squared norm of the residual of the least-squares solution.
  package private(set) var restSquares = 0.0

  package init(size: Int) {
    self.size = size
    matrix = [Double](repeating: 0, count: size * size)
    side = [Double](repeating: 0, count: size)
  }

  /// The factor of a matrix `[m, size]`, row-major, with a right-hand side `[m]`.
  package init(_ rows: [Double], size: Int, side: [Double]) {
    self.init(size: size)
    var row = [Double](repeating: 0, count: size)
    for (place, value) in side.enumerated() {
      for column in 0..<size { row[column] = rows[place * size + column] }
      append(&row, value)
    }
  }

  /// Adds a row and its element of the right-hand side; the row is overwritten.
  package mutating func append(_ row: inout [Double], _ value: Double) {
    var value = value
    for i in 0..<size where row[i] != 0 {
      let base = i * size
      let (a, b) = (matrix[base + i], row[i])
      let norm = (a * a + b * b).squareRoot()
      let length = norm.isNormal ? norm : max(a.magnitude, b.magnitude)
      let (c, s) = (a / length, b / length)
      matrix[base + i] = length
      for column in i + 1..<size {
        let (x, y) = (matrix[base + column], row[column])
        if x == 0 && y == 0 { continue }
        matrix[base + column] = c * x + s * y
        row[column] = c * y - s * x
      }
      row[i] = 0
      (side[i], value) = (c * side[i] + s * value, c * value - s * side[i])
    }
    restSquares += value * value
  }

  /// The factor with further rows that have `weights[i]` in the diagonal and right-hand sides of 0.
  package func damped(by weights: [Double]) -> TriangularFactor {
    var result = self
    var row = [Double](repeating: 0, count: size)
    for (place, weight) in weights.enumerated() where weight != 0 {
      row[place] = weight
      result.append(&row, 0)
    }
    return result
  }

  /// The `x` that minimizes `‖Ax − b‖`; an element whose column depends on the earlier ones is 0.
  package var solution: [Double] { solved(side) }

  /// The solution of `R x = b`.
  package func solved(_ b: [Double]) -> [Double] {
    var x = b
    for i in (0..<size).reversed() {
      for k in i + 1..<size { x[i] -= matrix[i * size + k] * x[k] }
      x[i] = matrix[i * size + i] == 0 ? 0 : x[i] / matrix[i * size + i]
    }
    return x
  }

  /// The solution of `Rᵀ x = b`.
  package func solvedTransposed(_ b: [Double]) -> [Double] {
    var x = b
    for i in 0..<size {
      for k in 0..<i { x[i] -= matrix[k * size + i] * x[k] }
      x[i] = matrix[i * size + i] == 0 ? 0 : x[i] / matrix[i * size + i]
    }
    return x
  }
}
