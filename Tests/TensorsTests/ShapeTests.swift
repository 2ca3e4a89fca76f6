import Tensors
import Testing

struct ShapeTests {
  private func zeros(_ shape: Int...) -> Tensor { .zeros(shape) }

  @Test(
    arguments: [
      ([], [3], [3]), ([2, 3], [3], [2, 3]), ([2, 1], [1, 4], [2, 4]),
      ([4, 1, 2], [3, 1], [4, 3, 2]),
      ([0], [1], [0]), ([1, 1], [], [1, 1]),
    ] as [([Int], [Int], [Int])])
  func `shapes broadcast right-aligned`(_ a: [Int], _ b: [Int], _ result: [Int]) {
    #expect((Tensor.zeros(a) + Tensor.zeros(b)).shape == result)
    #expect((Tensor.zeros(b) .< Tensor.zeros(a)).shape == result)
    #expect(select(.zeros(a), .zeros(b), .zeros([])).shape == result)
  }

  @Test func `shapes that do not fit are refused`() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]) + Tensor.zeros([3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]) * Tensor.zeros([2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([3]).broadcast(to: [3, 2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).broadcast(to: [3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4]).reshaped([3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4]).reshaped([3, -1]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4]).sliced(2..<5, axis: 0) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4]).sum([1]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4, 2]).sum([0, -2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4, 2]).transposed([0, 0]) }
    await #expect(processExitsWith: .failure) {
      _ = matmul(Tensor.zeros([2, 3]), Tensor.zeros([2, 3]))
    }
    await #expect(processExitsWith: .failure) {
      _ = concatenate([Tensor.zeros([2, 3]), Tensor.zeros([2])], axis: 0)
    }
    await #expect(processExitsWith: .failure) {
      _ = convolution2D(.zeros([1, 4, 4, 2]), .zeros([3, 3, 1, 1]))
    }
    await #expect(processExitsWith: .failure) { _ = Tensor([1.0, 2, 3], shape: [2]) }
  }

  @Test func `scalar types do not mix by themselves`() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.zeros([2]) + Tensor.zeros([2], scalarType: .float64)
    }
    await #expect(processExitsWith: .failure) {
      _ = select(Tensor.zeros([2], scalarType: .float64), Tensor.zeros([2]), Tensor.zeros([2]))
    }
    #expect((Tensor([1.0]) + Tensor([1] as [Float]).converted(to: .float64)).scalarType == .float64)
  }

  @Test func `moves give the shapes they name`() {
    let x = zeros(2, 3, 4)
    #expect(x.reshaped([-1, 4]).shape == [6, 4])
    #expect(x.transposed().shape == [4, 3, 2])
    #expect(x.transposed([1, 2, 0]).shape == [3, 4, 2])
    #expect(x.at(1).shape == [3, 4])
    #expect(x.at(1, axis: -1).shape == [2, 3])
    #expect(x.expandingAxis(at: -1).shape == [2, 3, 4, 1])
    #expect(x.expandingAxis(at: 1).shape == [2, 1, 3, 4])
    #expect(x.split([1, 3], axis: 2).map(\.shape) == [[2, 3, 1], [2, 3, 3]])
    #expect(x.sliced(start: [0, 0, 1], limit: [2, 3, 4], stride: [1, 2, 2]).shape == [2, 2, 2])
    #expect(x.padded(low: [1, 0, 0], high: [0, 2, 0], interior: [0, 0, 1]).shape == [3, 5, 7])
    #expect(stack([x, x], axis: -1).shape == [2, 3, 4, 2])
    #expect(concatenate([x, x], axis: -2).shape == [2, 6, 4])
    #expect(oneHot(zeros(5), classes: 3).shape == [5, 3])
    #expect(x.gathered(zeros(7)).shape == [7, 3, 4])
    #expect(Tensor.scatterAdd(zeros(7, 2), at: zeros(7), count: 5).shape == [5, 2])
  }

  @Test func `reductions drop their axes or keep them with size 1`() {
    let x = zeros(2, 3, 4)
    #expect(x.sum().shape == [])
    #expect(x.sum([-1]).shape == [2, 3])
    #expect(x.mean([0, 2], keepingAxes: true).shape == [1, 3, 1])
    #expect(x.logSumExp([1]).shape == [2, 4])
    #expect(x.minimum([0]).shape == [3, 4])
    #expect(softmax(x, axis: 1).shape == [2, 3, 4])
  }

  @Test func `products broadcast their batch axes`() {
    #expect(matmul(zeros(5, 2, 3), zeros(3, 4)).shape == [5, 2, 4])
    #expect(matmul(zeros(2, 3), zeros(5, 3, 4)).shape == [5, 2, 4])
    #expect(matmul(zeros(6, 1, 2, 3), zeros(5, 3, 4)).shape == [6, 5, 2, 4])
    #expect(
      zeros(3, 2).matrixMultiplied(
        by: zeros(4, 3), transposingLeft: true, transposingRight: true
      ).shape == [2, 4])
    #expect(
      convolution2D(zeros(2, 7, 6, 3), zeros(3, 3, 3, 8), stride: 2, padding: 1).shape
        == [2, 4, 3, 8])
  }

  @Test func `numbers stay numbers through shapes`() {
    let x = Tensor(repeating: 0.5, shape: [2, 1])
    guard case .splat(0.5) = x.broadcast(to: [3, 2, 4]).reshaped([24]).operation else {
      Issue.record("a broadcast number became \(x.broadcast(to: [3, 2, 4]).operation)")
      return
    }
  }

  @Test func `concrete tensors give their elements back`() {
    #expect(Tensor(rows: [[1.0, 2], [3, 4]]).storage?.elements(as: Double.self) == [1, 2, 3, 4])
    #expect(Tensor([1, 2] as [Float]).storage?.doubles == [1, 2])
    #expect(Tensor.ones([2, 2]).storage?.elements(as: Float.self) == [1, 1, 1, 1])
    #expect(Tensor([Double](), shape: [0, 3]).storage?.doubles == [])
    #expect((Tensor([1.0]) + 1).storage == nil)
  }

  @Test func `long chains are released without recursion`() {
    // A recursive release overflows the stack between 30,000 and 50,000 links.
    var x = Tensor([1.0])
    for _ in 0..<200_000 { x = sin(x) + x }
    #expect(x.shape == [1])
  }
}
