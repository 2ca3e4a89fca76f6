import Graphs
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

/// The executor against the reference interpreter, which shares no code with it.
struct ExecutorTests {
  private func run(
    _ graph: Graph, _ elements: [[Double]], _ scalar: ScalarType, invariant: Set<Int> = []
  ) -> [[Double]] {
    let inputs = zip(elements, graph.parameterTypes).map { values, type in
      type.scalar == .float32
        ? Storage(values.map { Float($0) }, shape: type.shape) : Storage(values, shape: type.shape)
    }
    return Program(graph, invariant: invariant)(inputs).map(\.doubles)
  }

  private func expectClose(
    _ ours: [[Double]], _ reference: [[Double]], tolerance: Double, _ name: String
  ) {
    for (a, b) in zip(ours, reference) {
      #expect(a.count == b.count)
      let scale = b.map { Swift.abs($0) }.max() ?? 0
      for (x, y) in zip(a, b) where !(x == y || (x.isNaN && y.isNaN)) {
        #expect(Swift.abs(x - y) <= tolerance * Swift.max(1, scale), "\(name): \(x) and \(y)")
      }
    }
  }

  @Test(arguments: OperationCase.all)
  func `float64 programs give the reference's values`(_ operation: OperationCase) {
    let graph = operation.graph(.float64)
    let elements = operation.elements()
    // A few hundred roundings of relative size 2⁻⁵³ each, the longest chains being sums of some hundred terms.
    expectClose(
      run(graph, elements, .float64), ReferenceInterpreter.run(graph, elements), tolerance: 1e-13,
      operation.name)
  }

  @Test(arguments: OperationCase.all)
  func `float32 programs give the reference's values`(_ operation: OperationCase) {
    let graph = operation.graph(.float32)
    let elements = operation.elements()
    // The same in roundings of 2⁻²⁴.
    expectClose(
      run(graph, elements, .float32), ReferenceInterpreter.run(graph, elements), tolerance: 3e-5,
      operation.name)
  }

  @Test(arguments: OperationCase.all)
  func `gradients run as well`(_ operation: OperationCase) {
    let graph = operation.graph(.float64).vjp(wrt: operation.differentiable)
    let cotangents = graph.parameterTypes.dropFirst(operation.inputs.count).enumerated().map {
      type in (0..<type.element.count).map { Double(($0 * 7 + type.offset) % 5) - 1.75 }
    }
    let elements = operation.elements() + cotangents
    // The reference keeps doubles where a program converts to float32.
    let isDouble = graph.types.allSatisfy { $0.scalar == .float64 }
    expectClose(
      run(graph, elements, .float64), ReferenceInterpreter.run(graph, elements),
      tolerance: isDouble ? 1e-12 : 1e-7, operation.name)
  }

  @Test(arguments: OperationCase.all)
  func `invariant parameters change nothing`(_ operation: OperationCase) {
    let graph = operation.graph(.float64)
    let elements = operation.elements()
    let plain = run(graph, elements, .float64)
    for place in operation.inputs.indices {
      #expect(run(graph, elements, .float64, invariant: [place]) == plain, "\(operation.name)")
    }
    #expect(run(graph, elements, .float64, invariant: Set(operation.inputs.indices)) == plain)
  }

  @Test func `accumulating outputs add to their memory`() {
    let types = [TensorType([3, 4], .float64), TensorType([4, 2], .float64)]
    let graph = trace(types) { [matmul($0[0], $0[1]), $0[0].sum([0]), tanh($0[0]), $0[0]] }
    let elements = types.map { type in (0..<type.count).map { Double($0) * 0.25 - 1 } }
    let plain = run(graph, elements, .float64)
    let program = Program(graph, accumulating: [0, 1, 2, 3])
    let workspace = Workspace(program)
    let inputs = zip(elements, types).map { Storage($0, shape: $1.shape) }
    let outputs = graph.outputTypes.map {
      Storage([Double](repeating: 2, count: $0.count), shape: $0.shape)
    }
    for (i, input) in inputs.enumerated() { workspace.setParameter(i, input.bytes) }
    for (i, output) in outputs.enumerated() { workspace.setOutput(i, output.mutableBytes) }
    withExtendedLifetime(inputs) {
      workspace.prepare()
      workspace.run()
    }
    for (ours, reference) in zip(outputs, plain) {
      #expect(
        zip(ours.doubles, reference).allSatisfy { Swift.abs($0 - $1 - 2) < 1e-12 },
        "\(ours.doubles) \(reference)")
    }
  }

  @Test func `an output may be a parameter, and the same value may come out twice`() {
    let graph = trace([TensorType([3], .float64)]) {
      [$0[0], $0[0] * 2, $0[0] * 2, $0[0].reshaped([3, 1])]
    }
    let out = run(graph, [[1, 2, 3]], .float64)
    #expect(out == [[1, 2, 3], [2, 4, 6], [2, 4, 6], [1, 2, 3]])
  }
}
