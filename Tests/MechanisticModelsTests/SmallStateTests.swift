import Platform
import NumericCore
import Integrators
import MechanisticModels
import Testing

@Suite struct SmallStateTests {
  private let usual = ODESolver(
    control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-9)))

  /// `a + b → …` from `1 : 2` at a size, with the closed form.
  @Test(arguments: [1.0, 1e-5, 1e-9, 1e-12, 1e-20])
  func `a state of any size is solved to the relative tolerance`(_ size: Double) throws {
    let text = "a' = -k*a*b\nb' = -k*a*b\nk = \(1 / size)\na(0) = \(size)\nb(0) = \(2 * size)"
    let system = try EquationSystem(text, name: "reaction")
    var solver = usual
    var solution = system.solution(at: [0, 1, 2], solver: solver)
    var count = 0
    while let finer = solver.resolving(solution), count < 4 {
      solver = finer
      solution = system.solution(at: [0, 1, 2], solver: solver)
      count += 1
    }
    #expect(count < 4 && (size < 1e-6) == (count > 0))
    for (time, state) in zip(solution.times, solution.states) {
      let exact = size / (2 * Double.exponential(time) - 1)
      // A relative tolerance of 1e-6 a step, and of 1e-3 for what is a thousandth of its largest value.
      #expect(abs(state[0] - exact) < 1e-4 * size, "at \(time): \(state[0]), not \(exact)")
    }
  }

  @Test func `a state that is zero, and equal steps, need no tolerance`() throws {
    let system = try EquationSystem("x' = -x\ny' = 0\nx(0) = 1\ny(0) = 0", name: "zero")
    #expect(usual.resolving(system.solution(at: [0, 1], solver: usual)) == nil)
    let fixed = ODESolver(control: .fixed(0.1))
    let small = try EquationSystem("x' = -x\nx(0) = 1e-15", name: "small")
    #expect(fixed.resolving(small.solution(at: [0, 1], solver: fixed)) == nil)
  }
}
