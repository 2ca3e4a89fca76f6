import Graphs
import TestSupport
import Tensors
import Testing

struct PassTests {
  @Test(arguments: OperationCase.all)
  func `simplified graphs keep their values`(_ operation: OperationCase) {
    let graph = operation.graph(.float64)
    let wrt = operation.differentiable
    let inputs = operation.elements()
    var generator = SeededGenerator(seed: 8)
    let cotangents = graph.outputTypes.map { generator.numbers($0.count) }
    let tangents = wrt.map { generator.numbers(inputs[$0].count) }
    let second = graph.vjp(wrt: wrt).jvp(wrt: wrt, includingOutputs: false)
    for (graph, inputs) in [
      (graph, inputs), (graph.vjp(wrt: wrt), inputs + cotangents),
      (graph.jvp(wrt: wrt), inputs + tangents), (second, inputs + cotangents + tangents),
    ] {
      let simple = graph.simplified()
      #expect(simple.workCount <= graph.workCount)
      // Sums and factors change places: a few hundred roundings.
      let distance = relativeDistance(
        ReferenceInterpreter.run(simple, inputs), ReferenceInterpreter.run(graph, inputs))
      #expect(distance < 1e-13)
      let merged = graph.mergingCommonSubexpressions()
      #expect(
        ReferenceInterpreter.run(merged, inputs) == ReferenceInterpreter.run(graph, inputs))
    }
  }

  @Test func `every rule is used and keeps values`() {
    var used: Set<String> = []
    for (body, line) in ruleExamples {
      let matrix = TensorType([2, 3], .float64)
      let graph = trace([matrix, matrix]) { [body($0[0], $0[1])] }
      let simple = graph.simplified { used.insert($0) }
      var generator = SeededGenerator(seed: 9)
      let inputs = [generator.numbers(6, in: 0.5...2), generator.numbers(6, in: 0.5...2)]
      let distance = relativeDistance(
        ReferenceInterpreter.run(simple, inputs), ReferenceInterpreter.run(graph, inputs))
      // A handful of roundings.
      #expect(distance < 1e-15, "example at line \(line):\n\(graph)\n→\n\(simple)")
      #expect(
        simple.instructions.count < graph.instructions.count
          || "\(simple)" != "\(graph.mergingCommonSubexpressions())",
        "nothing is simpler in the example at line \(line):\n\(simple)")
    }
    #expect(Set(SimplificationRule.all.map(\.name)).subtracting(used) == [])
  }

  @Test func `common subexpressions are done once`() {
    let vector = TensorType([4], .float32)
    let graph = trace([vector, vector]) { x in
      [exp(x[0] * x[1]) + exp(x[1] * x[0]), x[0] - x[1], x[1] - x[0]]
    }
    let merged = graph.mergingCommonSubexpressions()
    // Two parameters, product, exp, sum, and two differences that are not the same.
    #expect(merged.instructions.count == 7)
  }

  @Test func `the gradient of a split is a join`() {
    let graph = trace([TensorType([2, 6], .float32)]) { x in
      let parts = x[0].split([1, 2, 3], axis: 1)
      return [(tanh(parts[0]).sum() + exp(parts[1]).sum()) + sin(parts[2]).sum()]
    }.gradient().simplified()
    let labels = graph.instructions.map(\.operation.label)
    #expect(labels.filter { $0.hasPrefix("concatenate") }.count == 1)
    #expect(!labels.contains { $0.hasPrefix("pad") || $0 == "add" })
  }

  @Test func `dead code goes and parameters stay`() {
    let vector = TensorType([4], .float32)
    let graph = trace([vector, vector]) { [sin($0[0]), exp($0[1])] }.keeping(outputs: [1])
    #expect(graph.instructions.count == 3)
    #expect(graph.withoutDeadCode().description == graph.description)
    #expect(graph.parameters.count == 2)
  }

  @Test func `numbers fold as their scalar type rounds`() {
    let graph = trace([TensorType([2], .float32)]) { x in
      let tenth = Tensor(repeating: 0.1, shape: [2])
      return [x[0] + (tenth + tenth * tenth)]
    }.simplified()
    let expected = Double(Float(0.1) + Float(0.1) * Float(0.1))
    #expect(graph.instructions[1].operation.label == "splat \(expected)")
  }
}

