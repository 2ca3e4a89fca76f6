import NumericCore
import Integrators
import MechanisticModels
import Testing

private let tight = ODESolver(
  method: .verner6,
  // Crossings are located on the interpolants, whose error small steps keep below the tolerance.
  control: .proportionalIntegral(
    Tolerance(relative: 1e-13, absolute: 1e-13), largestStep: 0.01))

private struct JumpCase: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var times: [Double] = [0, 0.7, 1.3, 2, 3, 4.5]
  var doses = DoseSchedule()
  var testDescription: String { name }
}

private let cases = [
  JumpCase(
    name: "a lag of absorption",
    text: """
      gut' = -ka*gut*heaviside(t - lag)
      blood' = ka*gut*heaviside(t - lag) - ke*blood
      ka = 1.2
      ke = 0.3
      lag = 0.45
      gut(0) = 10
      blood(0) = 0
      """),
  JumpCase(
    name: "a pulse with moving flanks",
    text: "x' = -x + h*(heaviside(t - a) - heaviside(t - a - w))\nh = 3\na = 0.4\nw = 0.5\nx(0) = 1"
  ),
  JumpCase(
    name: "a schedule of a period",
    text: "x' = if(mod(t, p) < d, r, 0) - k*x\np = 0.91\nd = 0.31\nr = 2\nk = 0.5\nx(0) = 0.2"),
  JumpCase(
    name: "a root of a sine",
    text: "x' = heaviside(sin(w*t) - c) - 0.3*x\nw = 3.1\nc = 0.2\nx(0) = 1"),
  JumpCase(
    name: "a threshold of the state",
    text: "x' = if(x < c, 2, 0.4) - k*x\nc = 0.9\nk = 0.3\nx(0) = 0.1"),
  JumpCase(
    name: "a minimum and an absolute value",
    text: "x' = min(a, 2 - x) + 0.1*abs(x - b)\na = 0.9\nb = 0.8\nx(0) = 0.1"),
  JumpCase(
    name: "a bouncing ball",
    text: "h' = v\nv' = -g\ng = 9.81\nr = 0.8\nh0 = 1\nh(0) = h0\nv(0) = 0\nevent h < 0: v = -r*v",
    times: [0, 0.3, 0.7, 1.1, 1.5]),
  JumpCase(
    name: "a reset that depends on everything",
    text:
      "x' = a*x\ny' = x\na = 0.7\nc = 2.1\ns = 0.3\nx(0) = 0.5\ny(0) = 0\nevent x > c: x = s*t + 0.1*y, y = y - s"
  ),
  JumpCase(
    name: "hysteresis",
    text:
      "x' = 2*on - 0.5*x\non' = 0\nhigh = 1.2\nlow = 0.7\nx(0) = 0.1\non(0) = 1\nevent x > high: on = 0\nevent x < low: on = 1"
  ),
  JumpCase(
    name: "doses with lag, fraction and duration",
    text:
      "depot' = -ka*depot\nc' = ka*depot - k*c\nka = 1.1\nk = 0.3\ntlag = 0.25\nF = 0.7\ndur = 0.6\nd = 10\ndepot(0) = 0\nc(0) = 0\ndose d into depot at 0.1 every 1.1 count 3 lag tlag bioavailability F\ndose 3*d into c at 0.35 over dur lag tlag\ndose d into c at 2.2 rate 9 bioavailability F"
  ),
  JumpCase(
    name: "dose times of parameters",
    text:
      "c' = -k*c\nk = 0.6\nfirst = 0.3\ngap = 0.77\nc(0) = 1\ndose 2 into c at first every gap until 4"
  ),
  JumpCase(
    name: "a table of doses",
    text:
      "depot' = -ka*depot\nc' = ka*depot - k*c\nka = 1.1\nk = 0.3\ntlag = 0.25\nF = 0.7\ndepot(0) = 0\nc(0) = 0\nlag(depot) = tlag\nbioavailability(depot) = F",
    doses: DoseSchedule([
      Dose(of: 10, into: "depot", at: 0.1, repeating: .init(every: 1.1, additional: 2)),
      Dose(of: 10, into: "depot", at: 0.4, .duration(0.5)),
      Dose(of: 6, into: "depot", at: 0.9, .rate(7)),
    ])),
  JumpCase(
    name: "sliding along a threshold", text: "x' = -0.4*x + h*(x < c)\nh = 2\nc = 1.3\nx(0) = 0.2"),
  JumpCase(
    name: "dry friction",
    text: "v' = f*sin(t) - m*sign(v)\nx' = v\nf = 1.6\nm = 0.9\nv(0) = 0.4\nx(0) = 0",
    times: [0, 0.2, 1.1, 2, 3, 4.5]),
  JumpCase(
    name: "a rate by period, at the times of the data",
    text: "x' = -a*x\na = a1 + (a2 - a1)*heaviside(t - 2)\na1 = 1.1\na2 = 0.5\nx(0) = 1"),
  JumpCase(
    name: "an event that a dose causes",
    text:
      "x' = -k*x\nk = 0.4\nc = 3\nx(0) = 1\ndose 4 into x at 1.5\nevent x > c: x = 0.5*x + 0.1*c"),
]

@Suite struct JumpSensitivityTests {
  @Test(arguments: cases)
  fileprivate func `derivatives across jumps are those of central differences`(_ item: JumpCase)
    throws
  {
    let system = try EquationSystem(item.text, name: item.name)
    let parameters = system.defaultParameters
    let sensitivity = SensitivitySystem(
      system, unknowns: parameters.indices.map { .parameter($0) },
      observables: system.states.indices.map { .state($0) })
    let found = sensitivity.solution(
      of: system, at: item.times, parameters: parameters, doses: item.doses, solver: tight)
    let plain = system.solution(at: item.times, doses: item.doses, solver: tight)
    let n = system.states.count
    #expect(found.states.count == item.times.count && plain.states.count == item.times.count)
    for (time, state) in found.states.enumerated() {
      for place in 0..<n { #expect(abs(state[place] - plain.states[time][place]) < 1e-9) }
    }
    for place in parameters.indices {
      let step = 1e-5
      let states = [-step, step].map { change -> [[Double]] in
        var moved = parameters
        moved[place] += change
        return system.solution(
          at: item.times, parameters: moved, doses: item.doses, solver: tight
        ).states
      }
      for (row, time) in item.times.enumerated() {
        for state in 0..<n {
          let difference = (states[1][row][state] - states[0][row][state]) / (2 * step)
          let slope = found.slopes[row][place * n + state]
          // Truncation of order 1e-10 times the third derivative, rounding of the solves 1e-12 / 1e-5.
          #expect(
            abs(slope - difference) <= 1e-6 * (1 + abs(difference)),
            "\(system.states[state].name) by \(system.parameters[place].name) at \(time): \(slope), not \(difference)"
          )
        }
      }
    }
  }
}
