import Adjoints
import Integrators
import Programs
import Transforms
import Tensors
import Testing

@Suite struct ConstantFieldTests {
  /// A network is constant before it is trained: its solve must not be searched for pulses.
  @Test(arguments: [0.0, 1.5])
  func `a flow of a constant field takes few steps`(slope: Double) {
    let flow = Flow(
      of: ClosureField { _, z in Tensor.zeros(like: z) + slope },
      solver: ODESolver(method: .tsitouras5))
    let result = flow(Tensor([1.0, 2], shape: [2, 1]), at: [0, 10])
    let evaluations = result.statistics?.values.first ?? .infinity
    #expect(evaluations < 100)
    #expect(abs(result.final.values[1] - (2 + 10 * slope)) < 1e-12)
  }
}
