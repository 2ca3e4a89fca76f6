import Platform
import NumericCore
import MechanisticModels
import Integrators
import Testing

@Suite struct NetworkTermTests {
  @Test func `a network is a formula whose weights are parameters`() throws {
    let system = try EquationSystem("x' = network(x, 2)\nx(0) = 1", name: "net")
    // Two tanh neurons with a weight and a bias, and an output with two weights and a bias.
    #expect(system.parameters.count == 7)
    #expect(system.parameters.allSatisfy { $0.weightDeviation != nil })
    let w = [0.1, 0.7, -0.2, 1.3, 0.4, -0.9, 0.6]
    let registers = EquationEvaluator<Double>(system.program(.derivatives), parameters: w)
    let x = 0.35
    let (a, b) = (
      Double.hyperbolicTangent(w[0] + w[1] * x), Double.hyperbolicTangent(w[2] + w[3] * x)
    )
    let found = registers.results(time: 0, state: [x])[0]
    #expect(abs(found - (w[4] + w[5] * a + w[6] * b)) < 1e-15)
    // An unfitted network is 0.
    #expect(
      EquationEvaluator<Double>(system.program(.derivatives), parameters: system.defaultParameters)
        .results(time: 0, state: [x]) == [0])
  }

  @Test(arguments: [
    ("x' = network(3)", EquationError.Reason.networkArguments),
    ("x' = network(4, x)", .networkArguments),
    ("x' = network(x, 2.5)", .networkWidth(2.5)),
    ("x' = network(x, 100)", .networkWidth(100)),
    ("network = 3", .reservedName("network")),
    ("x' = netwrok(x)", .unknownFunction("netwrok", suggestion: "network")),
  ])
  func `mistakes in a network are named`(text: String, reason: EquationError.Reason) {
    let error = #expect(throws: EquationError.self) { try EquationSystem(text, name: "n") }
    #expect(error?.reason == reason)
  }

  @Test func `a network finds the term that the equations leave out`() throws {
    let truth = try EquationSystem("x' = 2 - x^2\nx(0) = 0", name: "truth")
    let times = (0..<21).map { 0.1 * Double($0) }
    let solver = ODESolver(
      method: .tsitouras5,
      control: .proportionalIntegral(Tolerance(relative: 1e-10, absolute: 1e-10)))
    let data = truth.solution(at: times, solver: solver).states
    let system = try EquationSystem(
      "x' = 2 - lost\nlost = network(x, 4)\nx(0) = 0 fixed", name: "partly known")
    var fit = ParameterFit(system, to: .init(times: times, names: ["x"], values: data))
    fit.starts = 1
    fit.networkPenalty = 1e-4
    for search in [ParameterFit.Search.automatic, .gradient] {
      fit.search = search
      let result = try fit.run()
      #expect(result.estimates.isEmpty)
      let term = EquationEvaluator<Double>(
        system.program(.intermediates), parameters: result.parameters)
      for state in data {
        let found = term.results(time: 0, state: state)[0]
        // The term reaches 2; the penalty and the ends of the data cost a few hundredths.
        #expect(abs(found - state[0] * state[0]) < 0.1, "\(search) at \(state[0])")
      }
    }
  }
}
