import Platform
import Serialization
import NumericCore
import MechanisticModels
import Integrators
import Tensors
import TestSupport
import Testing

/// A solution by SciPy; two of its methods agree to `difference`, below 1e-9.
private struct Reference {
  var name: String
  var system: EquationSystem
  var parameters: [Double]
  var initial: [Double]
  var times: [Double]
  var states: [[Double]]
  var isStiff: Bool

  static func all() throws -> [Reference] {
    try #require(fixture("reference_solutions")["solutions"]?.array).map(Reference.init)
  }

  static func named(_ name: String) throws -> Reference {
    try #require(all().first { $0.name == name })
  }

  private init(_ json: JSONValue) throws {
    name = try #require(json["name"]?.string)
    let systemName = try #require(json["system"]?.string)
    system = try #require(NamedSystem.named(systemName)).equations()
    let members = try #require(json["parameters"]?.object)
    parameters = try system.parameters.map { try #require(members[$0.name]?.number) }
    initial = try #require(json["initial"]?.numbers)
    times = try #require(json["times"]?.numbers)
    states = try #require(json["states"]?.array).map { try #require($0.numbers) }
    isStiff = json["isStiff"]?.bool ?? false
  }

  /// Largest error of a solution relative to the size of its component.
  func error(of solution: EquationSolution) -> Double {
    var largest = 0.0
    for component in initial.indices {
      let size = states.map { $0[component].magnitude }.max() ?? 0
      for (found, expected) in zip(solution.states, states) {
        largest = max(largest, abs(found[component] - expected[component]) / (1 + size))
      }
    }
    return largest
  }
}

private func tight(_ method: ODEMethod = .tsitouras5, budget: Int = 100_000) -> ODESolver {
  ODESolver(
    method: method,
    control: .proportionalIntegral(
      Tolerance(relative: 1e-10, absolute: 1e-10), stepBudget: budget))
}

@Suite struct ReferenceSolutionTests {
  @Test(arguments: [ODEMethod.tsitouras5, .dormandPrince5])
  func `named systems agree with SciPy`(_ method: ODEMethod) throws {
    for reference in try Reference.all() where !reference.isStiff {
      let solution = reference.system.solution(
        from: reference.initial, at: reference.times, parameters: reference.parameters,
        solver: tight(method))
      #expect(solution.status == .completed, "\(reference.name)")
      #expect(solution.times.count == reference.times.count)
      // Steps are held to 1e-10 each; the flows stretch their sum by less than 100 over these spans.
      #expect(reference.error(of: solution) < 1e-8, "\(reference.name)")
    }
  }

  @Test func `written initial values and parameters are those of the fixtures`() throws {
    for reference in try Reference.all() where reference.name == reference.system.name {
      #expect(reference.parameters == reference.system.defaultParameters, "\(reference.name)")
      for (found, expected) in zip(reference.system.initialState(), reference.initial) {
        // Square roots of quotients, rounded in another order.
        #expect(abs(found - expected) <= 4e-16 * abs(expected), "\(reference.name)")
      }
    }
  }

  @Test func `an explicit method reaches 40 in Robertson's reactions`() throws {
    let reference = try Reference.named("robertson")
    let solution = reference.system.solution(at: reference.times, solver: tight())
    #expect(solution.status == .completed)
    #expect(reference.error(of: solution) < 1e-8)
  }

  @Test(arguments: ["robertson", "van-der-pol-stiff"])
  func `a stiff system ends within its budget with the status stiff`(_ name: String) throws {
    let reference = try Reference.named(name)
    let budget = 2000
    let solution = reference.system.solution(
      from: reference.initial, at: [0, 1e4], parameters: reference.parameters,
      solver: tight(budget: budget))
    guard case .stiff = solution.status else {
      Issue.record("\(name): \(solution.status)")
      return
    }
    let statistics = solution.statistics
    #expect(statistics.acceptedSteps + statistics.rejectedSteps <= budget)
    #expect(solution.times == [0])
  }

  @Test func `single precision follows double`() throws {
    let reference = try Reference.named("lotka-volterra")
    let solution = reference.system.solution(
      at: reference.times,
      solver: ODESolver(
        method: .tsitouras5,
        control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6))),
      scalarType: .float32)
    #expect(solution.status == .completed)
    // Some hundred steps of 1e-6 each; the prey reach 70.
    #expect(reference.error(of: solution) < 1e-4)
  }

  @Test func `backwards in time returns to the start`() throws {
    let system = try #require(NamedSystem.named("lotka-volterra")).equations()
    let forward = system.solution(at: [0, 5], solver: tight())
    let backward = system.solution(from: forward.states[1], at: [5, 0], solver: tight())
    for (found, expected) in zip(backward.states[1], system.initialState()) {
      #expect(abs(found - expected) < 1e-7)
    }
  }

  @Test func `the double pendulum keeps its energy`() throws {
    let system = try #require(NamedSystem.named("double-pendulum")).equations()
    let solution = system.solution(at: [0, 2, 5, 10], solver: tight())
    // Kinetic and potential energy of two rods with the values of the table: all masses, lengths and moments 1,
    // distances to the centres ½, g = 9.8.
    let energies = solution.states.map { y in
      let (a, b, u, v) = (y[0], y[1], y[2], y[3])
      let (cosA, cosB, cosAB) = (
        Double.cosine(a), Double.cosine(b), Double.cosine(a + b)
      )
      let kinetic =
        0.5 * (0.25 + 1) * u * u + 0.5 * u * u + 0.5 * (0.25 + 1) * (u + v) * (u + v)
        + 0.5 * u * (u + v) * cosB
      return kinetic - 9.8 * (0.5 * cosA + cosA + 0.5 * cosAB)
    }
    for energy in energies { #expect(abs(energy - energies[0]) < 1e-7) }
  }
}
