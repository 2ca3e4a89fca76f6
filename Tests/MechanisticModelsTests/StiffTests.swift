import Serialization
import NumericCore
import MechanisticModels
import Integrators
import TestSupport
import Testing

/// A stiff system, its solution by two of SciPy's methods, and what SciPy spends on it.
private struct StiffReference {
  struct Cost {
    var method: String
    var tolerance: Tolerance
    var evaluations: Int
    var error: Double
  }

  var system: EquationSystem
  var parameters: [Double]
  var times: [Double]
  var states: [[Double]]
  /// Of SciPy's two solutions.
  var difference: Double
  var costs: [Cost]

  static func all() throws -> [StiffReference] {
    try #require(fixture("stiff_solutions")["solutions"]?.array).map(StiffReference.init)
  }

  private init(_ json: JSONValue) throws {
    let name = try #require(json["system"]?.string)
    system = try #require(NamedSystem.named(name)).equations()
    let given = try #require(json["parameters"]?.object)
    parameters = system.parameters.map { given[$0.name]?.number ?? $0.defaultValue }
    times = try #require(json["times"]?.numbers)
    states = try #require(json["states"]?.array).map { try #require($0.numbers) }
    difference = try #require(json["difference"]?.number)
    costs = try #require(json["costs"]?.array).map { cost in
      Cost(
        method: try #require(cost["method"]?.string),
        tolerance: Tolerance(
          relative: try #require(cost["relative"]?.number),
          absolute: try #require(cost["absolute"]?.number)),
        evaluations: Int(try #require(cost["evaluations"]?.number)),
        error: try #require(cost["error"]?.number))
    }
  }

  func solution(_ tolerance: Tolerance, _ method: ODEMethod = .rodas5P) -> EquationSolution {
    system.solution(
      at: times, parameters: parameters,
      solver: ODESolver(method: method, control: .proportionalIntegral(tolerance)))
  }

  /// The largest error relative to each component's largest value, as in the script.
  func error(of solution: EquationSolution) -> Double {
    states[0].indices.map { component in
      let size = states.map { $0[component].magnitude }.max() ?? 1
      return zip(solution.states, states).map { abs($0[component] - $1[component]) / size }
        .max() ?? .infinity
    }.max() ?? .infinity
  }
}

@Suite struct StiffTests {
  @Test func `stiff systems are solved to tolerance for about Radau's evaluations`() throws {
    for reference in try StiffReference.all() {
      #expect(reference.difference < 2e-9)
      for radau in reference.costs where radau.method == "Radau" {
        let solution = reference.solution(radau.tolerance)
        let error = reference.error(of: solution)
        let statistics = solution.statistics
        #expect(solution.status == .completed)
        if radau.tolerance.relative >= 1e-6 {
          #expect(
            Double(statistics.evaluations) < 1.1 * Double(radau.evaluations),
            "\(reference.system.name)")
        }
        // Each step keeps to the tolerance; van der Pol's jumps shift with every error before.
        #expect(error < 100 * radau.tolerance.relative, "\(reference.system.name)")
      }
    }
  }

  @Test func `tangents are the slopes of the solution`() throws {
    let system = try #require(NamedSystem.named("robertson")).equations()
    let times: [Double] = [0, 40, 4000]
    let solver = ODESolver(
      method: .rodas5P,
      control: .proportionalIntegral(Tolerance(relative: 1e-10, absolute: 1e-14)))
    let sensitivity = SensitivitySystem(
      system, unknowns: (0..<3).map { .parameter($0) }, observables: [.state(0)],
      isLinearized: true)
    let slopes = sensitivity.solution(
      of: system, at: times, parameters: system.defaultParameters, solver: solver
    ).slopes
    for parameter in 0..<3 {
      let value = system.defaultParameters[parameter]
      let sides = [-1e-3, 1e-3].map { change in
        var parameters = system.defaultParameters
        parameters[parameter] = value * (1 + change)
        return system.solution(at: times, parameters: parameters, solver: solver).states
      }
      for time in 1..<3 {
        for state in 0..<3 {
          let slope = (sides[1][time][state] - sides[0][time][state]) / (2e-3 * value)
          // Truncation 1e-6 of a third derivative; solver noise 1e-10 / 2e-3.
          #expect(
            abs(slopes[time][parameter * 3 + state] - slope) <= 1e-5 * abs(slope),
            "\(parameter), \(state) at \(times[time])")
        }
      }
    }
  }

  /// Samples of Robertson's reactions with errors of 2 %.
  private func kinetics() throws -> ParameterFit {
    let kinetics = try #require(fixture("stiff_solutions")["kinetics"])
    let times = try #require(kinetics["times"]?.numbers)
    let values = try #require(kinetics["values"]?.array).map { try #require($0.numbers) }
    let missing = [Double](repeating: .nan, count: 3)
    var fit = ParameterFit(
      try #require(NamedSystem.named("robertson")).equations(),
      to: .init(times: [0] + times, names: ["a", "b", "c"], values: [missing] + values),
      noise: .lognormal, startValues: ["k1": 0.1, "k2": 1e7, "k3": 4e4],
      knownValues: ["a(0)": 1, "b(0)": 0, "c(0)": 0])
    fit.starts = 2
    return fit
  }

  @Test(arguments: [true, false])
  func `Robertson's rate constants are recovered from samples`(isChosen: Bool) throws {
    var fit = try kinetics()
    if isChosen { fit.method = .rodas5P }
    let result = try fit.run()
    #expect(result.hasConverged && result.agreeingStarts >= 2, "\(result.agreeingStarts)")
    for (estimate, truth) in zip(result.estimates, [0.04, 3e7, 1e4]) {
      // 87 measurements with errors of 2 %.
      #expect(abs(estimate.value / truth - 1) < 0.03, "\(estimate.name)")
      #expect(estimate.laplace.map { $0.upperBound / $0.lowerBound < 1.1 } ?? false)
    }
    #expect(abs(result.standardDeviation - 0.02) < 0.004)
  }

  @Test func `an explicit method reports stiff equations`() throws {
    var fit = try kinetics()
    fit.method = .tsitouras5
    #expect(throws: FitError.stiff(method: "tsit5")) { try fit.run() }
    fit.method = .rodas5P
    fit.search = .gradient
    #expect(throws: FitError.methodWithoutAdjoint("rodas5p")) { try fit.run() }
  }

  @Test func `a measured input drives a stiff system`() throws {
    // x follows u on a scale of 1e-4; y integrates x.
    let system = try EquationSystem(
      """
      input u
      x' = 1e4*(u - x)
      y' = x
      x(0) = 0
      y(0) = 0
      """, name: "follower")
    let ramp = InputSignal(times: [0, 10], values: [0, 20])
    let solution = system.solution(
      at: [0, 5, 10], inputs: ["u": ramp],
      solver: ODESolver(
        method: .rodas5P,
        control: .proportionalIntegral(Tolerance(relative: 1e-8, absolute: 1e-8))))
    #expect(solution.status == .completed && solution.statistics.acceptedSteps < 100)
    // x = 2 (t − 1e-4), y = t² − 2e-4 t, both but for 1e-8.
    #expect(abs(solution.states[2][0] - 2 * (10 - 1e-4)) < 1e-6)
    #expect(abs(solution.states[2][1] - (100 - 2e-3)) < 1e-6)
  }
}
