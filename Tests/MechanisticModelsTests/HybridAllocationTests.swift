import NumericCore
import CAllocations
import Integrators
import MechanisticModels
import Testing

/// What a hybrid solve allocates depends on the number of its pieces, not on that of its steps.
@Suite(.enabled(if: allocations_are_counted() && !_isDebugAssertConfiguration()))
struct HybridAllocationTests {
  private static let models = [
    "x' = -x + if(mod(t, 10) < 4, 3*sin(40*t), 0)\nx(0) = 1",
    "x' = -x + sin(40*t)\nx(0) = 1\ndose 5 into x at 1 every 7\ndose 4 into x at 3 over 2",
    "h' = v\nv' = -9.81 + sin(40*t)\nn' = 0\nh(0) = 1\nv(0) = 0\nn(0) = 0\nevent h < 0: v = 5, n = n + 1",
    "a' = b\nb' = -a\nc' = d\nd' = -c + max(a, 0.9)*cos(40*t)\ne' = a - e\na(0) = 1\nb(0) = 0\nc(0) = 0\nd(0) = 0\ne(0) = 0",
    "x' = u - x + sin(40*t)\ninput u\nx(0) = 1",
  ]

  @Test(arguments: models, [ODEMethod.tsitouras5.name, ODEMethod.verner6.name])
  func `steps of a hybrid solve allocate nothing`(_ text: String, _ method: String) throws {
    let system = try EquationSystem(text, name: "hybrid")
    let method = try #require(ODEMethod.named(method))
    let signal = InputSignal(times: [0, 5, 11, 20], values: [1, 3, -1, 0])
    func solve(_ tolerance: Double) -> (steps: Int, allocations: Int) {
      let solver = ODESolver(
        method: method,
        control: .proportionalIntegral(Tolerance(relative: tolerance, absolute: tolerance)))
      allocations_begin()
      let solution = system.solution(
        at: [0, 20], inputs: system.inputs.isEmpty ? [:] : ["u": signal], solver: solver)
      let count = allocations_end()
      #expect(solution.status == .completed)
      return (solution.statistics.acceptedSteps, count)
    }
    _ = solve(1e-4)
    let (few, many) = (solve(1e-4), solve(1e-10))
    #expect(many.steps > 3 * few.steps)
    // The allocator's own structures and lists of events may differ by a few; one an attempt would be thousands.
    #expect(many.allocations - few.allocations < (many.steps - few.steps) / 20)
  }
}
