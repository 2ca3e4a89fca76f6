import Graphs
import Tensors
import TestSupport
import Testing

import MechanisticModels

/// The formulas of some systems, written by hand in Swift.
private let formulas: [String: @Sendable (Double, [Double], [Double]) -> [Double]] = [
  "lorenz": { _, y, p in
    [p[0] * (y[1] - y[0]), y[0] * (p[1] - y[2]) - y[1], y[0] * y[1] - p[2] * y[2]]
  },
  "van-der-pol": { _, y, p in [y[1], p[0] * (1 - y[0] * y[0]) * y[1] - y[0]] },
  "lotka-volterra": { _, y, p in
    [p[0] * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]]
  },
  "fitzhugh-nagumo": { _, y, p in
    [y[0] - y[0] * (y[0] * y[0]) / 3 - y[1] + p[3], (y[0] + p[0] - p[1] * y[1]) / p[2]]
  },
  "brusselator": { _, y, p in
    [p[0] + y[0] * y[0] * y[1] - (p[1] + 1) * y[0], p[1] * y[0] - y[0] * y[0] * y[1]]
  },
  "linear": { _, y, p in [p[0] * y[0] + p[1] * y[1], p[2] * y[0] + p[3] * y[1]] },
  "robertson": { _, y, p in
    [
      -p[0] * y[0] + p[2] * y[1] * y[2],
      p[0] * y[0] - p[2] * y[1] * y[2] - p[1] * (y[1] * y[1]), p[1] * (y[1] * y[1]),
    ]
  },
  "rossler": { _, y, p in [-y[1] - y[2], y[0] + p[0] * y[1], p[1] + y[2] * (y[0] - p[2])] },
]

private let names = NamedSystem.all.map(\.name)

private struct Case {
  var system: EquationSystem
  var parameters: [Double]
  var states: [[Double]]
  var times: [Double]
}

/// The system near its start, with varied states, parameters and times.
private func makeCase(_ name: String) throws -> Case {
  let system = try #require(NamedSystem.named(name)).equations()
  var random = SeededGenerator(seed: 7)
  let parameters = system.defaultParameters.map { $0 * (1 + 0.05 * random.numbers(1)[0]) }
  let start = system.initialState()
  let states = (0..<4).map { _ in
    zip(start, random.numbers(start.count)).map { $0 + 0.2 * (abs($0) + 0.1) * $1 }
  }
  return Case(
    system: system, parameters: parameters, states: states,
    times: random.numbers(states.count, in: 0...3))
}

@Suite struct EquationEvaluationTests {
  @Test(arguments: names)
  func `every named system is complete`(_ name: String) throws {
    let named = try #require(NamedSystem.named(name))
    let system = try named.equations()
    #expect(!system.title.isEmpty && !named.source.isEmpty)
    #expect(system.span != nil)
    #expect(system.states.allSatisfy { $0.hasInitialValue })
    #expect(system.initialState().allSatisfy { $0.isFinite })
  }

