import Platform
import Serialization
import NumericCore
import Adjoints
import MechanisticModels
import Integrators
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

private let tight = ODESolver(
  method: .tsitouras5,
  control: .proportionalIntegral(Tolerance(relative: 1e-11, absolute: 1e-11)))

private let ramp = InputSignal(times: [0, 1, 3], values: [2, 4, 0])

@Suite struct InputSignalTests {
  @Test func `a signal is a line between its values and keeps the outer ones`() {
    let found = [-1, 0, 0.25, 1, 2, 2.5, 3, 9].map { ramp.value(at: $0) }
    #expect(found == [2, 2, 2.5, 4, 2, 1, 0, 0])
    let steps = InputSignal(times: [0, 1, 3], values: [2, 4, 0], interpolation: .previous)
    #expect([-1, 0.99, 1, 2.9, 3, 5].map { steps.value(at: $0) } == [2, 2, 4, 4, 0, 0])
    #expect(InputSignal(times: [1], values: [7]).value(at: 0) == 7)
  }

  @Test func `cubic signals are those of SciPy`() throws {
    for json in try #require(fixture("signals")["signals"]?.array) {
      let times = try #require(json["times"]?.numbers)
      let values = try #require(json["values"]?.numbers)
      let at = try #require(json["at"]?.numbers)
      for interpolation in [InputSignal.Interpolation.cubic, .spline, .monotone] {
        let signal = InputSignal(times: times, values: values, interpolation: interpolation)
        let expected = try #require(json[interpolation.rawValue]?.numbers)
        for (time, value) in zip(at, expected) {
          // Slopes of a tridiagonal system of 20 rows: a few dozen roundings of numbers up to 30.
          #expect(abs(signal.value(at: time) - value) < 1e-12, "\(interpolation) at \(time)")
        }
      }
    }
  }

  @Test func `knots are where a signal jumps or bends`() {
    func knots(_ interpolation: InputSignal.Interpolation, _ values: [Double]) -> [Double] {
      InputSignal(
        times: values.indices.map(Double.init), values: values, interpolation: interpolation
      ).knots
    }
    #expect(knots(.previous, [1, 1, 2, 2, 1]) == [2, 4])
    #expect(knots(.linear, [1, 1, 2, 3, 3]) == [1, 3])
    #expect(knots(.linear, [0, 1, 2]) == [0, 2])
    #expect(knots(.spline, [0, 1, 0]) == [0, 1, 2])
    // Decimal numbers on one line.
    #expect(knots(.linear, (0...50).map { 0.1 * Double($0) }) == [0, 50])
    for interpolation in InputSignal.Interpolation.allCases {
      #expect(knots(interpolation, [5, 5, 5]).isEmpty)
      #expect(knots(interpolation, [5]).isEmpty)
    }
  }

  @Test func `small jumps of a third derivative count at every 16th row`() {
    func knots(_ value: (Double) -> Double) -> [Double] {
      let times = (0...1000).map { 0.1 * Double($0) }
      return InputSignal(times: times, values: times.map(value), interpolation: .spline).knots
    }
    let smooth = knots { Double.sine(0.05 * $0) }
    #expect(smooth.count < 100)
    #expect(zip(smooth, smooth.dropFirst()).allSatisfy { $1 - $0 < 1.601 })
    // A spike has its knots, and the flat rest has few.
    let spike = knots { $0 == 50 ? 1 : 0 }
    #expect(Set((490...510).map { 0.1 * Double($0) }).isSubset(of: spike) && spike.count < 60)
  }

  @Test(arguments: [InputSignal.Interpolation.spline, .linear, .monotone, .cubic], [1.0, -1])
  func `pieces over many rows have the integral of the signal`(
    _ interpolation: InputSignal.Interpolation, _ direction: Double
  ) throws {
    let times = (0...400).map { 0.025 * Double($0) }
    for value in [{ Double.sine(0.6 * $0) }, { 0.3 * $0 - 1 }, { $0 == 5 ? 1.0 : 0 }] {
      let signal = InputSignal(
        times: times, values: times.map(value), interpolation: interpolation)
      let system = try EquationSystem("x' = u\ninput u\nx(0) = 0", name: "area")
      let at = direction > 0 ? [0, 3.3, 10] : [10, 3.3, 0]
      let found = system.solution(
        from: [0], at: at, inputs: ["u": signal],
        solver: ODESolver(
          control: .proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-11))))
      // Simpson's rule is exact for the cubics between rows; 3.3 is a row.
      func area(_ from: Double, _ to: Double) -> Double {
        (0..<400).reduce(0) { sum, place in
          let (a, b) = (times[place], times[place + 1])
          if a < min(from, to) - 1e-9 || b > max(from, to) + 1e-9 { return sum }
          return sum + (b - a) / 6
            * (signal.value(at: a, inInterval: place) + 4 * signal.value(at: 0.5 * (a + b))
              + signal.value(at: b, inInterval: place))
        } * (to < from ? -1 : 1)
      }
      for (time, state) in zip(found.times, found.states) {
        #expect(abs(state[0] - area(at[0], time)) < 1e-7, "\(interpolation) at \(time)")
      }
    }
  }

  @Test(arguments: InputSignal.Interpolation.allCases)
  func `an interval's rule is the signal inside and goes on outside`(
    interpolation: InputSignal.Interpolation
  ) {
    let signal = InputSignal(
      times: [0, 1, 3], values: [2, 4, 0], interpolation: interpolation)
    for (time, interval) in [(-1.0, -1), (0.5, 0), (2, 1), (4, 2)] {
      #expect(signal.interval(of: time) == interval)
      #expect(signal.value(at: time, inInterval: interval) == signal.value(at: time))
    }
    let left = interpolation == .previous ? 2.0 : 4
    #expect(abs(signal.value(at: 1, inInterval: 0) - left) < 1e-15)
    #expect(signal.value(at: 1, inInterval: 1) == 4)
    #expect(signal.value(at: 9, inInterval: -1) == 2 && signal.value(at: -9, inInterval: 2) == 0)
  }

  @Test func `an integral of a signal is its area`() throws {
    let system = try EquationSystem("x' = u\ninput u\nx(0) = 0", name: "area")
    let solution = system.solution(at: [0, 0.5, 1, 3, 4], inputs: ["u": ramp], solver: tight)
    // Areas of trapezia; steps across a kink cost some hundred times the tolerance of 1e-11.
    let expected = [0, 1.25, 3, 7, 7]
    for (state, area) in zip(solution.states, expected) { #expect(abs(state[0] - area) < 1e-8) }
    let backwards = system.solution(
      from: [7], at: [4, 3, 1, 0], inputs: ["u": ramp], solver: tight)
    #expect(abs(backwards.states[3][0]) < 1e-8)
  }

  @Test func `an input without a signal keeps its default value`() throws {
    let system = try EquationSystem(
      "x' = u + 2*v\ninput u\ninput v = 0.5\nx(0) = 1", name: "two inputs")
    let solution = system.solution(
      at: [0, 2], inputs: ["u": InputSignal(times: [0], values: [3])], solver: tight)
    #expect(abs(solution.states[1][0] - 9) < 1e-12)
  }

  @Test(arguments: InputSignal.Interpolation.allCases)
  func `a tensor field reads the same signals`(interpolation: InputSignal.Interpolation) throws {
    let system = try EquationSystem(
      "x' = -k*x + u*t\nk = 0.7\ninput u\nx(0) = 1", name: "forced")
    let signal = InputSignal(
      times: [0, 0.4, 1.1, 2], values: [1, -2, 3, 0.5], interpolation: interpolation)
    let field = EquationTensorField(
      system, parameters: Tensor([0.7]), inputs: ["u": signal])
    for time in [-0.5, 0, 0.2, 0.4, 0.9, 1.5, 2, 3] {
      let slope = field(Tensor([time], shape: []), Tensor([1.3], shape: [1, 1])).values[0]
      // Sums of ramps of size 10 cancel: a few roundings.
      #expect(abs(slope - (-0.7 * 1.3 + signal.value(at: time) * time)) < 1e-14)
    }
  }

  @Test func `a rate is found from a response to a measured input`() throws {
    let system = try EquationSystem(
      "x' = gain*u - x/delay\ninput u\ngain = 1 > 0\ndelay = 1 > 0\nx(0) = 0 fixed", name: "lag")
    let times = (0..<31).map { 0.2 * Double($0) }
    let input = InputSignal(
      times: times, values: times.map { Double.sine(2 * $0) + 0.3 * $0 })
    let truth = system.solution(
      at: times, parameters: [2.5, 0.6], inputs: ["u": input], solver: tight)
    var fit = ParameterFit(
      system, to: .init(times: times, names: ["x"], values: truth.states, inputs: ["u": input]))
    fit.starts = 2
    let result = try fit.run()
    // The data are exact up to the tolerances of both solves.
    #expect(abs(try #require(result["gain"]) - 2.5) < 1e-5)
    #expect(abs(try #require(result["delay"]) - 0.6) < 1e-5)
    fit.experiments.experiments[0].inputs = [:]
    #expect(throws: FitError.inputWithoutSignal("u")) { try fit.run() }
    fit.experiments.experiments[0].inputs = ["u": input, "uu": input]
    #expect(throws: FitError.unknownInput("uu", suggestion: "u")) { try fit.run() }
  }
}
