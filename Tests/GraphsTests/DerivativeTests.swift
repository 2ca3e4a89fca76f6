import Graphs
import Tensors
import TestSupport
import Testing

struct DerivativeTests {
  /// Random numbers shaped like a graph's outputs or parameters.
  static func numbers(_ types: [TensorType], seed: UInt64) -> [[Double]] {
    var generator = SeededGenerator(seed: seed)
    return types.map { generator.numbers($0.count) }
  }

  @Test(arguments: OperationCase.all.filter(\.agreesWithDifferences))
  func `vector-Jacobian products equal central differences`(_ operation: OperationCase) {
    let graph = operation.graph(.float64)
    let inputs = operation.elements()
    let weights = Self.numbers(graph.outputTypes, seed: 2)
    let wrt = operation.differentiable
    let gradients = ReferenceInterpreter.run(
      graph.vjp(wrt: wrt, includingOutputs: false), inputs + weights)
    let differences = wrt.map {
      Differences.gradient(of: graph, weights: weights, at: inputs, parameter: $0)
    }
    // Step 4e-4: truncation 2.6e-14 / 30 × f⁽⁵⁾ (up to 1e4 here), rounding 2e-16 × 1e2 / 4e-4 = 5e-11.
    #expect(relativeDistance(gradients, differences) < 1e-9)
  }

  @Test(arguments: OperationCase.all)
  func `forward and reverse mode are adjoint`(_ operation: OperationCase) {
    let graph = operation.graph(.float64)
    let inputs = operation.elements()
    let wrt = operation.differentiable
    let v = Self.numbers(wrt.map { graph.parameterTypes[$0] }, seed: 3)
    let w = Self.numbers(graph.outputTypes, seed: 4)
    let forward = ReferenceInterpreter.run(graph.jvp(wrt: wrt), inputs + v)
    let reverse = ReferenceInterpreter.run(graph.vjp(wrt: wrt), inputs + w)
    let values = ReferenceInterpreter.run(graph, inputs)
    let count = graph.outputs.count
    #expect(Array(forward.prefix(count)) == values)
    #expect(Array(reverse.prefix(count)) == values)
    let jv = Array(forward.dropFirst(count))
    let scale = zip(jv.joined(), w.joined()).reduce(1) { $0 + abs($1.0 * $1.1) }
    // Both are sums of the same few hundred products in another order.
    #expect(abs(dot(jv, w) - dot(v, Array(reverse.dropFirst(count)))) <= 1e-13 * scale)
  }

  /// `Σ c · f²`, a scalar whose Hessian is not zero even where `f` is linear.
  private func loss(_ operation: OperationCase) -> Graph {
    let graph = operation.graph(.float64)
    let weights = Self.numbers(graph.outputTypes, seed: 5)
    return trace(graph.parameterTypes) { x in
      let terms = zip(graph(x), weights).map { output, c in
        (Tensor(c, shape: output.shape) * square(output)).sum()
      }
      return [terms.dropFirst().reduce(terms[0], +)]
    }
  }

  @Test(arguments: OperationCase.all)
  func `every order of differentiation gives the same Hessian`(_ operation: OperationCase) {
    let wrt = operation.differentiable
    let loss = loss(operation)
    let inputs = operation.elements()
    let types = wrt.map { loss.parameterTypes[$0] }
    let v = Self.numbers(types, seed: 6)
    let u = Self.numbers(types, seed: 7)
    let gradient = loss.gradient(wrt: wrt)
    func inner(_ a: [Tensor], _ b: [Tensor]) -> Tensor {
      zip(a, b).reduce(Tensor.zeros([], scalarType: .float64)) { $0 + ($1.0 * $1.1).sum() }
    }
    let count = loss.parameters.count

    let forwardOverReverse = gradient.jvp(wrt: wrt, includingOutputs: false)
    let reverseOverReverse = trace(loss.parameterTypes + types) { x in
      [inner(gradient(Array(x.prefix(count))), Array(x.dropFirst(count)))]
    }.gradient(wrt: wrt)
    let reverseOverForward = loss.jvp(wrt: wrt, includingOutputs: false).gradient(wrt: wrt)
    let viaPullback = gradient.vjp(wrt: wrt, includingOutputs: false)
    let forwardOverForward = loss.jvp(wrt: wrt, includingOutputs: false)
      .jvp(wrt: wrt, includingOutputs: false)

    let hv = ReferenceInterpreter.run(forwardOverReverse, inputs + v)
    // Second derivatives of these cases stay below 1e4; the orders of summation differ.
    for other in [reverseOverReverse, reverseOverForward, viaPullback] {
      #expect(relativeDistance(ReferenceInterpreter.run(other, inputs + v), hv) < 1e-12)
    }
    let uhv = ReferenceInterpreter.run(forwardOverForward, inputs + v + u)
    let scale = zip(u.joined(), hv.joined()).reduce(1) { $0 + abs($1.0 * $1.1) }
    #expect(abs(uhv[0][0] - dot(u, hv)) < 1e-12 * scale)

    guard operation.agreesWithDifferences else { return }
    let differences = wrt.map {
      Differences.gradient(of: gradient, weights: v, at: inputs, parameter: $0)
    }
    // As for first derivatives; the gradients are up to a hundred times larger than the values.
    #expect(relativeDistance(hv, differences) < 1e-8)
  }

