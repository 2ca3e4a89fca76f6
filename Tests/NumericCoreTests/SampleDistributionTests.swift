import Serialization
import NumericCore
import TestSupport
import Testing

@Suite struct SampleDistributionTests {
  private func rows(_ name: String) throws -> [[Double]] {
    try #require(try fixture("sample_distributions").object?[name]?.array).compactMap(\.numbers)
  }

  /// SciPy states no error bound; both are good to about 1e-12.
  private func isNear(_ a: Double, _ b: Double) -> Bool {
    (a - b).magnitude <= 1e-10 * b.magnitude + 1e-14
  }

  @Test func `quantiles are SciPy's`() throws {
    for row in try rows("student") {
      let found = StudentDistribution(freedom: row[0]).quantile(row[1])
      #expect(isNear(found, row[2]), "t \(row) \(found)")
    }
    for row in try rows("chiSquare") {
      let found = ChiSquareDistribution(freedom: row[0]).quantile(row[1])
      #expect(isNear(found, row[2]), "χ² \(row) \(found)")
    }
    for row in try rows("fisher") {
      let found = FisherDistribution(freedoms: (row[0], row[1])).quantile(row[2])
      #expect(isNear(found, row[3]), "F \(row) \(found)")
    }
  }

  @Test func `the logarithm of the gamma function is SciPy's`() throws {
    for row in try rows("logGamma") {
      #expect((logGamma(row[0]) - row[1]).magnitude <= 4e-15 * (1 + row[1].magnitude), "\(row)")
    }
  }

  @Test func `quantiles invert the cumulative distribution, and the ends are those of the range`() {
    for p in [0.01, 0.3, 0.5, 0.8, 0.999] {
      let student = StudentDistribution(freedom: 3)
      #expect((student.cumulative(student.quantile(p)) - p).magnitude < 1e-13)
      let square = ChiSquareDistribution(freedom: 3)
      #expect((square.cumulative(square.quantile(p)) - p).magnitude < 1e-13)
      let ratio = FisherDistribution(freedoms: (2, 7))
      #expect((ratio.cumulative(ratio.quantile(p)) - p).magnitude < 1e-13)
      let normal = StudentDistribution(freedom: .infinity)
      #expect((normal.cumulative(normal.quantile(p)) - p).magnitude < 1e-13)
    }
    #expect(StudentDistribution(freedom: 2).quantile(0) == -.infinity)
    #expect(StudentDistribution(freedom: 2).quantile(0.5) == 0)
    #expect(ChiSquareDistribution(freedom: 2).quantile(0) == 0)
    #expect(FisherDistribution(freedoms: (1, 1)).quantile(1) == .infinity)
  }
}
