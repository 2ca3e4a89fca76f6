import Platform
import NumericCore
import MechanisticModels
import Integrators
import Graphs
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

private let lorenz = """
  x' = sigma*(y - x)
  y' = x*(rho - z) - y
  z' = x*y - beta*z
  sigma = 5 > 0
  rho = 15 > 0
  beta = 1 > 0
  """

/// Noisy measurements of a system at its truth.
private func measurements(
  of system: EquationSystem, at times: [Double], from initial: [Double], parameters: [Double],
  noise: Double
) -> Experiments {
  let solver = ODESolver(
    method: .tsitouras5,
    control: .proportionalIntegral(Tolerance(relative: 1e-10, absolute: 1e-10)))
  let truth = system.solution(from: initial, at: times, parameters: parameters, solver: solver)
  var generator = SeededGenerator(seed: 11)
  return .init(
    times: times, names: system.states.map(\.name),
    values: truth.states.map { row in
      zip(row, generator.numbers(row.count)).map { $0 + noise * $1 }
    })
}

@Suite struct FitSearchTests {
  @Test func `every search ends at the same minimum`() throws {
    let system = try #require(NamedSystem.named("lotka-volterra")).equations()
    let data = measurements(
      of: system, at: (0..<25).map { 0.8 * Double($0) }, from: [30, 4],
      parameters: [0.5, 0.03, 0.9, 0.025], noise: 1)
    var fit = ParameterFit(system, to: data)
    fit.starts = 1
    fit.profiles = false
    fit.search = .growing
    let reference = try fit.run()
    #expect(reference.hasConverged)
    for search in [ParameterFit.Search.shooting, .gradient] {
      fit.search = search
      let found = try fit.run()
      #expect(found.hasConverged)
      for (one, other) in zip(reference.estimates, found.estimates) {
        // L-BFGS stops at a gradient of 1e-7: the estimates agree to the root of that.
        #expect(abs(one.value - other.value) < 1e-3 * abs(one.value), "\(search) \(one.name)")
      }
    }
  }

  @Test func `multiple shooting reaches a chaotic orbit from far away, growing stretches do not`()
    throws
  {
    let system = try EquationSystem(lorenz, name: "lorenz")
    let data = measurements(
      of: system, at: (0..<301).map { 0.05 * Double($0) }, from: [1, 1, 1],
      parameters: [10, 28, 8.0 / 3], noise: 0.5)
    var fit = ParameterFit(system, to: data)
    fit.starts = 1
    fit.profiles = false
    fit.search = .shooting
    let found = try fit.run()
    // Uniform noise on ±0.5 has the standard deviation 0.29.
    #expect(found.standardDeviation < 0.35)
    #expect(abs(try #require(found["sigma"]) - 10) < 0.2)
    #expect(abs(try #require(found["rho"]) - 28) < 0.2)
    #expect(abs(try #require(found["beta"]) - 8.0 / 3) < 0.02)
  }

  @Test func `limited-memory BFGS follows Rosenbrock's valley`() throws {
    var evaluations = 0
    let result = try #require(
      LimitedMemoryBFGS().minimize(from: [-1.2, 1, -1.2, 1]) { x in
        evaluations += 1
        var (value, gradient) = (0.0, [Double](repeating: 0, count: 4))
        for i in [0, 2] {
          let (a, b) = (1 - x[i], x[i + 1] - x[i] * x[i])
          value += a * a + 100 * b * b
          gradient[i] += -2 * a - 400 * x[i] * b
          gradient[i + 1] += 200 * b
        }
        return (value, gradient)
      })
    #expect(result.hasConverged && evaluations < 100)
    #expect(result.unknowns.allSatisfy { abs($0 - 1) < 1e-6 })
  }

  @Test func `a search goes around where the function has no value`() throws {
    // x − log x has its minimum at 1 and no value from 0 down.
    let result = try #require(
      LimitedMemoryBFGS().minimize(from: [1e-3]) { x in
        x[0] > 0 ? (x[0] - .logarithm(x[0]), [1 - 1 / x[0]]) : nil
      })
    #expect(abs(result.unknowns[0] - 1) < 1e-6)
    #expect(LimitedMemoryBFGS().minimize(from: [0]) { _ in nil } == nil)
  }

  @Test func `reverse mode gives the derivatives of forward mode`() throws {
    let system = try #require(NamedSystem.named("cardiovascular")).equations()
    let graph = system.graph.keeping(outputs: [0])
    let (states, parameters) = (system.states.count, system.parameters.count)
    let arguments = [[0], system.initialState(), [], system.defaultParameters]
    /// The derivative in one direction, or the cotangents of one output.
    func values(_ graph: Graph, _ seeds: [[Double]]) throws -> [Double] {
      let program = try #require(ScalarProgram(graph))
      let inputs = zip(arguments + seeds, graph.parameterTypes).map { Storage($0, shape: $1.shape) }
      return ScalarWorkspace(program)(inputs).flatMap { $0.doubles }
    }
    func unit(_ place: Int, of count: Int) -> [Double] { (0..<count).map { $0 == place ? 1 : 0 } }
    let reverse = try (0..<states).map {
      try values(graph.vjp(wrt: [1, 3], includingOutputs: false), [unit($0, of: states)])
    }
    for column in 0..<states + parameters {
      let forward = try values(
        graph.jvp(wrt: [1, 3], includingOutputs: false),
        [unit(column, of: states), unit(column - states, of: parameters)])
      for (row, found) in forward.enumerated() {
        // The same products in another order.
        let expected = reverse[row][column]
        #expect(abs(found - expected) <= 1e-12 * max(1, abs(expected)))
      }
    }
  }
}
