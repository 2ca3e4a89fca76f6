import Platform
import Serialization
import NumericCore
import Integrators
import MechanisticModels
import Tensors
import TestSupport
import Testing

private func rodas(_ tolerance: Double) -> ODESolver {
  ODESolver(
    method: .rodas5P,
    control: .proportionalIntegral(Tolerance(relative: tolerance, absolute: tolerance / 100)))
}

/// Equations with algebraic states, and their solution by SciPy as ordinary differential equations.
private struct AlgebraicCase {
  var name: String
  var text: String
  var times: [Double]
  var states: [[Double]]
  var tolerance: Double
  var inputs: [String: InputSignal] = [:]

  static func all() throws -> [AlgebraicCase] {
    try #require(fixture("algebraic_equations")["cases"]?.array).map(AlgebraicCase.init)
  }

  init(_ json: JSONValue) throws {
    name = try #require(json["name"]?.string)
    text = try #require(json["text"]?.string)
    times = try #require(json["times"]?.numbers)
    states = try #require(json["states"]?.array).map { try #require($0.numbers) }
    tolerance = try #require(json["tolerance"]?.number)
    for (name, signal) in try #require(json["inputs"]?.object).members {
      inputs[name] = InputSignal(
        times: try #require(signal["times"]?.numbers),
        values: try #require(signal["values"]?.numbers), interpolation: .previous)
    }
  }
}

