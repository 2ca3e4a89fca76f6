import Platform
import Serialization
import NumericCore
import MechanisticModels
import Integrators
import TestSupport
import Testing

/// Hudson's Bay Company pelts in thousands (hare, lynx), 1900–1920.
private let pelts: [[Double]] = [
  [30.0, 4.0], [47.2, 6.1], [70.2, 9.8], [77.4, 35.2], [36.3, 59.4], [20.6, 41.7], [18.1, 19.0],
  [21.4, 13.0], [22.0, 8.3], [25.4, 9.1], [27.1, 7.4], [40.3, 8.0], [57.0, 12.3], [76.6, 19.5],
  [52.3, 45.7], [19.5, 51.1], [11.2, 29.7], [7.6, 15.8], [14.6, 9.7], [16.2, 10.1], [24.7, 8.1],
]

/// Common cold on Tristan da Cunha (infected, recovered), days 1–21.
private let cold: [[Double]] = [
  [1, 0], [1, 0], [3, 0], [7, 0], [6, 5], [10, 7], [13, 8], [13, 13], [14, 13], [14, 16], [17, 17],
  [10, 24], [6, 30], [6, 31], [4, 33], [3, 34], [1, 36], [1, 36], [1, 36], [1, 36], [0, 37],
]

private let tightSolver = ODESolver(
  method: .tsitouras5,
  control: .proportionalIntegral(Tolerance(relative: 1e-11, absolute: 1e-11)))

private func isNear(_ found: Double?, _ expected: Double, digits: Double = 5e-4) -> Bool {
  guard let found else { return false }
  return abs(found - expected) <= digits * abs(expected)
}

@Suite struct ParameterFitTests {
  /// One size of the noise for both columns, as in the reference.
  @Test func `hare and lynx have SciPy's estimates`() throws {
    let system = try #require(NamedSystem.named("lotka-volterra")).equations()
    let shared =
      "size = 0.2 > 0\nobserve prey ~ lognormal(size)\nobserve predator ~ lognormal(size)\n"
    var fit = ParameterFit(
      try EquationSystem(system.text + "\n" + shared, name: "pelts"),
      to: .init(
        times: (0..<21).map { 1900 + Double($0) }, names: ["prey", "predator"], values: pelts))
    fit.starts = 4
    let result = try fit.run()
    try expectEstimates(result, of: "hare and lynx")
    #expect(result.hasConverged && result.estimates.allSatisfy(\.isIdentified))
  }

  @Test func `the cold on Tristan da Cunha has SciPy's estimates`() throws {
    let system = try EquationSystem(
      """
      s' = -rate*s*i
      i' = rate*s*i - recovery*i
      r' = recovery*i
      rate = 0.01 > 0
      recovery = 0.3 > 0
      s(0) = 50
      i(0) = 1 fixed
      r(0) = 0 fixed
      size = 1 > 0
      observe i ~ normal(size)
      observe r ~ normal(size)
      """, name: "cold")
    var fit = ParameterFit(
      system, to: .init(times: (1...21).map(Double.init), names: ["i", "r"], values: cold))
    fit.startTime = 1
    let result = try fit.run()
    try expectEstimates(result, of: "cold")
  }

