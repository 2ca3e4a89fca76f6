import Platform
package import Graphs
import Tensors

/// Evaluates a graph in double precision with the plainest loops there are.
///
/// The oracle of the executor and of every transform: it shares no code with them. Values are exact reals as
/// far as doubles go, whatever the scalar types of the graph; `convert` does not round.
package enum ReferenceInterpreter {
  /// The outputs' elements, row-major, given the parameters' elements.
  package static func run(_ graph: Graph, _ inputs: [[Double]]) -> [[Double]] {
    precondition(
      inputs.map(\.count) == graph.parameterTypes.map(\.count),
      "inputs of \(inputs.map(\.count)) elements for \(graph.parameterTypes)")
    var values = [DenseArray?](repeating: nil, count: graph.types.count)
    for instruction in graph.instructions {
      let results = evaluate(
        instruction.operation, instruction.operands.map { values[$0]! },
        instruction.results.map { graph.types[$0] },
        instruction.operands.map { graph.types[$0] }, inputs)
      for (value, result) in zip(instruction.results, results) { values[value] = result }
    }
    return graph.outputs.map { values[$0]!.elements }
  }

  private static func evaluate(
    _ operation: Operation, _ x: [DenseArray], _ types: [TensorType], _ operandTypes: [TensorType],
    _ inputs: [[Double]]
  ) -> [DenseArray] {
    let shape = types.first?.shape ?? []
    switch operation {
    case .parameter(let place):
      return [DenseArray(shape, inputs[place])]
    case .splat(let value):
      return [DenseArray(shape) { _ in value }]
    case .constant(let storage):
      return [DenseArray(shape, storage.doubles)]
    case .unary(let function):
      return [DenseArray(shape, x[0].elements.map { apply(function, $0) })]
    case .binary(let function):
      return [DenseArray(shape, zip(x[0].elements, x[1].elements).map { apply(function, $0, $1) })]
    case .compare(let comparison):
      return [
        DenseArray(
          shape, zip(x[0].elements, x[1].elements).map { holds(comparison, $0, $1) ? 1 : 0 })
      ]
    case .select:
      return [DenseArray(shape) { x[0][$0] != 0 ? x[1][$0] : x[2][$0] }]
    case .reduce(let reduction, let axes):
      return [reduce(reduction, axes, x[0], shape)]
    case .broadcast:
      let lead = shape.count - x[0].shape.count
      return [
        DenseArray(shape) { (index: [Int]) -> Double in
          x[0][x[0].shape.indices.map { x[0].shape[$0] == 1 ? 0 : index[$0 + lead] }]
        }
      ]
    case .reshape:
      return [DenseArray(shape, x[0].elements)]
    case .transpose(let permutation):
      return [
        DenseArray(shape) { index in
          var source = index
          for (axis, from) in permutation.enumerated() { source[from] = index[axis] }
          return x[0][source]
        }
      ]
    case .slice(let start, let stride):
      return [
        DenseArray(shape) { index in
          x[0][index.indices.map { start[$0] + index[$0] * stride[$0] }]
        }
      ]
    case .pad(let low, _, let interior):
      var result = DenseArray(shape) { _ in 0 }
      x[0].forEach { index, value in
        result[index.indices.map { low[$0] + index[$0] * (interior[$0] + 1) }] = value
      }
      return [result]
    case .concatenate(let axis):
      var result = DenseArray(shape) { _ in .nan }
      var offset = 0
      for part in x {
        part.forEach { index, value in
          var target = index
          target[axis] += offset
          result[target] = value
        }
        offset += part.shape[axis]
      }
      return [result]
    case .matrixMultiply(let left, let right):
      return [multiply(x[0], left, x[1], right, shape)]
    case .convolution(let convolution):
      return [convolve(convolution, x[0], x[1])]
    case .gather:
      return [
        DenseArray(shape) { index in
          let row = Int(x[1].elements[index[0]])
          guard (0..<x[0].shape[0]).contains(row) else { return .nan }
          return x[0][[row] + index.dropFirst()]
        }
      ]
    case .scatterAdd:
      var result = DenseArray(shape) { _ in 0 }
      x[1].forEach { index, value in
        let row = Int(x[0].elements[index[0]])
        if (0..<shape[0]).contains(row) { result[[row] + index.dropFirst()] += value }
      }
      return [result]
    case .convert, .stopGradient:
      return [DenseArray(shape, x[0].elements)]
    case .custom(let custom):
      return run(custom, x, operandTypes, types)
    }
  }

  private static func apply(_ function: UnaryFunction, _ x: Double) -> Double {
    switch function {
    case .negate: -x
    case .reciprocal: 1 / x
    case .square: x * x
    case .sqrt: x.squareRoot()
    case .abs: Swift.abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: LibraryFunctions.floor(x)
    case .exp: LibraryFunctions.exp(x)
    case .expm1: LibraryFunctions.expm1(x)
    case .log: LibraryFunctions.log(x)
    case .log1p: LibraryFunctions.log1p(x)
    case .sin: LibraryFunctions.sin(x)
    case .cos: LibraryFunctions.cos(x)
    case .tanh: LibraryFunctions.tanh(x)
    case .sigmoid: 1 / (1 + LibraryFunctions.exp(-x))
    case .softplus:
      x > 0
        ? x + LibraryFunctions.log1p(LibraryFunctions.exp(-x))
        : LibraryFunctions.log1p(LibraryFunctions.exp(x))
    case .erf: LibraryFunctions.erf(x)
    }
  }

  private static func apply(_ function: BinaryFunction, _ a: Double, _ b: Double) -> Double {
    switch function {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: LibraryFunctions.pow(a, b)
    case .minimum: a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
    case .maximum: a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    }
  }

  private static func holds(_ comparison: Comparison, _ a: Double, _ b: Double) -> Bool {
    switch comparison {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .equal: a == b
    }
  }

  private static func reduce(
    _ reduction: Reduction, _ axes: [Int], _ x: DenseArray, _ shape: [Int]
  ) -> DenseArray {
    var result = DenseArray(shape) { _ in reduction == .sum ? 0 : -.infinity }
    x.forEach { index, value in
      let target = index.indices.filter { !axes.contains($0) }.map { index[$0] }
      switch reduction {
      case .sum: result[target] += value
      case .maximum: result[target] = apply(.maximum, result[target], value)
      }
    }
    return result
  }

  private static func multiply(
    _ a: DenseArray, _ left: Bool, _ b: DenseArray, _ right: Bool, _ shape: [Int]
  ) -> DenseArray {
    let rank = shape.count
    let inner = a.shape[left ? rank - 2 : rank - 1]
    return DenseArray(shape) { index in
      let batch = Array(index.dropLast(2))
      let (i, j) = (index[rank - 2], index[rank - 1])
      var total = 0.0
      for k in 0..<inner {
        total += a[batch + (left ? [k, i] : [i, k])] * b[batch + (right ? [j, k] : [k, j])]
      }
      return total
    }
  }

  private static func convolve(
    _ convolution: Convolution, _ first: DenseArray, _ second: DenseArray
  ) -> DenseArray {
    let (image, kernel, output) = (convolution.image, convolution.kernel, convolution.output)
    var result =
      switch convolution.kind {
      case .forward: DenseArray(output) { _ in 0 }
      case .inputGradient: DenseArray(image) { _ in 0 }
      case .kernelGradient: DenseArray(kernel) { _ in 0 }
      }
    for y in DenseArray.indices(of: output) {
      for w in DenseArray.indices(of: [kernel[0], kernel[1], kernel[2]]) {
        let x = [
          y[0], y[1] * convolution.stride + w[0] - convolution.padding,
          y[2] * convolution.stride + w[1] - convolution.padding, w[2],
        ]
        guard (0..<image[1]).contains(x[1]), (0..<image[2]).contains(x[2]) else { continue }
        let w = w + [y[3]]
        switch convolution.kind {
        case .forward: result[y] += first[x] * second[w]
        case .inputGradient: result[x] += first[w] * second[y]
        case .kernelGradient: result[w] += first[x] * second[y]
        }
      }
    }
    return result
  }

  private static func run(
    _ custom: any CustomOperation, _ x: [DenseArray], _ operandTypes: [TensorType],
    _ types: [TensorType]
  ) -> [DenseArray] {
    let operands = zip(x, operandTypes).map { storage(of: $0.elements, $1) }
    let results = types.map { storage(of: [Double](repeating: .nan, count: $0.count), $0) }
    withExtendedLifetime((operands, results)) {
      custom.makeEvaluator(operands: operandTypes, in: EvaluationContext())
        .evaluate(operands: operands.map(\.bytes), results: results.map(\.mutableBytes))
    }
    return results.map { DenseArray($0.type.shape, $0.doubles) }
  }

  private static func storage(of elements: [Double], _ type: TensorType) -> Storage {
    switch type.scalar {
    case .float32: Storage(elements.map(Float.init), shape: type.shape)
    case .float64: Storage(elements, shape: type.shape)
    }
  }
}

/// A row-major array of doubles, addressed by one index per axis.
struct DenseArray {
  let shape: [Int]
  var elements: [Double]

  init(_ shape: [Int], _ elements: [Double]) {
    self.shape = shape
    self.elements = elements
  }

  init(_ shape: [Int], _ element: ([Int]) -> Double) {
    self.init(shape, Self.indices(of: shape).map(element))
  }

  subscript(index: [Int]) -> Double {
    get { elements[place(index)] }
    set { elements[place(index)] = newValue }
  }

  func forEach(_ body: ([Int], Double) -> Void) {
    for (index, value) in zip(Self.indices(of: shape), elements) { body(index, value) }
  }

  private func place(_ index: [Int]) -> Int {
    zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// Every index, in row-major order.
  static func indices(of shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { prefixes, size in prefixes.flatMap { p in (0..<size).map { p + [$0] } } }
  }
}
