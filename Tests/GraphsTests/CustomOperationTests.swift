import Graphs
import TestSupport
import Tensors
import Testing

struct CustomOperationTests {
  private let types = [TensorType([3], .float64), TensorType([3], .float64)]
  private let inputs = [[0.5, -1, 2], [3, 0.25, -1]]

  @Test func `its rules are used in both modes and beyond`() {
    let graph = trace(types) { x in
      let results = ProductAndSine()([x[0], exp(x[1])])
      return [(results[0] * results[1]).sum()]
    }
    let plain = trace(types) { x in [(x[0] * exp(x[1]) * sin(x[0])).sum()] }
    for transform: (Graph) -> Graph in [
      { $0 }, { $0.gradient() }, { $0.gradient().vjp() }, { $0.gradient().jvp() },
    ] {
      let (a, b) = (transform(graph), transform(plain))
      var generator = SeededGenerator(seed: 1)
      let arguments = inputs + b.parameterTypes.dropFirst(2).map { generator.numbers($0.count) }
      // The same products in another order.
      let distance = relativeDistance(
        ReferenceInterpreter.run(a, arguments), ReferenceInterpreter.run(b, arguments))
      #expect(distance < 1e-14)
    }
  }

  @Test func `a result that nothing needs has no cotangent`() {
    let graph = trace(types) { [ProductAndSine()($0)[1].sum()] }
    #expect(ReferenceInterpreter.run(graph.gradient(wrt: [1]), inputs) == [[0, 0, 0]])
  }

  @Test func `only operations with an identity are merged`() {
    for isMergeable in [false, true] {
      let operation = ProductAndSine(isMergeable: isMergeable)
      let graph = trace(types) { [operation($0)[0] + operation($0)[1]] }.simplified()
      #expect(graph.instructions.count == (isMergeable ? 4 : 5))
    }
  }
}
