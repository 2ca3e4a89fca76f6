import Platform
import Graphs
package import Tensors

/// Converts a graph of small tensors to scalars, element by element.
struct ScalarLowering {
  private(set) var scalars = ScalarGraph()
  /// The elements of each value, row-major.
  private var elements: [[Int]]
  private let graph: Graph
  /// The largest number of nodes.
  private let limit: Int

  /// `nil` if an operation has no scalar form (a custom operation, a convolution, rows by a
  /// computed index), or if the graph is too large.
  init?(_ graph: Graph, limit: Int) {
    self.graph = graph
    self.limit = limit
    elements = Array(repeating: [], count: graph.types.count)
    for instruction in graph.instructions {
      let value = instruction.results.lowerBound
      guard graph.types[value].count <= limit, let found = lower(instruction),
        scalars.nodes.count <= limit
      else { return nil }
      elements[value] = found
    }
  }

  /// The elements of each output.
  var outputs: [[Int]] { graph.outputs.map { elements[$0] } }

  private mutating func lower(_ instruction: Graph.Instruction) -> [Int]? {
    let type = graph.types[instruction.results.lowerBound]
    let x = instruction.operands.map { elements[$0] }
    let shapes = instruction.operands.map { graph.types[$0].shape }
    switch instruction.operation {
    case .parameter(let place):
      return (0..<type.count).map {
        scalars.number(of: .element(parameter: place, $0), type.scalar)
      }
    case .splat(let value):
      return Array(repeating: scalars.constant(value, type.scalar), count: type.count)
    case .constant(let storage):
      return storage.doubles.map { scalars.constant($0, type.scalar) }
    case .unary(let function): return x[0].map { scalars.unary(function, $0) }
    case .binary(let function): return zip(x[0], x[1]).map { scalars.binary(function, $0, $1) }
    case .compare(let comparison):
      return zip(x[0], x[1]).map { scalars.compare(comparison, $0, $1) }
    case .select:
      return x[0].indices.map { scalars.select(x[0][$0], x[1][$0], x[2][$0]) }
    case .convert: return x[0].map { scalars.convert($0, to: type.scalar) }
    case .reshape: return x[0]
    case .stopGradient:
      return x[0].map { scalars.nodes[$0] == .constant(0) ? scalars.zero(type.scalar) : $0 }
    case .concatenate(let axis): return joined(x, shapes, axis: axis)
    case .reduce(let reduction, let axes): return reduced(x[0], shapes[0], reduction, axes, type)
    case .matrixMultiply(let left, let right):
      return product(x, shapes, left, right, type)
    case .broadcast, .transpose, .slice:
      let strides = Self.strides(of: instruction.operation, from: shapes[0], to: type.shape)
      return Places(type.shape, strides.steps, from: strides.start).map { x[0][$0] }
    case .pad(let low, _, let interior):
      let target = View.denseStrides(type.shape)
      let start = zip(low, target).reduce(0) { $0 + $1.0 * $1.1 }
      var padded = Array(repeating: scalars.zero(type.scalar), count: type.count)
      let steps = zip(interior, target).map { ($0 + 1) * $1 }
      for (element, place) in zip(x[0], Places(shapes[0], steps, from: start)) {
        padded[place] = element
      }
      return padded
    case .convolution, .gather, .scatterAdd, .custom: return nil
    }
  }

  /// The source of the first element of a movement, and the distance of the elements along each
  /// axis.
  private static func strides(
    of operation: Operation, from source: [Int], to target: [Int]
  ) -> (start: Int, steps: [Int]) {
    let dense = View.denseStrides(source)
    switch operation {
    case .broadcast:
      let lead = target.count - source.count
      return (
        0,
        target.indices.map { $0 < lead || source[$0 - lead] == 1 ? 0 : dense[$0 - lead] }
      )
    case .transpose(let permutation): return (0, permutation.map { dense[$0] })
    case .slice(let start, let stride):
      return (zip(start, dense).reduce(0) { $0 + $1.0 * $1.1 }, zip(stride, dense).map { $0 * $1 })
    default: return (0, dense)
    }
  }

