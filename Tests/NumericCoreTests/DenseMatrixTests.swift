import NumericCore
import Testing

@Suite struct DenseMatrixTests {
  /// Random elements, some rows with a zero where the first pivot would be.
  private func matrix(_ size: Int) -> [Double] {
    var elements = RandomKey(UInt64(size)).normal(size * size, as: Double.self)
    for row in stride(from: 0, to: size, by: 2) where size > 2 { elements[row * size] = 0 }
    return elements
  }

  @Test(arguments: [1, 2, 3, 8, 40])
  func `a factored matrix solves its equations`(size: Int) {
    let elements = matrix(size)
    let solution = RandomKey(99).normal(size, as: Double.self)
    let right = (0..<size).map { row in
      (0..<size).reduce(0) { $0 + elements[row * size + $1] * solution[$1] }
    }
    var values = [5.0] + right
    var factorization = LUFactorization(size: size)
    factorization.elements = elements
    let isFactored = factorization.factor()
    #expect(isFactored)
    factorization.solve(&values, at: 1)
    #expect(values[0] == 5)
    for (found, expected) in zip(values.dropFirst(), solution) {
      // Rounding times the condition of a random matrix of 40 rows, some thousands.
      #expect(abs(found - expected) < 1e-11)
    }
  }

  @Test func `a singular matrix is refused`() {
    for elements in [[1.0, 2, 2, 4], [0, 0, 0, 0], [1, 2, .nan, 1], [.infinity, 0, 0, 1]] {
      var factorization = LUFactorization(size: 2)
      factorization.elements = elements
      let isFactored = factorization.factor()
      #expect(!isFactored, "\(elements)")
    }
  }
}

@Suite struct TriangularFactorTests {
  /// A matrix `[rows, columns]` with some zeros, row-major, and a right-hand side.
  private func problem(rows: Int, columns: Int) -> (matrix: [Double], side: [Double]) {
    var matrix = RandomKey(7).normal(rows * columns, as: Double.self)
    for place in stride(from: 0, to: matrix.count, by: 3) { matrix[place] = 0 }
    return (matrix, RandomKey(8).normal(rows, as: Double.self))
  }

  @Test func `what a solution leaves is orthogonal to the columns`() {
    let (rows, columns) = (30, 6)
    let (matrix, side) = problem(rows: rows, columns: columns)
    let factor = TriangularFactor(matrix, size: columns, side: side)
    let solution = factor.solution
    let rest = (0..<rows).map { row in
      side[row] - (0..<columns).reduce(0) { $0 + matrix[row * columns + $1] * solution[$1] }
    }
    for column in 0..<columns {
      let product = (0..<rows).reduce(0) { $0 + matrix[$1 * columns + column] * rest[$1] }
      #expect(abs(product) < 1e-12)
    }
    #expect(abs(factor.restSquares - rest.reduce(0) { $0 + $1 * $1 }) < 1e-12)
  }

  @Test func `a polynomial of degree 9 keeps the digits that its normal equations lose`() {
    // The condition of the monomials on 0 … 1 is about 1e7 for a degree of 9; that of the normal equations its square.
    let (rows, columns) = (40, 10)
    let times = (0..<rows).map { Double($0) / Double(rows - 1) }
    let matrix = times.flatMap { t in
      (0..<columns).map { power in (0..<power).reduce(1.0) { product, _ in product * t } }
    }
    let side = (0..<rows).map { row in
      (0..<columns).reduce(0) { $0 + matrix[row * columns + $1] * Double($1 + 1) }
    }
    let solution = TriangularFactor(matrix, size: columns, side: side).solution
    for (place, value) in solution.enumerated() {
      #expect(abs(value - Double(place + 1)) < 1e-7)
    }
  }

  @Test func `singular values and vectors reproduce the matrix's products`() {
    let n = 6
    let (matrix, _) = problem(rows: n, columns: n)
    let (values, vectors) = DenseMatrix.singular(matrix, size: n)
    #expect(values == values.sorted())
    for i in 0..<n {
      for j in 0..<n {
        let product = (0..<n).reduce(0) { $0 + matrix[$1 * n + i] * matrix[$1 * n + j] }
        let sum = (0..<n).reduce(0) {
          $0 + values[$1] * values[$1] * vectors[$1][i] * vectors[$1][j]
        }
        #expect(abs(product - sum) < 1e-13)
      }
    }
  }
}
