import Graphs
import Tensors
import Testing

struct VerifierTests {
  @Test func `a result of the wrong shape is refused`() async {
    await #expect(processExitsWith: .failure) {
      _ = trace([TensorType([2, 3], .float32)]) { x in
        [Tensor(.transpose([1, 0]), x, TensorType([2, 3], .float32))]
      }
    }
    await #expect(processExitsWith: .failure) {
      _ = trace([TensorType([2, 3], .float32)]) { x in
        [Tensor(.slice(start: [1, 0], stride: [1, 1]), x, TensorType([2, 3], .float32))]
      }
    }
  }

  @Test func `operands of different types are refused`() async {
    await #expect(processExitsWith: .failure) {
      _ = trace([TensorType([2], .float32), TensorType([2], .float64)]) { x in
        [Tensor(.binary(.add), x, TensorType([2], .float32))]
      }
    }
  }

  @Test func `arguments of the wrong type are refused`() async {
    await #expect(processExitsWith: .failure) {
      let graph = trace([TensorType([2], .float32)]) { $0 }
      _ = graph([Tensor([1.0, 2])])
    }
  }
}
