import NumericCore
import CAllocations
import Graphs
import Programs
import Transforms
import TestSupport
import Tensors
import Testing

/// A field and its vector–Jacobian product allocate nothing once they have run.
@Suite(.enabled(if: allocations_are_counted()))
struct AllocationTests {
  /// The field of the benchmark workload W1: 2-50-2 on 20 rows.
  private var field: Graph {
    let shapes = [[20, 2], [2, 50], [50], [50, 2], [2]]
    return trace(shapes.map { TensorType($0, .float32) }) { x in
      [
        CubicMLPField(w1: x[1], b1: x[2], w2: x[3], b2: x[4])(
          Tensor.zeros([], scalarType: .float32), x[0])
      ]
    }
  }

  private func allocations(of graph: Graph, runs: Int) -> Int {
    let program = Program(graph, invariant: [1, 2, 3, 4])
    let workspace = Workspace(program)
    let inputs = graph.parameterTypes.enumerated().map { place, type in
      Storage(RandomKey(UInt64(place)).normal(type.count, as: Float.self), shape: type.shape)
    }
    let outputs = graph.outputTypes.map { type in
      Storage([Float](repeating: 0, count: type.count), shape: type.shape)
    }
    for (place, input) in inputs.enumerated() { workspace.setParameter(place, input.bytes) }
    for (place, output) in outputs.enumerated() {
      workspace.setOutput(place, output.mutableBytes)
    }
    return withExtendedLifetime((inputs, outputs)) {
      workspace.prepare()
      workspace.run()
      allocations_begin()
      for _ in 0..<runs {
        workspace.prepare()
        workspace.run()
      }
      return allocations_end()
    }
  }

  @Test func `the counter counts`() {
    allocations_begin()
    let array = [Int](repeating: 1, count: 1000)
    let count = allocations_end()
    #expect(count >= 1 && array.count == 1000)
  }

  @Test func `a field allocates nothing`() {
    #expect(allocations(of: field, runs: 100) == 0)
  }

  @Test func `its vector–Jacobian product allocates nothing`() {
    #expect(allocations(of: field.vjp(includingOutputs: true), runs: 100) == 0)
  }
}