  /// Estimates and both kinds of intervals agree with SciPy's (`Tests/Fixtures/fits.py`).
  ///
  /// The size of the noise is a parameter here, so its maximum-likelihood value enters the curvature; the reference has `n − p` in place of `n`.
  private func expectEstimates(_ result: FitResult, of name: String) throws {
    let reference = try #require(try fixture("fits").object?[name]?.object)
    // Both minimizers stop where the sum of squares is flat to about 1e-9.
    #expect(
      isNear(
        result.residualSquares, try #require(reference["residualSquares"]?.number), digits: 1e-7))
    #expect(
      isNear(
        result.standardDeviation, try #require(reference["standardDeviation"]?.number), digits: 1e-7
      ))
    let estimates = try #require(reference["estimates"]?.array)
    #expect(estimates.count + 1 == result.estimates.count)
    let count = Double(result.measurementCount)
    let share = ((count - Double(estimates.count)) / count).squareRoot()
    for entry in estimates {
      let name = try #require(entry.object?["name"]?.string)
      let estimate = try #require(result.estimates.first { $0.name == name })
      let value = try #require(entry.object?["value"]?.number)
      #expect(isNear(estimate.value, value, digits: 1e-5))
      let laplace = try #require(estimate.laplace)
      let found = [
        laplace.lowerBound, laplace.upperBound, estimate.profile?.lower.bound,
        estimate.profile?.upper.bound,
      ]
      let isLinear = name == "s(0)"
      let narrowed = try #require(entry.numbers(at: "laplace")).map { end in
        isLinear ? value + share * (end - value) : value * Double.power(end / value, share)
      }
      let expected = narrowed + (try #require(entry.numbers(at: "profile")))
      // A profile's end is found to 1e-3 in the drop of 3.84.
      for (a, b) in zip(found, expected) { #expect(isNear(a, b, digits: 1e-3), "\(name)") }
    }
  }

  @Test func `sensitivities are the slopes of the solution`() throws {
    let system = try #require(NamedSystem.named("lotka-volterra")).equations()
    let unknowns: [SensitivitySystem.Unknown] =
      system.parameters.indices.map { .parameter($0) } + system.states.indices.map { .initial($0) }
    let sensitivity = SensitivitySystem(system, unknowns: unknowns, observables: [.state(0)])
    let solver = tightSolver
    func states(_ parameters: [Double], _ initial: [Double]) -> [Double] {
      system.solution(from: initial, at: [0, 5], parameters: parameters, solver: solver).states[1]
    }
    let (parameters, initial) = (system.defaultParameters, system.initialState())
    let slopes = sensitivity.solution(
      of: system, at: [0, 5], parameters: parameters, solver: solver
    ).slopes[1]
    for (block, unknown) in unknowns.enumerated() {
      var (low, high) = ((parameters, initial), (parameters, initial))
      let step: Double
      switch unknown {
      case .parameter(let place):
        step = 1e-4 * parameters[place]
        low.0[place] -= step
        high.0[place] += step
      case .initial(let place):
        step = 1e-4 * initial[place]
        low.1[place] -= step
        high.1[place] += step
      }
      let (below, above) = (states(low.0, low.1), states(high.0, high.1))
      for state in 0..<2 {
        let slope = (above[state] - below[state]) / (2 * step)
        // Truncation 1e-8 times a third derivative, solver noise 1e-9 / step.
        #expect(
          abs(slope - slopes[2 * block + state]) <= 1e-5 * (1 + abs(slope)),
          "\(unknown), \(state)")
      }
    }
  }

  @Test func `outliers move a robust fit little`() throws {
    let system = try EquationSystem("x' = -k*x\nk = 0.5 > 0\nx(0) = 3", name: "decay")
    let times = (0..<20).map { Double($0) * 0.2 }
    var noise = SeededGenerator(seed: 3)
    var values = times.map { [5 * Double.exponential(-0.8 * $0) + 0.02 * noise.numbers(1)[0]] }
    values[7] = [9]
    let data = Experiments(times: times, names: ["x"], values: values)
    let normal = try ParameterFit(system, to: data).run()
    let robust = try ParameterFit(system, to: data, noise: .student).run()
    #expect(isNear(robust["k"], 0.8, digits: 0.02))
    #expect(!isNear(normal["k"], 0.8, digits: 0.02))
    // Both go through the same searches.
    #expect(robust.agreeingStarts == normal.agreeingStarts && robust.agreeingStarts > 1)
  }

  @Test func `combinations that the data do not determine are reported`() throws {
    // Only the product a*b acts.
    let system = try EquationSystem(
      "x' = -a*b*x\na = 0.7 > 0\nb = 1.1 > 0\nx(0) = 1 fixed", name: "p")
    let times = (0..<10).map { Double($0) * 0.3 }
    var noise = SeededGenerator(seed: 5)
    let values = times.map { [Double.exponential(-0.9 * $0) + 0.01 * noise.numbers(1)[0]] }
    let result = try ParameterFit(system, to: .init(times: times, names: ["x"], values: values))
      .run()
    #expect(result.estimates.allSatisfy { !$0.isIdentified })
    let product = try #require(result["a"]) * #require(result["b"])
    #expect(isNear(product, 0.9, digits: 0.02))
  }

  @Test func `names are checked`() throws {
    let system = try EquationSystem("x' = -k*x\nk = 0.5 > 0\nx(0) = 3", name: "decay")
    let data = Experiments(
      times: [0, 1, 2], names: ["x"], values: [[3], [2], [-1]])
    #expect(throws: FitError.unknownName("kk", suggestion: "k")) {
      try ParameterFit(system, to: data, startValues: ["kk": 1]).run()
    }
    #expect(throws: FitError.notPositive("x", time: 2, value: -1)) {
      try ParameterFit(system, to: data, noise: .lognormal).run()
    }
    var other = Experiments(times: [0, 1, 2], names: ["y"], values: [[3], [2], [1]])
    #expect(throws: FitError.unknownColumn("y", suggestion: nil)) {
      try ParameterFit(system, to: other).run()
    }
    other = .init(times: [0, 1], names: ["x"], values: [[1], [.nan]])
    #expect(throws: FitError.tooFewMeasurements(found: 1, unknowns: 2)) {
      try ParameterFit(system, to: other).run()
    }
    #expect(throws: FitError.nothingToEstimate) {
      try ParameterFit(system, to: data, knownValues: ["k": 1, "x(0)": 3]).run()
    }
  }
}
