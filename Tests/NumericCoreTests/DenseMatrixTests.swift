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
