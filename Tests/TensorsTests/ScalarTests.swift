import Programs
import Transforms
import Tensors
import Testing

/// Tensors with Swift numbers, elements by index, their text, and trees as vectors.
struct ScalarTests {
  private let x = Tensor([1, -2, 3] as [Double])

  @Test func `numbers of every type mix with tensors`() {
    let two: Float = 2
    #expect((x * two).values == (x * 2).values && (two * x).values == [2, -4, 6])
    #expect((x + two).values == [3, 0, 5] && (two - x).values == [1, 4, -1])
    #expect((x / two).values == [0.5, -1, 1.5] && (two / x).values == [2, -1, 2.0 / 3])
    #expect((x - two).values == [-1, -4, 1] && (two + x).values == [3, 0, 5])
    #expect(max(x, 0).values == [1, 0, 3] && max(0, x).values == [1, 0, 3])
    #expect(min(x, 2).values == [1, -2, 2] && min(2, x).values == [1, -2, 2])
    #expect((x .>= 1).values == [1, 0, 1] && (x .<= 1).values == [1, 1, 0])
    #expect((x .== 3).values == [0, 0, 1])
  }

  @Test func `whole numbers become tensors that hold them exactly`() async {
    let labels: [Int32] = [0, 2, 1]
    #expect(Tensor(labels).values == [0, 2, 1] && Tensor(labels).scalarType == .float32)
    #expect(Tensor([1, 2, 3, 4], shape: [2, 2]).shape == [2, 2])
    #expect(Tensor([(1 << 24) + 1], scalarType: .float64).values == [16_777_217])
    await #expect(processExitsWith: .failure) { _ = Tensor([(1 << 24) + 1]) }
  }

  @Test func `indices drop leading axes and ranges keep them`() {
    let m = Tensor((0..<12).map(Double.init), shape: [2, 3, 2])
    #expect(m[1].shape == [3, 2] && m[1].values == [6, 7, 8, 9, 10, 11])
    #expect(m[1, 2].values == [10, 11] && m[-1, -1, 0].values == [10])
    #expect(m[0, 1, 1].shape == [] && m[0, 1, 1].values == [3])
    #expect(m[1..<2].shape == [1, 3, 2] && m[0...].values == m.values)
    #expect(m[..<1].values == m[0].values && m[1...].values == m[1].values)
  }

  @Test func `a tensor prints its values, and an expression its type`() {
    #expect(
      "\(Tensor([[1, 2.5], [3, -0.1]].flatMap(\.self), shape: [2, 2]))"
        == "Tensor(f64[2,2], [[1, 2.5], [3, -0.1]])")
    #expect("\(Tensor((0..<20).map(Float.init)))" == "Tensor(f32[20], [0, 1, 2, …, 17, 18, 19])")
    #expect("\(Tensor(repeating: 2, shape: []))" == "Tensor(f32[], 2)")
    #expect("\(Tensor([Double]()))" == "Tensor(f64[0], [])")
    #expect("\(x + 1)" == "Tensor(f64[3], not evaluated)")
    #expect("\((x + 1).evaluated())" == "Tensor(f64[3], [2, -1, 4])")
  }

  @Test func `trees are vectors`() {
    let a = [Tensor([1, 2] as [Double]), Tensor([3] as [Double])]
    let b = [Tensor([10, 20] as [Double]), Tensor([30] as [Double])]
    func values(_ tree: [Tensor]) -> [[Double]] { tree.map(\.values) }
    #expect(values(a.adding(b)) == [[11, 22], [33]])
    #expect(values(b.subtracting(a)) == [[9, 18], [27]])
    #expect(values(a.adding(-2, times: b)) == [[-19, -38], [-57]])
    #expect(values(a.multiplied(by: 0.5)) == [[0.5, 1], [1.5]])
    #expect(a.dot(b).values == [140])
  }
}
