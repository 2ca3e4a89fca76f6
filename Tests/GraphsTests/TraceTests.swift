import Graphs
import Tensors
import TestSupport
import Testing

struct TraceTests {
  private let scalar = TensorType([], .float64)

  @Test func `a captured leaf of another trace is refused`() async {
    await #expect(processExitsWith: .failure) {
      let scalar = TensorType([], .float64)
      _ = trace([scalar]) { outer in trace([scalar]) { [$0[0] * outer[0]] }(outer) }
    }
  }

  @Test func `long chains are traced and released without recursion`() {
    // A recursive release overflows the stack between 30,000 and 50,000 links.
    let graph = trace([scalar]) { leaves in
      var x = leaves[0]
      for _ in 0..<200_000 { x = sin(x) }
      return [x]
    }
    #expect(graph.instructions.count == 200_001)
    let gradient = graph.gradient()
    #expect(gradient.instructions.count > 400_000)
  }

  @Test func `a wide fan of one value is traced once`() {
    let graph = trace([scalar]) { leaves in
      var x = leaves[0]
      // 2⁶⁰ paths, 60 nodes.
      for _ in 0..<60 { x = x + x }
      return [x]
    }
    #expect(graph.instructions.count == 61)
    #expect(ReferenceInterpreter.run(graph.gradient(), [[1]]) == [[0x1p60]])
  }

  @Test func `a parameter may be an output, twice`() {
    let graph = trace([scalar, scalar]) { [$0[1], $0[1]] }
    #expect(ReferenceInterpreter.run(graph.vjp(), [[1], [2], [3], [4]]) == [[2], [2], [0], [7]])
  }
}