  @Test func `third derivatives of tanh come out`() {
    var graph = trace([TensorType([], .float64)]) { [tanh($0[0])] }
    for _ in 0..<3 { graph = graph.gradient() }
    let x = 0.7
    let y = ReferenceInterpreter.run(trace([TensorType([], .float64)]) { [tanh($0[0])] }, [[x]])[0][
      0]
    let expected = (1 - y * y) * (6 * y * y - 2)
    // A dozen roundings.
    #expect(abs(ReferenceInterpreter.run(graph, [[x]])[0][0] - expected) < 1e-14)
  }

  @Test func `an inner derivative does not see the outer one`() {
    // d/dx [x · d/dy (x + y)] = 1: the inner derivative is 1 for every x.
    let scalar = TensorType([], .float64)
    let inner = trace([scalar, scalar]) { [$0[0] + $0[1]] }.gradient(wrt: [1])
    let outer = trace([scalar]) { [$0[0] * inner([$0[0], $0[0]])[0]] }
    #expect(ReferenceInterpreter.run(outer.gradient(), [[3]]) == [[1]])
  }

  @Test func `only chosen parameters are visited`() {
    let matrix = TensorType([4, 4], .float32)
    let graph = trace([matrix, matrix, matrix]) { [matmul(matmul($0[0], $0[1]), $0[2])] }
    let vjp = graph.vjp(wrt: [2], includingOutputs: false)
    let products = vjp.instructions.filter {
      if case .matrixMultiply = $0.operation { true } else { false }
    }
    // The product that is the other factor, and the cotangent.
    #expect(products.count == 2)
  }

  @Test func `no derivative passes a stop`() {
    let x = [[3.0], [5.0]]
    let vector = TensorType([1], .float64)
    let graph = trace([vector, vector]) { [stopGradient($0[0] * $0[1]) * $0[0]] }
    #expect(ReferenceInterpreter.run(graph.gradient(), x) == [[15], [0]])
  }

  @Test func `derivatives at corners are finite`() {
    let vector = TensorType([3], .float64)
    let x = [[-1.0, 0, 2]]
    func gradient(_ f: @escaping (Tensor) -> Tensor) -> [Double] {
      ReferenceInterpreter.run(trace([vector]) { [f($0[0]).sum()] }.gradient(), x)[0]
    }
    #expect(gradient { relu($0) } == [0, 0, 1])
    #expect(gradient { pow($0, 5) } == [5, 0, 80])
    #expect(gradient { pow($0, 2.0) } == [-2, 0, 4])
    #expect(gradient { max($0, -$0) } == [-1, 0, 1])
    #expect(gradient { elu($0) }[1...] == [1, 1])
    // Ties of a maximum share equally.
    let tied = trace([vector]) { [$0[0].maximum()] }.gradient()
    #expect(ReferenceInterpreter.run(tied, [[2, 2, 1]]) == [[0.5, 0.5, 0]])
    // The power 0^b is flat in b, and b · 0^(b−1) is 0 at b = 0.
    let power = trace([vector, vector]) { [pow($0[0], $0[1]).sum()] }.gradient()
    #expect(
      ReferenceInterpreter.run(power, [[0, 0, 1], [2, 0, 0]]) == [[0, 0, 0], [0, 0, 0]])
  }
}