@Suite struct AlgebraicEquationTests {
  @Test func `solutions are those of SciPy without the algebraic states`() throws {
    for item in try AlgebraicCase.all() {
      let system = try EquationSystem(item.text, name: item.name)
      let found = system.solution(at: item.times, inputs: item.inputs, solver: rodas(1e-10))
      #expect(found.status == .completed, "\(item.name): \(found.status)")
      for (row, time) in found.times.enumerated() {
        for (value, expected) in zip(found.states[row], item.states[row]) {
          // The tolerance of a step is 1e-10; the fixture allows for amplification.
          #expect(
            abs(value - expected) < item.tolerance * (1 + abs(expected)),
            "\(item.name) at \(time): \(value), not \(expected)")
        }
      }
    }
  }

  @Test func `single precision solves them as well`() throws {
    let text = "x' = -x*z\nalgebraic z\n0 = z + z^3 - x\nx(0) = 2"
    let system = try EquationSystem(text, name: "cubic")
    let times = [0.0, 1, 3]
    let double = system.solution(at: times, solver: rodas(1e-9))
    let single = system.solution(at: times, solver: rodas(1e-5), scalarType: .float32)
    for (a, b) in zip(double.states, single.states) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-4) }
    }
  }

  @Test
  func `an enzyme in its quasi-steady state follows the integrated law of Michaelis and Menten`()
    throws
  {
    let text = """
      s' = -k2*c
      algebraic c
      0 = k1*(e0 - c)*s - (km + k2)*c
      k1 = 30
      km = 2
      k2 = 4
      e0 = 0.1
      s(0) = 3
      """
    let system = try EquationSystem(text, name: "enzyme")
    let times = [0, 1, 4, 8, 15.0]
    let (half, rate) = ((2.0 + 4) / 30, 4 * 0.1)
    for (time, state) in zip(times, system.solution(at: times, solver: rodas(1e-11)).states) {
      let s = state[0]
      #expect(abs(s - 3 + half * Double.logarithm(s / 3) + rate * time) < 1e-8, "at \(time)")
      #expect(abs(state[1] - 0.1 * s / (half + s)) < 1e-9, "at \(time)")
    }
  }

  @Test(arguments: [
    "x' = -k*x + 0.3*z\nalgebraic z = 1\n0 = z^2 + c*z - x - 1\nk = 0.7\nc = 0.4\nx0 = 2\nx(0) = x0",
    "x' = -k*z\nalgebraic z = 1\n0 = z^2 - x - b\nk = 0.7\nb = 0.5\nl = 0.9\nr = 2\nx(0) = 1\nevent z < l: x = r + 0.1*z",
    "x' = -k*z\nalgebraic z = 1\n0 = z + z^3 - x\nk = 0.7\nd = 2\nlate = 0.23\nx(0) = 1\ndose d into x at 0.9 lag late\ndose 3 into x at 2 over 2*late",
    "x' = a*heaviside(t - s) - z\nalgebraic z\n0 = z - if(x < c, 0.5*x, c - 0.3*(x - c))\na = 2\ns = 0.6\nc = 0.8\nx(0) = 0.1",
  ])
  func `sensitivities are those of central differences`(_ text: String) throws {
    let system = try EquationSystem(text, name: "sensitive")
    let times = [0, 0.4, 1.3, 2.2, 3.5]
    let parameters = system.defaultParameters
    let solver = ODESolver(
      method: .rodas5P,
      control: .proportionalIntegral(
        Tolerance(relative: 1e-12, absolute: 1e-12), largestStep: 0.01))
    let sensitivity = SensitivitySystem(
      system, unknowns: parameters.indices.map { .parameter($0) },
      observables: system.states.indices.map { .state($0) }, isLinearized: true)
    let found = sensitivity.solution(of: system, at: times, parameters: parameters, solver: solver)
    try #require(found.states.count == times.count)
    for place in parameters.indices {
      let step = 1e-5
      let moved = [-step, step].map { change in
        var moved = parameters
        moved[place] += change
        return system.solution(at: times, parameters: moved, solver: solver).states
      }
      for (row, time) in times.enumerated() {
        for state in 0..<2 {
          let difference = (moved[1][row][state] - moved[0][row][state]) / (2 * step)
          let slope = found.slopes[row][place * 2 + state]
          // Truncation of order 1e-10, rounding of the solves 1e-12 / 1e-5.
          #expect(
            abs(slope - difference) <= 1e-6 * (1 + abs(difference)),
            "\(system.states[state].name) by \(system.parameters[place].name) at \(time): \(slope), not \(difference)"
          )
        }
      }
    }
  }

  @Test func `a steady state of doses is consistent`() throws {
    let text = "x' = -k*z\nalgebraic z\n0 = 2*z - x\nk = 1\nx(0) = 0"
    var dose = Dose(of: 1, into: "x", at: 0)
    dose.steadyState = .replacing(interval: 2)
    let found = try EquationSystem(text, name: "steady")
      .solution(at: [0, 1], doses: DoseSchedule([dose]), solver: rodas(1e-11))
    // x decays with the rate 1/2 and returns to its value after 2.
    let peak = 1 / (1 - Double.exponential(-1))
    #expect(abs(found.states[0][0] - peak) < 1e-8 && abs(found.states[0][1] - peak / 2) < 1e-8)
    #expect(abs(found.states[1][1] - peak / 2 * Double.exponential(-0.5)) < 1e-8)
  }

  // MARK: What cannot be solved

  @Test(arguments: [
    ("x' = -x*y\n0 = x + y - 1\nx(0) = 1", "q:2:1: there is 1 algebraic equation '0 = …' and 0"),
    ("x' = -x\nalgebraic y\nx(0) = 1", "q:2:11: there are 0 algebraic equations '0 = …' and 1"),
    ("x' = -x*y\nx + y = 1\nx(0) = 1", "q:2:1: an equation has one name on its left side"),
    ("x' = -y\nalgebraic y\n0 = x^2 - 1\nx(0) = 1", "q:2:11: no equation '0 = …' depends on the"),
    (
      "x' = -x\nalgebraic y\n0 = y - x\nx(0) = 1\nevent x < 0.5: y = 2",
      "q:5:16: 'y' is algebraic and follows"
    ),
    ("x' = -x\nalgebraic y\n0 = y - x\nx(0) = 1\ndose 2 into y at 3", "q:5:13: 'y' is algebraic"),
    (
      "x' = -x\nalgebraic y = t\n0 = y - x\nx(0) = 1", "q:2:15: the initial value of 'y' may depend"
    ),
    (
      "x' = -x\nalgebraic y = 1\n0 = y - x\nx(0) = 1\ny(0) = 1",
      "q:5:1: 'y(…)' is defined in line 2"
    ),
  ])
  func `mistakes have a line and a fix`(_ text: String, _ message: String) {
    let error = #expect(throws: EquationError.self) { try EquationSystem(text, name: "q") }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix(message), "\(error.map { "\($0)" } ?? "")")
  }

  @Test(arguments: [
    ("0 = z^2 - x", "0", AlgebraicFailure.Reason.singular),
    ("0 = exp(z) + x", "1", .noSolution),
    ("0 = log(z) - x", "-1", .notFinite),
    ("0 = z - if(z > 0.5, x - 1, x)", "1", .noMode),
  ])
  func `a start without a solution is refused`(
    _ equation: String, _ guess: String, _ reason: AlgebraicFailure.Reason
  ) throws {
    let system = try EquationSystem(
      "x' = -x\nalgebraic z = \(guess)\n\(equation)\nx(0) = 1", name: "q.ode")
    let found = system.solution(at: [0, 1], solver: rodas(1e-6))
    #expect(found.status == .inconsistent(time: 0))
    let failure = try #require(found.algebraicFailure)
    #expect(failure.reason == reason)
    #expect("\(failure)".hasPrefix("q.ode:3: "))
  }

  @Test func `an equation that loses its solution on the way ends the solve`() throws {
    // z = √x exists until x reaches 0 at t = 1.
    let system = try EquationSystem(
      "x' = -1\nalgebraic z = 1\n0 = z^2 - x\nx(0) = 1", name: "fold")
    let found = system.solution(at: [0, 0.5, 2], solver: rodas(1e-6))
    #expect(!found.status.isCompleted && found.times == [0, 0.5])
  }
}