  @Test(arguments: formulas.keys.sorted())
  func `the tape has the bits of formulas written by hand`(_ name: String) throws {
    let formula = try #require(formulas[name])
    let input = try makeCase(name)
    let registers = EquationEvaluator<Double>(
      input.system.program(.derivatives), parameters: input.parameters)
    for (time, state) in zip(input.times, input.states) {
      #expect(
        registers.results(time: time, state: state) == formula(time, state, input.parameters))
    }
  }

  @Test(arguments: names)
  func `tape and tensor expression agree`(_ name: String) throws {
    let input = try makeCase(name)
    let (batch, width) = (input.states.count, input.system.states.count)
    let registers = EquationEvaluator<Double>(
      input.system.program(.derivatives), parameters: input.parameters)
    let expected = zip(input.times, input.states).flatMap {
      registers.results(time: $0, state: $1)
    }
    for rows in [nil, batch] {
      let shape = (rows.map { [$0] } ?? []) + [input.parameters.count]
      let graph = trace([
        TensorType([batch], .float64), TensorType([batch, width], .float64),
        TensorType(shape, .float64),
      ]) { [input.system.derivative(time: $0[0], state: $0[1], parameters: $0[2])] }
      let parameters = (0..<(rows ?? 1)).flatMap { _ in input.parameters }
      let found = ReferenceInterpreter.run(
        graph, [input.times, input.states.flatMap { $0 }, parameters])[0]
      // The same operations in the same order; the functions of either side differ by an ulp or two.
      for (a, b) in zip(expected, found) { #expect(abs(a - b) <= 1e-14 * (1 + abs(a))) }
    }
  }

  @Test(arguments: names)
  func `the tape in single precision follows that in double`(_ name: String) throws {
    let input = try makeCase(name)
    let double = EquationEvaluator<Double>(
      input.system.program(.derivatives), parameters: input.parameters)
    let single = EquationEvaluator<Float>(
      input.system.program(.derivatives, .float32), parameters: input.parameters)
    for (time, state) in zip(input.times, input.states) {
      let rounded = state.map(Float.init)
      let expected = double.results(time: time, state: rounded.map(Double.init))
      let found = single.results(time: time, state: rounded)
      let scale = expected.map(abs).max() ?? 1
      // A few dozen operations, with a cancellation of one digit or so. 2⁻²⁴ = 6e-8.
      for (a, b) in zip(expected, found) { #expect(abs(a - Double(b)) <= 1e-5 * (1 + scale)) }
    }
  }

  @Test(arguments: names)
  func `the matrix of derivatives is that of central differences`(_ name: String) throws {
    let input = try makeCase(name)
    let field = EquationEvaluator<Double>(
      input.system.program(.derivatives), parameters: input.parameters)
    let matrix = EquationEvaluator<Double>(
      input.system.program(.jacobian), parameters: input.parameters)
    let width = input.system.states.count
    for (time, state) in zip(input.times, input.states) {
      let found = matrix.results(time: time, state: state)
      let scale = 1 + (found.map(abs).max() ?? 0)
      for column in 0..<width {
        let step = 1e-5 * max(abs(state[column]), 1e-3)
        var (low, high) = (state, state)
        low[column] -= step
        high[column] += step
        let (below, above) = (
          field.results(time: time, state: low), field.results(time: time, state: high)
        )
        for row in 0..<width {
          let slope = (above[row] - below[row]) / (2 * step)
          // Truncation of order step², rounding of order 1e-16 / step.
          #expect(abs(slope - found[row * width + column]) <= 1e-7 * scale)
        }
      }
    }
  }

  @Test func `derivatives of all functions are those of central differences`() throws {
    let names = [
      "exp(x)", "expm1(x)", "log(x)", "log1p(x)", "log10(x)", "sqrt(x)", "abs(x)", "sin(x)",
      "cos(x)", "tan(x)", "tanh(x)", "sigmoid(x)", "softplus(x)", "erf(x)", "x^3", "x^-2", "x^2.5",
      "2^x", "x^x", "1/x", "min(x, 0.1)", "max(x, 0.1)", "min(0.1, x)", "x/(1 + x^2)",
      "heaviside(x)*x", "sign(x)",
    ]
    for name in names {
      let system = try EquationSystem("x' = \(name)", name: name)
      let field = EquationEvaluator<Double>(system.program(.derivatives), parameters: [])
      let slope = EquationEvaluator<Double>(system.program(.jacobian), parameters: [])
      for x in [0.7, 1.1] {
        let difference =
          (field.results(time: 0, state: [x + 1e-5])[0]
            - field.results(time: 0, state: [x - 1e-5])[0]) / 2e-5
        // Truncation 1e-10, rounding 1e-11.
        #expect(abs(difference - slope.results(time: 0, state: [x])[0]) < 1e-8, "\(name) at \(x)")
      }
    }
  }
}
