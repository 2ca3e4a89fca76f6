import Graphs
import TestSupport
import Tensors
import Testing

struct BatchingTests {
  private let size = 3

  @Test(arguments: OperationCase.all)
  func `a batch is a loop`(_ operation: OperationCase) {
    let graph = operation.graph(.float64)
    let count = graph.parameters.count
    let single = (0..<count).map { place in (0..<count).map { $0 == place } }
    for marks in [Array(repeating: true, count: count), Array(repeating: false, count: count)]
      + single
    {
      expectLoop(graph, marks: marks) { operation.elements(seed: $0) }
    }
  }

  @Test func `gradients per place are a batched gradient`() {
    let operation = OperationCase.all.first { $0.name == "gated recurrence" }!
    let graph = operation.graph(.float64)
    let loss = trace(graph.parameterTypes) { [graph($0)[0].sum()] }
    expectLoop(loss.gradient(), marks: [true, false, true, false]) { operation.elements(seed: $0) }
  }

  @Test func `custom operations are applied place by place`() {
    let vector = TensorType([2], .float64)
    let graph = trace([vector, vector]) { ProductAndSine()($0) }
    expectLoop(graph, marks: [true, false]) { seed in
      var generator = SeededGenerator(seed: seed)
      return [generator.numbers(2), generator.numbers(2)]
    }
  }

  /// The batched graph against one run per place; shared parameters are those of the first.
  private func expectLoop(
    _ graph: Graph, marks: [Bool], elements: (_ seed: UInt64) -> [[Double]]
  ) {
    let rows = (0..<size).map { row in
      zip(marks, zip(elements(UInt64(row) + 1), elements(1))).map { $0 ? $1.0 : $1.1 }
    }
    let inputs = marks.indices.map { place in
      marks[place] ? rows.flatMap { $0[place] } : rows[0][place]
    }
    let batched = graph.batched(parameters: marks, size: size)
    let expected = rows.map { ReferenceInterpreter.run(graph, $0) }
    let joined = graph.outputs.indices.map { output in expected.flatMap { $0[output] } }
    // Only a sum over other axes may come in another order.
    #expect(relativeDistance(ReferenceInterpreter.run(batched, inputs), joined) < 1e-14)
  }
}
