import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct SplittingTests {
  /// Time, state, weight and bias → a perceptron with a nonlinear second half.
  private static let graph = trace([
    TensorType([], .float64), TensorType([3, 4], .float64), TensorType([4, 4], .float64),
    TensorType([4], .float64),
  ]) { arguments in
    let hidden = tanh(matmul(arguments[1], arguments[2]) + arguments[3])
    let gate = relu(matmul(hidden, arguments[2]) + arguments[3])
    return [gate * square(hidden) + arguments[0]]
  }

  @Test func `the parts together are the product, and only expensive values pass between them`()
    throws
  {
    let graph = Self.graph
    let split = try #require(
      graph.splitProduct(wrt: [1, 2, 3], fixed: [2, 3], simplify: { $0.simplified() }))
    // tanh's result and the second layer's sum; squares, masks and transposes are made again.
    #expect(split.keptTypes == [TensorType([3, 4], .float64), TensorType([3, 4], .float64)])
    let inputs = graph.parameterTypes.enumerated().map { place, type in
      (0..<type.count).map { Double(($0 * 7 + place * 3) % 11) / 11 - 0.4 }
    }
    let cotangent = (0..<12).map { Double($0 % 5) - 2 }
    let whole = graph.vjp(wrt: [1, 2, 3], includingOutputs: true)
    let expected = ReferenceInterpreter.run(whole, inputs + [cotangent])
    let first = ReferenceInterpreter.run(split.forward, inputs)
    let second = ReferenceInterpreter.run(split.backward, inputs + [cotangent] + first.dropFirst())
    #expect(first[0] == expected[0])
    #expect(relativeDistance(second, Array(expected.dropFirst())) < 1e-14)
  }

  @Test func `a linear function leaves nothing worth keeping`() {
    let linear = trace([TensorType([3, 4], .float64), TensorType([4, 4], .float64)]) {
      [matmul($0[0], $0[1])]
    }
    #expect(linear.splitProduct(wrt: [0, 1], fixed: [1], simplify: { $0.simplified() }) == nil)
  }
}