  private func joined(_ parts: [[Int]], _ shapes: [[Int]], axis: Int) -> [Int] {
    let outer = shapes[0].prefix(axis).reduce(1, *)
    let runs = shapes.map { $0.dropFirst(axis).reduce(1, *) }
    return (0..<outer).flatMap { place in
      zip(parts, runs).flatMap { part, run in part[place * run..<(place + 1) * run] }
    }
  }

  private mutating func reduced(
    _ x: [Int], _ shape: [Int], _ reduction: Reduction, _ axes: [Int], _ type: TensorType
  ) -> [Int] {
    let steps = View.denseStrides(shape)
    let kept = shape.indices.filter { !axes.contains($0) }
    return Places(kept.map { shape[$0] }, kept.map { steps[$0] }, from: 0).map { first in
      let places = Places(axes.map { shape[$0] }, axes.map { steps[$0] }, from: first)
      var total: Int?
      for place in places {
        let function: BinaryFunction = reduction == .sum ? .add : .maximum
        total = total.map { scalars.binary(function, $0, x[place]) } ?? x[place]
      }
      return total ?? scalars.constant(reduction == .sum ? 0 : -.infinity, type.scalar)
    }
  }

  /// Sums of products in the order of the inner axis; `nil` if they are too many.
  private mutating func product(
    _ x: [[Int]], _ shapes: [[Int]], _ left: Bool, _ right: Bool, _ type: TensorType
  ) -> [Int]? {
    let rank = type.rank
    let (m, n) = (type.shape[rank - 2], type.shape[rank - 1])
    let inner = shapes[0][left ? rank - 2 : rank - 1]
    guard type.count * inner <= limit else { return nil }
    let (rowStep, firstStep) = left ? (1, m) : (inner, 1)
    let (columnStep, secondStep) = right ? (inner, 1) : (1, n)
    return (0..<type.count).map { element in
      let (batch, place) = element.quotientAndRemainder(dividingBy: m * n)
      let (row, column) = place.quotientAndRemainder(dividingBy: n)
      var sum = scalars.zero(type.scalar)
      for k in 0..<inner {
        let a = x[0][batch * m * inner + row * rowStep + k * firstStep]
        let b = x[1][batch * n * inner + column * columnStep + k * secondStep]
        sum = scalars.binary(.add, sum, scalars.binary(.multiply, a, b))
      }
      return sum
    }
  }
}

/// Offsets of elements in memory, over a row-major index space with a stride for each axis.
private struct Places: Sequence, IteratorProtocol {
  private let sizes: [Int]
  private let steps: [Int]
  private var index: [Int]
  private var place: Int
  private var remaining: Int

  init(_ sizes: [Int], _ steps: [Int], from start: Int) {
    self.sizes = sizes
    self.steps = steps
    index = Array(repeating: 0, count: sizes.count)
    place = start
    remaining = sizes.reduce(1, *)
  }

  mutating func next() -> Int? {
    guard remaining > 0 else { return nil }
    remaining -= 1
    defer { advance() }
    return place
  }

  private mutating func advance() {
    for axis in sizes.indices.reversed() {
      index[axis] += 1
      place += steps[axis]
      if index[axis] < sizes[axis] { return }
      place -= steps[axis] * index[axis]
      index[axis] = 0
    }
  }
}

extension Tensor {
  /// The value of an expression of numbers, in a tensor of the same type.
  ///
  /// - Precondition: the expression has one element and contains no leaf of a trace.
  package var folded: Tensor {
    let graph = trace([]) { _ in [self] }
    guard type.count == 1, let lowered = ScalarLowering(graph, limit: 1 << 20),
      let value = lowered.scalars.value(of: lowered.outputs[0][0])
    else { preconditionFailure("\(type) is no number:\n\(graph)") }
    return splat(value)
  }
}