extension Graph {
  /// Instructions that compute or move something.
  fileprivate var workCount: Int {
    instructions.count {
      switch $0.operation {
      case .parameter, .splat, .constant: false
      default: true
      }
    }
  }
}

private typealias Example = (body: @Sendable (Tensor, Tensor) -> Tensor, line: Int)

private func example(
  line: Int = #line, _ body: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> Example { (body, line) }

private func number(_ value: Double, _ shape: [Int] = [2, 3]) -> Tensor {
  Tensor(repeating: value, shape: shape, scalarType: .float64)
}

/// An operation as the graph may hold it, past the shortcuts of the public functions.
private func raw(_ operation: Operation, _ operands: [Tensor], _ shape: [Int]) -> Tensor {
  Tensor(operation, operands, TensorType(shape, operands[0].scalarType))
}

private let ruleExamples: [Example] = [
  example { x, _ in x * Tensor([2.0], shape: [1, 1]) },
  example { x, _ in x * sqrt(number(2)) * abs(number(-3)) * square(number(1.5)) },
  example { x, _ in x + (number(2) - number(3) / number(7)) },
  example { x, _ in x + min(number(2), number(3)) * max(number(2), number(3)) },
  example { x, _ in x * ((number(1) .< number(2)) + (number(1) .<= number(2))) },
  example { x, _ in x + (number(1) .== number(2)) },
  example { x, _ in x * Tensor(repeating: 0.5, shape: [2, 3]).converted(to: .float64) },
  example { x, _ in x * Tensor([1, 2, 3] as [Float]).converted(to: .float64) },
  example { x, _ in
    x.converted(to: .float32).converted(to: .float64).converted(to: .float32).converted(
      to: .float64)
  },
  example { x, y in x * stopGradient(x .< y) },
  example { x, _ in -(-x) },
  example { x, y in -(x - y) },
  example { x, _ in -(x * 3) },
  example { x, _ in square(-x) + cos(-x) + abs(-x) },
  example { x, y in (-x) * y + x * (-y) },
  example { x, y in (-x) / y + x / (-y) },
  example { x, _ in number(3) * x },
  example { x, y in x * 0 + y },
  example { x, _ in x * 1 },
  example { x, _ in x * -1 },
  example { x, _ in x * 3 * 0.25 },
  example { x, y in (x * 3) * (y * 0.25) },
  example { x, _ in x * x },
  example { x, y in 0 / x + y },
  example { x, _ in raw(.binary(.divide), [x, number(3)], [2, 3]) },
  example { x, _ in 1 / x },
  example { x, _ in min(x, x) + max(x, x) },
  example { x, y in select(number(1), x, y) * select(number(0), x, y) },
  example { x, y in select(x .< y, exp(x), exp(x)) * select(x .< y, number(2), number(2)) },
  example { x, _ in exp(x.sum([1], keepingAxes: true).broadcast(to: [2, 3])) },
  example { x, y in
    let a = x.sum([1], keepingAxes: true).broadcast(to: [2, 3])
    let b = y.sum([1], keepingAxes: true).broadcast(to: [2, 3])
    return select(a .< b, a + 2, b * a)
  },
  example { x, _ in number(3) + x },
  example { x, _ in (x + 0) * (x - 0) },
  example { x, _ in 0 - x },
  example { x, _ in x + 2 + 3 },
  example { x, y in x + (-y) + (-x) * y },
  example { x, y in x - (-y) },
  example { x, y in (-x) - y },
  example { x, _ in x + x },
  example { x, y in
    x.sliced(0..<1, axis: 1).padded(low: [0, 0], high: [0, 2])
      + y.sliced(0..<2, axis: 1).padded(low: [0, 1], high: [0, 0])
  },
  example { x, y in
    x.sliced(0..<1, axis: 0).padded(low: [1, 0], high: [0, 0])
      + y.sliced(1..<2, axis: 0).padded(low: [0, 0], high: [1, 0])
  },
  example { x, _ in raw(.reshape, [x], [2, 3]) + raw(.broadcast, [x], [2, 3]) },
  example { x, _ in raw(.transpose([0, 1]), [x], [2, 3]) },
  example { x, _ in x * raw(.transpose([1, 0]), [number(2, [3, 2])], [2, 3]) },
  example { x, _ in x.broadcast(to: [1, 2, 3]).broadcast(to: [4, 2, 3]) },
  example { x, _ in x.reshaped([6]).reshaped([3, 2]) },
  example { x, _ in x + Tensor([1.0, 2, 3, 4, 5, 6]).reshaped([2, 3]) },
  example { x, _ in x.reshaped([1, 2, 3]).transposed([2, 0, 1]).transposed([1, 2, 0]) },
  example { x, _ in x.reshaped([2, 1, 3]).transposed([1, 0, 2]) },
  example { x, _ in raw(.slice(start: [0, 0], stride: [1, 1]), [x], [2, 3]) },
  example { x, _ in raw(.pad(low: [0, 0], high: [0, 0], interior: [0, 0]), [x], [2, 3]) },
  example { x, _ in raw(.concatenate(axis: 0), [x], [2, 3]) },
  example { x, _ in x * concatenate([number(2, [1, 3]), number(2, [1, 3])], axis: 0) },
  example { x, _ in x + number(0, [1, 3]).padded(low: [1, 0], high: [0, 0]) },
  example { x, _ in
    x.sliced(start: [0, 0], limit: [2, 3], stride: [1, 2]).sliced(1..<2, axis: 1)
  },
  example { x, _ in
    x.padded(low: [1, 0], high: [0, 2], interior: [0, 1])
      .sliced(start: [1, 0], limit: [3, 5], stride: [1, 2])
  },
  example { x, y in x.padded(low: [2, 0], high: [0, 0]).sliced(0..<2, axis: 0) + y },
  example { x, y in concatenate([x, y], axis: 1).sliced(4..<6, axis: 1) },
  example { x, _ in
    x.padded(low: [1, 0], high: [0, 0], interior: [1, 0]).padded(low: [1, 1], high: [0, 2])
  },
  example { x, y in concatenate([concatenate([x, y], axis: 0), x], axis: 0) },
  example { x, _ in concatenate([x.sliced(0..<1, axis: 1), x.sliced(1..<3, axis: 1)], axis: 1) },
  example { x, y in concatenate([x.sliced(1..<1, axis: 0), x, y], axis: 0) },
  example { x, _ in x.reshaped([2, 1, 3]).sum([1]) * x.reshaped([1, 2, 3]).maximum([0]) },
  example { x, _ in x + number(2, [4, 2, 3]).sum([0]) * number(2, [4, 2, 3]).maximum([0]) },
  example { x, _ in x.sum([0]).sum([0]) + x.maximum([1]).maximum([0]) },
  example { x, _ in (-x).sum([0]) },
  example { x, _ in (x * 3).sum([0]) },
  example { x, _ in
    let wide = x.reshaped([2, 1, 3]).broadcast(to: [5, 2, 4, 3])
    return wide.sum([0, 2, 3]) + wide.maximum([0, 1, 2]).sum()
  },
  example { x, y in x + matmul(number(0, [2, 2]), y) },
  example { x, _ in
    x + Tensor.scatterAdd(number(0), at: Tensor([1.0, 0]), count: 2)
      + number(0).gathered(Tensor([1.0, 0]))
  },
  example { x, y in matmul(x, y.transposed()) + matmul(x.transposed().transposed(), y.transposed())
  },
  example { x, y in matmul(x.transposed(), y).transposed() },
]
