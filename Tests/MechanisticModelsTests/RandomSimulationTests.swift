import Platform
import NumericCore
import Integrators
import MechanisticModels
import TestSupport
import Testing

private let usual = ODESolver(
  method: .tsitouras5,
  control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-9)))

/// `x' = −k x + Σ pulses`, `x(0)` and doses, with the closed form.
private struct LinearProblem {
  var lines: [String] = []
  var inputs: [String: InputSignal] = [:]
  var k: Double
  var initial: Double
  var end: Double
  /// Constant sources between two times, and amounts at times.
  var sources: [(from: Double, to: Double, height: Double)] = []
  var amounts: [(at: Double, amount: Double)] = []

  func exact(_ t: Double) -> Double {
    var x = initial * Double.exponential(-k * t)
    for source in sources where t > source.from {
      let last = min(t, source.to)
      x +=
        source.height / k
        * (Double.exponential(-k * (t - last)) - Double.exponential(-k * (t - source.from)))
    }
    for dose in amounts where t >= dose.at {
      x += dose.amount * Double.exponential(-k * (t - dose.at))
    }
    return x
  }

  init(_ random: inout SeededGenerator) {
    func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    end = number(1...200)
    k = number(0.2...20) / end
    initial = number(-2...2)
    var terms = ["-k*x"]
    for part in 0..<Int.random(in: 1...4, using: &random) {
      let width = end * number(0.001...0.3)
      let start = number(0...(end - width))
      let height = number(-5...50)
      let window = (from: start, to: start + width, height: height)
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        terms.append("\(height)*(heaviside(t - \(start)) - heaviside(t - \(start + width)))")
        sources.append(window)
      case 1:
        terms.append("if(t >= a\(part) and t < b\(part), \(height), 0)")
        lines += ["a\(part) = \(start)", "b\(part) = \(start + width)"]
        sources.append(window)
      case 2:
        terms.append("u\(part)")
        lines.append("input u\(part)")
        inputs["u\(part)"] = InputSignal(
          times: [0, start, start + width].filter { $0 != 0 || start > 0 },
          values: start > 0 ? [0, height, 0] : [height, 0], interpolation: .previous)
        sources.append(window)
      case 3:
        lines.append("dose \(height) into x at \(start)")
        amounts.append((start, height))
      case 4:
        lines += [
          "dose \(height * width) into x at s\(part) - 1 over \(width) lag 1",
          "s\(part) = \(start)",
        ]
        sources.append((start - 1 + 1, start - 1 + 1 + width, height))
      case 5:
        let period = end * number(0.08...0.4)
        let share = number(0.05...0.9)
        terms.append("\(height)*(mod(t, \(period)) < \(share * period))")
        var first = 0.0
        while first < end {
          sources.append((first, first + share * period, height))
          first += period
        }
      case 6:
        let period = end * number(0.08...0.4)
        lines.append("dose \(height) into x at \(start) every \(period)")
        var time = start
        var count = 0.0
        while time <= end {
          amounts.append((time, height))
          count += 1
          time = start + count * period
        }
      default:
        terms.append("\(height)*max(0, sign(\(width / 2) - abs(t - \(start + width / 2))))")
        sources.append(window)
      }
    }
    lines = ["x' = " + terms.joined(separator: " + "), "k = \(k)", "x(0) = \(initial)"] + lines
  }
}

@Suite struct RandomSimulationTests {
  @Test(arguments: 0..<10)
  func `random pulses, schedules, inputs and doses are as in the closed form`(_ seed: Int) throws {
    var random = SeededGenerator(seed: 100 + UInt64(seed))
    for _ in 0..<70 {
      let problem = LinearProblem(&random)
      let text = problem.lines.joined(separator: "\n")
      let system = try EquationSystem(text, name: "random")
      let inner = (0..<3).map { _ in Double.random(in: 0...problem.end, using: &random) }.sorted()
      let found = system.solution(
        at: [0] + inner + [problem.end], inputs: problem.inputs, solver: usual)
      #expect(found.status == .completed, "\(text)")
      let scale = found.states.map { $0[0].magnitude }.max() ?? 1
      for (time, state) in zip(found.times, found.states) {
        // The tolerance of a step is 1e-6; errors of many pieces add up.
        #expect(
          abs(state[0] - problem.exact(time)) < 1e-4 * (scale + 1),
          "at \(time): \(state[0]), not \(problem.exact(time)) of\n\(text)")
      }
    }
  }

  @Test(arguments: 0..<10)
  func `random thresholds of the state are as in the closed form`(_ seed: Int) throws {
    var random = SeededGenerator(seed: 200 + UInt64(seed))
    for _ in 0..<40 {
      func number(_ range: ClosedRange<Double>) -> Double {
        Double.random(in: range, using: &random)
      }
      // x relaxes to a until it reaches c, then to b: above or below c, or back to c, where it slides.
      let (k, a, start) = (number(0.1...3), number(2...5), number(-1...1))
      let c = number(1.1...1.9)
      let b = number(-3...6)
      let end = number(1...10)
      let text = "x' = k*(if(x < c, \(a), \(b)) - x)\nk = \(k)\nc = \(c)\nx(0) = \(start)"
      let system = try EquationSystem(text, name: "threshold")
      let found = system.solution(at: [0, end / 2, end], solver: usual)
      let crossing = Double.logarithm((a - start) / (a - c)) / k
      for (time, state) in zip(found.times, found.states) {
        let expected =
          time < crossing
          ? a + (start - a) * Double.exponential(-k * time)
          : b <= c ? c : b + (c - b) * Double.exponential(-k * (time - crossing))
        #expect(
          abs(state[0] - expected) < 1e-4 * (1 + abs(expected)),
          "at \(time): \(state[0]), not \(expected) of\n\(text)")
      }
    }
  }
}
