import Platform
import NumericCore
import MechanisticModels
import TestSupport
import Testing

@Suite struct FitFindingTests {
  private let noise = RandomKey(3).normal(40, as: Double.self)

  private func fit(
    _ text: String, _ times: [Double], _ curve: (Double) -> Double, noise size: Double
  ) throws -> FitResult {
    let values = times.enumerated().map { [curve($1) + size * noise[$0]] }
    var fit = ParameterFit(
      try EquationSystem(text, name: "e"), to: .init(times: times, names: ["x"], values: values))
    fit.starts = 6
    return try fit.run()
  }

  private let times = (0..<20).map { 0.3 * Double($0) }

  @Test func `a good fit has nothing to report`() throws {
    let result = try fit(
      "x' = -k*x\nk = 0.3 > 0\nx(0) = 2", times, { 2 * .exponential(-0.6 * $0) }, noise: 0.02)
    #expect(result.findings.isEmpty && result.isTrustworthy && result.optima.count == 1)
    #expect(result.searches.count == result.starts)
    #expect(result.searches.map(\.objective) == result.searches.map(\.objective).sorted())
  }

  /// Two exponentials of which one feeds the other: exchanging the rates and scaling the volume gives the same curve.
  @Test func `optima that fit equally well are reported with their values`() throws {
    let text =
      "d' = -a*d\nx' = a*d/v - b*x\na = 1 > 0\nb = 0.3 > 0\nv = 1 > 0\n"
      + "d(0) = 1 fixed\nx(0) = 0 fixed"
    let result = try fit(
      text, times, { 1.5 / (2 * 1.1) * (.exponential(-0.4 * $0) - .exponential(-1.5 * $0)) },
      noise: 0.002)
    #expect(result.optima.count == 2)
    #expect(result.findings.contains(.severalOptima(count: 2)))
    let (one, other) = (try #require(result.optima.first), try #require(result.optima.last))
    #expect(abs(one.values[0] / other.values[1] - 1) < 1e-3)
    #expect(other.objectiveDifference < 1e-3)
  }

  @Test func `a value that runs away is reported with its direction`() throws {
    // The capacity of a growth without an end.
    let result = try fit(
      "x' = r*x*(1 - x/k)\nr = 0.5 > 0\nk = 100 > 0\nx(0) = 1", times.map { $0 / 2 },
      { 0.98 * .exponential(0.5 * $0) + 0.01 * $0 * $0 * $0 }, noise: 0.01)
    #expect(result.findings.contains(.diverging("k", to: .infinity)), "\(result.findings)")
    #expect(!result.isTrustworthy)
    #expect(!result.findings.contains(.noEffect("k")))
  }

  @Test func `a value at its bound is reported as there`() throws {
    for bounds in ["in 0..0.5", "< 0.5", "in 1e-4..0.5"] {
      let result = try fit(
        "x' = -k*x\nk = 0.3 \(bounds)\nx(0) = 2", times, { 2 * .exponential(-0.6 * $0) },
        noise: 0.02)
      #expect(result.findings == [.atBound("k", bound: 0.5)], "\(bounds) \(result.findings)")
      #expect(result["k"] == 0.5 && result.isTrustworthy)
    }
    let growth = try fit(
      "x' = -k*x\nk = 0.3 > 0\nx(0) = 2", times, { 2 * .exponential(0.02 * $0) }, noise: 0.02)
    #expect(growth.findings == [.atBound("k", bound: 0)], "\(growth.findings)")
  }

  @Test func `no effect is claimed only of what has none`() throws {
    let result = try fit(
      "x' = -k*x\nz' = q\nz(0) = 0 fixed\nk = 0.3 > 0\nq = 1 > 0\nx(0) = 2", times,
      { 2 * .exponential(-0.6 * $0) }, noise: 0.02)
    #expect(result.findings == [.noEffect("q")])
    let product = try fit(
      "x' = -a*b*x\na = 0.7 > 0\nb = 1.1 > 0\nx(0) = 2", times, { 2 * .exponential(-0.6 * $0) },
      noise: 0.02)
    #expect(product.findings == [.unidentified(["a", "b"], measuredCombinations: 1)])
  }

  @Test func `constants of the equations have the intervals of a parameter in their place`() throws
  {
    let curve = { (time: Double) in 2 * Double.exponential(-0.6 * time) }
    let derived = try fit(
      "x' = -k*x\nhalflife = log(2)/k\nk = 0.3 > 0\nx(0) = 2", times, curve, noise: 0.02)
    let written = try fit(
      "x' = -log(2)/halflife*x\nhalflife = 2 > 0\nx(0) = 2", times, curve, noise: 0.02)
    let found = try #require(derived.derived.first)
    let expected = try #require(written.estimates.first { $0.name == "halflife" })
    #expect(derived.derived.count == 1 && found.name == "halflife")
    #expect(abs(found.value / expected.value - 1) < 1e-6)
    let (laplace, other) = (try #require(found.laplace), try #require(expected.laplace))
    #expect(abs(laplace.lowerBound / other.lowerBound - 1) < 1e-5)
    #expect(abs(laplace.upperBound / other.upperBound - 1) < 1e-5)
    // An end of either profile is found to 1e-3 in the drop of 4, that is to 2e-4 standard errors, here of 2 % of the value.
    for (path, end) in [\FitResult.Profile.lower: -1.0, \FitResult.Profile.upper: 1] {
      let bound = try #require(found.profile?[keyPath: path].bound)
      let reference = try #require(expected.profile?[keyPath: path].bound)
      #expect(abs(bound / reference - 1) < 1e-4, "\(end)")
    }
  }

  /// Of a linear model the posterior is Student's distribution: draws have its quantiles.
  @Test func `draws spread as the intervals do`() throws {
    let values = times.enumerated().map { [1 + 0.5 * $1 + 0.1 * noise[$0]] }
    var fit = ParameterFit(
      try EquationSystem("x' = a\na = 1\nx(0) = 1", name: "e"),
      to: .init(times: times, names: ["x"], values: values))
    fit.draws = 2_000
    let result = try fit.run()
    let draws = result.draws.map { $0[0] }.sorted()
    let laplace = try #require(result.estimates.first?.laplace)
    #expect(draws.count == 2_000)
    let half = (laplace.upperBound - laplace.lowerBound) / 2
    // Of 2,000 draws the quantiles of 2.5 % scatter by 6 % of half the interval, resampled ones by twice as much.
    #expect(abs(draws[50] - laplace.lowerBound) < 0.25 * half)
    #expect(abs(draws[1_949] - laplace.upperBound) < 0.25 * half)
  }

  @Test func `few points have Student's quantiles`() throws {
    let points = [0.0, 0.5, 1, 1.5, 2]
    let result = try fit(
      "x' = a\na = 1\nx(0) = 1", points, { 1 + 0.5 * $0 }, noise: 0.1)
    // Least squares of a line: s² (Σ(t − t̄)²)⁻¹ with 3 degrees of freedom, whose quantile is 3.182.
    let values = points.enumerated().map { 1 + 0.5 * $1 + 0.1 * noise[$0] }
    let mean = values.reduce(0, +) / 5
    let slope = zip(points, values).reduce(0) { $0 + ($1.0 - 1) * ($1.1 - mean) } / 2.5
    let squares = zip(points, values).reduce(0) {
      let rest = $1.1 - mean - slope * ($1.0 - 1)
      return $0 + rest * rest
    }
    let half = 3.182446305284264 * (squares / 3 / 2.5).squareRoot()
    let estimate = try #require(result.estimates.first)
    let laplace = try #require(estimate.laplace)
    #expect(abs(laplace.lowerBound - (slope - half)) < 1e-6)
    // Of a linear model both intervals are exact.
    #expect(abs(try #require(estimate.profile?.upper.bound) - (slope + half)) < 1e-3 * half)
    #expect(result.freedom == 3)
  }
}
