import Platform
import NumericCore
import Integrators
import MechanisticModels
import Tensors
import TestSupport
import Testing

private let usual = ODESolver(
  method: .tsitouras5,
  control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-9)))
private let tight = ODESolver(
  method: .verner6,
  // Crossings are located on the interpolants, whose error small steps keep below the tolerance.
  control: .proportionalIntegral(
    Tolerance(relative: 1e-12, absolute: 1e-12), largestStep: 0.1))

private func solution(
  _ text: String, at times: [Double], inputs: [String: InputSignal] = [:],
  solver: ODESolver = tight
) throws -> EquationSolution {
  try EquationSystem(text, name: "test").solution(at: times, inputs: inputs, solver: solver)
}

@Suite struct SimulationTests {
  @Test(arguments: ["tsit5", "dopri5", "bosh3", "rodas5p", "verner65"])
  func `a short pulse after a long rest is not stepped over`(_ name: String) throws {
    let solver = ODESolver(
      method: try #require(ODEMethod.named(name)),
      control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-9)))
    for pulse in [
      "heaviside(t - 50) - heaviside(t - 50.1)", "(50 <= t < 50.1)", "if(t < 50, 0, t < 50.1)",
      "max(0, sign(0.05 - abs(t - 50.05)))", "(floor(10*t) == 500)",
      "if(sin(pi*(t - 50)/0.1) > 0 and abs(t - 50.05) < 0.2 and t > 49.95 and t < 50.15, 1, 0)",
    ] {
      let found = try solution(
        "x' = 10*(\(pulse))\nx(0) = 0\nspan = 0..100", at: [0, 50, 100], solver: solver)
      #expect(found.states[1][0].magnitude < 1e-6, "\(pulse)")
      #expect(abs(found.states[2][0] - 1) < 1e-5, "\(pulse) by \(name): \(found.states[2][0])")
    }
  }

  @Test func `a narrow function of time is not stepped over`() throws {
    for (center, width) in [(1.38, 100.0), (0.31, 300), (2.9, 1000)] {
      let found = try solution(
        "y' = 1000*exp(-((t - \(center))*\(width))^2)\ny(0) = 0.5", at: [0, 3], solver: usual)
      let area = 1000 / width * Double.pi.squareRoot()
      #expect(abs(found.states[1][0] - 0.5 - area) < 1e-4 * area)
    }
  }

  @Test func `switches of a function of time are found`() throws {
    let found = try solution(
      "x' = heaviside(sin(3.53*t))\nx(0) = -0.346", at: [0, 2], solver: usual)
    let expected: Double = -0.346 + 2 - Double.pi / 3.53
    #expect(abs(found.states[1][0] - expected) < 1e-6)
  }

  @Test(arguments: [1.0, -1])
  func `pieces go both ways in time`(direction: Double) throws {
    let times = [0, 0.5, 1, 1.5, 3].map { $0 * direction }
    let system = try EquationSystem(
      "x' = u + 2*(t > 1) + 3*heaviside(-1 - t) + floor(t)\ninput u\nx(0) = 1", name: "both")
    let signal = InputSignal(
      times: [-2, -0.5, 0.25, 2], values: [1, 4, -1, 2], interpolation: .previous)
    let found = system.solution(at: times, inputs: ["u": signal], solver: usual)
    func slope(_ t: Double) -> Double {
      signal.value(at: t) + (t > 1 ? 2 : 0) + (t <= -1 ? 3 : 0) + t.rounded(.down)
    }
    for (time, state) in zip(found.times, found.states) {
      // All jumps lie at multiples of 1/4, so that the midpoint rule on eighths is exact.
      let parts = Int((time.magnitude * 8).rounded())
      let integral = (0..<parts).reduce(0.0) {
        $0 + slope((Double($1) + 0.5) / 8 * direction) / 8 * direction
      }
      #expect(abs(state[0] - 1 - integral) < 1e-9, "at \(time)")
    }
  }

  @Test func `a pulse of a measured input is not stepped over`() throws {
    for interpolation in InputSignal.Interpolation.allCases {
      let signal = InputSignal(
        times: [1.9, 2.0, 2.1, 3.9, 4.0, 4.1, 60], values: [0, 6, 0, 0, 3, 0, 0],
        interpolation: interpolation)
      let found = try solution(
        "total' = signal\ninput signal\ntotal(0) = 0", at: [0, 2.1, 4.1, 65],
        inputs: ["signal": signal], solver: usual)
      let area = (0..<600_000).reduce(0.0) {
        $0 + signal.value(at: (Double($1) + 0.5) * 1e-4) * 1e-4
      }
      // The midpoint rule on knots at multiples of 0.1.
      #expect(abs(found.states[3][0] - area) < 1e-5, "\(interpolation)")
    }
  }

  @Test func `a ball bounces as in the closed form`() throws {
    let (g, r) = (9.81, 0.9)
    let system = try EquationSystem(
      "h' = v\nv' = -9.81\nh(0) = 1\nv(0) = 0\nevent h < 0: v = -0.9*v", name: "ball")
    let first = (2 / g).squareRoot()
    var impacts = [first]
    for bounce in 1...20 {
      let flight: Double = 2 * first * Double.power(r, Double(bounce))
      impacts.append(impacts[bounce - 1] + flight)
    }
    let end: Double = 0.5 * (impacts[19] + impacts[20])
    let found = system.solution(at: [0, end], solver: tight)
    let events = found.events.filter { $0.kind == .event(line: 5) }
    #expect(events.count == 20)
    for (event, impact) in zip(events, impacts) { #expect(abs(event.time - impact) < 1e-9) }
    let since: Double = end - impacts[19]
    let speed: Double = g * first * Double.power(r, 20)
    let height: Double = speed * since - g * since * since / 2
    #expect(abs(found.states[1][0] - height) < 1e-8)
  }

  @Test func `bounces that accumulate end the solve with a reason`() throws {
    let found = try solution(
      "h' = v\nv' = -9.81\nh(0) = 1\nv(0) = 0\nevent h < 0: v = -0.5*v", at: [0, 1, 3])
    #expect(!found.status.isCompleted)
    #expect(found.times == [0, 1])
  }

  @Test func `events have directions, several actions and an end`() throws {
    let text = "x' = cos(t)\ny' = 0\nx(0) = 0\ny(0) = 0\nevent x = 0.5 "
    for (direction, count) in [("", 4.0), ("rising", 2), ("falling", 2), ("both", 4)] {
      let found = try solution(text + direction + ": y = y + 1", at: [0, 4 * Double.pi])
      #expect(abs(found.states[1][1] - count) < 1e-12, "\(direction)")
    }
    let rising = try solution(
      "x' = cos(t)\ny' = 0\nx(0) = 0\ny(0) = 0\nevent x > 0.5 and t > 5: y = y + 1, stop",
      at: [0, 3, 20])
    guard case .terminated(let time, _) = rising.status else {
      Issue.record("the solve ended as \(rising.status)")
      return
    }
    // Located on an interpolant of order 5 in steps of 0.1.
    #expect(abs(time - 13 * Double.pi / 6) < 1e-7)
    #expect(rising.times == [0, 3] && rising.events.last?.stateAfter[1] == 1)
  }

  @Test func `an event at a known time, and assignments from the state before it`() throws {
    let found = try solution(
      "x' = 1\ny' = 0\nx(0) = 0\ny(0) = 5\nevent t > 2: x = y, y = x", at: [0, 1.5, 2, 3])
    for (state, expected) in zip(found.states, [[0.0, 5], [1.5, 5], [5, 2], [6, 2]]) {
      #expect(abs(state[0] - expected[0]) < 1e-9 && abs(state[1] - expected[1]) < 1e-9)
    }
  }

  @Test(arguments: ["x > 1", "x = 1", "x >= 1 and t > 0", "not x < 1"])
  func `an event occurs again and again`(_ condition: String) throws {
    for solver in [usual, tight] {
      let found = try solution(
        "x' = 1\nx(0) = 0.25\nn' = 0\nn(0) = 0\nevent \(condition): x = 0, n = n + 1",
        at: [0, 0.5, 3, 10.5], solver: solver)
      for (state, expected) in zip(found.states, [[0.25, 0], [0.75, 0], [0.25, 3], [0.75, 10]]) {
        #expect(abs(state[0] - expected[0]) < 1e-9 && state[1] == expected[1], "\(condition)")
      }
    }
  }

  @Test func `a switch without hysteresis slides`() throws {
    let thermostat = try solution(
      "temp' = -0.1*(temp - 5) + 3*heaviside(20 - temp)\ntemp(0) = 10", at: [0, 25, 50],
      solver: usual)
    #expect(abs(thermostat.states[2][0] - 20) < 1e-5)
    #expect(thermostat.statistics.acceptedSteps < 200)
    let friction = try solution(
      "v' = -3*sign(v)\nx' = v\nv(0) = 2\nx(0) = 0", at: [0, 1, 2], solver: usual)
    #expect(abs(friction.states[2][0]) < 1e-6 && abs(friction.states[2][1] - 2.0 / 3) < 1e-6)
    // At rest until the force exceeds the friction: sin t = 0.5.
    let stick = try solution("v' = sin(t) - 0.5*sign(v)\nv(0) = 0", at: [0, 0.4, 1])
    let start = Double.pi / 6
    let expected = Double.cosine(start) - Double.cosine(1) - 0.5 * (1 - start)
    #expect(abs(stick.states[1][0]) < 1e-9 && abs(stick.states[2][0] - expected) < 1e-8)
  }

  @Test func `a state that a dose carries over a threshold causes its event`() throws {
    let found = try solution(
      "x' = 0\nx(0) = 1\ndose 4 into x at 1\nevent x > 3: x = x/2", at: [0, 1, 2])
    #expect(found.states.map { $0[0] } == [1, 2.5, 2.5])
    #expect(found.events.map(\.kind) == [.event(line: 4), .dose] || found.events.count == 2)
  }

  @Test func `fixed steps meet jumps with their order`() throws {
    // Classical Runge–Kutta: the error falls by 16 where the step halves, also across jumps.
    var errors: [Double] = []
    for step in [0.1, 0.05] {
      let solver = ODESolver(method: try #require(ODEMethod.named("rk4")), control: .fixed(step))
      let found = try solution(
        "x' = -x + 5*(1.03 <= t < 1.49)\nx(0) = 1", at: [0, 2], solver: solver)
      let exact =
        Double.exponential(-2)
        + 5 * (Double.exponential(-0.51) - Double.exponential(-0.97))
      errors.append(abs(found.states[1][0] - exact))
    }
    #expect(errors[0] / errors[1] > 12)
  }

  @Test func `single precision has the same pieces`() throws {
    let system = try EquationSystem(
      "x' = -0.3*x + 10*(heaviside(t - 50) - heaviside(t - 50.1))\nx(0) = 0\ndose 2 into x at 60",
      name: "single")
    let single = system.solution(at: [0, 55, 65], solver: usual, scalarType: .float32)
    let double = system.solution(at: [0, 55, 65], solver: tight)
    for (a, b) in zip(single.states, double.states) { #expect(abs(a[0] - b[0]) < 1e-5) }
  }
}
