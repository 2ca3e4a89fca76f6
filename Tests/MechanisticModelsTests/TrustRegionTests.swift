import Platform
import MechanisticModels
import Testing

/// Sums of squares with closed minima.
private struct Residuals: Sendable {
  var start: [Double]
  var values: @Sendable ([Double]) -> [Double]?
  var slopes: @Sendable ([Double]) -> [Double]

  func evaluate(_ x: [Double]) -> FitEvaluation? {
    guard let rows = values(x) else { return nil }
    return FitEvaluation(
      value: 0.5 * rows.reduce(0) { $0 + $1 * $1 }, residuals: rows, jacobian: slopes(x),
      dataCount: rows.count)
  }

  func minimum(_ scales: [ParameterScale]? = nil) -> TrustRegion.Outcome? {
    let free = start.map { ParameterScale(lower: -.infinity, upper: .infinity, start: $0) }
    return TrustRegion(scales: scales ?? free).minimize(from: start, evaluate)
  }

  static let rosenbrock = Residuals(start: [-1.2, 1]) {
    [10 * ($0[1] - $0[0] * $0[0]), 1 - $0[0]]
  } slopes: {
    [-20 * $0[0], 10, -1, 0]
  }

  /// Powell's singular function: the Jacobian loses rank at the minimum.
  static let powell = Residuals(start: [3, -1, 0, 1]) { x in
    let (a, b) = (x[1] - 2 * x[2], x[0] - x[3])
    return [x[0] + 10 * x[1], 5.0.squareRoot() * (x[2] - x[3]), a * a, 10.0.squareRoot() * b * b]
  } slopes: { x in
    let (a, b) = (x[1] - 2 * x[2], x[0] - x[3])
    let (five, ten) = (5.0.squareRoot(), 10.0.squareRoot())
    return [1, 10, 0, 0, 0, 0, five, -five, 0, 2 * a, -4 * a, 0, 2 * ten * b, 0, 0, -2 * ten * b]
  }
}

@Suite struct TrustRegionTests {
  @Test func `classical functions are minimized from their usual starts`() throws {
    let valley = try #require(Residuals.rosenbrock.minimum())
    #expect(valley.hasConverged && valley.iterations < 40)
    #expect(valley.unknowns.allSatisfy { abs($0 - 1) < 1e-6 })
    let singular = try #require(Residuals.powell.minimum())
    // Each iteration halves the distance.
    #expect(singular.hasConverged && singular.unknowns.allSatisfy { abs($0) < 1e-2 })
  }

  @Test func `an unknown whose minimum lies beyond a bound stops exactly there`() throws {
    // Rosenbrock's function within x ≤ 0.5 has its minimum at (0.5, 0.25), within y ≤ 0.25 as well.
    let free = ParameterScale(lower: -.infinity, upper: .infinity, start: 1)
    let first = ParameterScale(lower: -2, upper: 0.5, start: -1.2)
    let found = try #require(Residuals.rosenbrock.minimum([first, free]))
    #expect(found.hasConverged && found.unknowns[0] == 0.5)
    #expect(abs(found.unknowns[1] - 0.25) < 1e-6)
    let second = ParameterScale(lower: -2, upper: 0.25, start: 0.2)
    var other = Residuals.rosenbrock
    other.start = [-1.2, 0.2]
    let bounded = try #require(other.minimum([free, second]))
    #expect(bounded.hasConverged && bounded.unknowns[1] == 0.25)
    // 200 (x² − 1/4) x = 1 − x there.
    let x = bounded.unknowns[0]
    #expect(abs(200 * (x * x - 0.25) * x - (1 - x)) < 1e-4)
  }

  @Test func `a start at a bound is left again`() throws {
    var problem = Residuals.rosenbrock
    problem.start = [-1.2, 2]
    let free = ParameterScale(lower: -.infinity, upper: .infinity, start: 1)
    let found = try #require(
      problem.minimum([free, ParameterScale(lower: -2, upper: 2, start: 2)]))
    #expect(found.unknowns.allSatisfy { abs($0 - 1) < 1e-6 })
  }

  @Test func `a search goes around where the function has no value`() throws {
    var problem = Residuals.rosenbrock
    problem.values = { x in
      x[0] * x[0] + x[1] * x[1] > 4.1 || (x[0] < 0 && x[1] < 0)
        ? nil : Residuals.rosenbrock.values(x)
    }
    problem.start = [-1.2, 1]
    let found = try #require(problem.minimum())
    #expect(found.unknowns.allSatisfy { abs($0 - 1) < 1e-6 })
    problem.start = [-1, -1]
    #expect(problem.minimum() == nil)
  }

  @Test func `an unknown without effect keeps its start, and one that is frozen too`() throws {
    var problem = Residuals(start: [3, 7]) {
      [$0[0] - 1]
    } slopes: { _ in
      [1, 0]
    }
    let free = try #require(problem.minimum()).unknowns
    #expect(abs(free[0] - 1) < 1e-9 && free[1] == 7)
    problem.start = [3, 5]
    var minimizer = TrustRegion(
      scales: problem.start.map { .init(lower: -.infinity, upper: .infinity, start: $0) })
    minimizer.frozen = 0
    let found = try #require(minimizer.minimize(from: [3, 5], problem.evaluate))
    #expect(found.unknowns == [3, 5] && found.hasConverged)
  }

  @Test func `where a function falls for ever its search ends, flat`() throws {
    // 1 + e⁻ˣ has no minimum.
    let problem = Residuals(start: [0]) {
      [1 + .exponential(-$0[0])]
    } slopes: {
      [-.exponential(-$0[0])]
    }
    let found = try #require(problem.minimum())
    #expect(found.hasConverged && found.unknowns[0] > 5)
  }

  @Test func `scales keep the start and are logarithmic over decades`() {
    let infinity = Double.infinity
    let rows: [(Double, Double, Double, Bool)] = [
      (0, infinity, 0.3, true), (1e-5, 1e5, 0.3, true), (0, 1, 0.3, false), (0, 1000, 0.3, true),
      (-infinity, infinity, 0.3, false), (-1, infinity, 0.3, false), (0, infinity, 0, false),
      (2, 5, 3, false), (1, infinity, 3, true),
    ]
    for (lower, upper, start, isLogarithmic) in rows {
      let scale = ParameterScale(lower: lower, upper: upper, start: start)
      #expect(scale.isLogarithmic == isLogarithmic, "\(lower)...\(upper)")
      let value = scale.value(scale.coordinate(start))
      #expect(abs(value - start) <= 1e-15 * start)
    }
    let bounded = ParameterScale(lower: 1e-5, upper: 1e5, start: 1)
    #expect(abs(bounded.value(bounded.bounds.lowerBound) - 1e-5) < 1e-20)
    #expect(bounded.value(20) == 1e5)
  }
}
