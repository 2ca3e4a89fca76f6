import Tensors

extension Operation {
  /// The types of the results for operands of types `x`; `nil` if the operands do not fit.
  ///
  /// Where the operands do not determine the result (a leaf, a broadcast, the end of a slice),
  /// `declared` is returned if it is possible. This is the only definition of every operation's
  /// shapes; the verifier checks each instruction of each graph against it.
  func inferredTypes(of x: [TensorType], declared: [TensorType]) -> [TensorType]? {
    if case .custom(let operation) = self { return operation.resultTypes(of: x) }
    guard declared.count == 1, x.count == arity ?? x.count else { return nil }
    let y = declared[0]
    switch self {
    case .parameter, .splat:
      return [y]
    case .constant(let storage):
      return [storage.type]
    case .unary, .stopGradient:
      return [x[0]]
    case .binary, .compare:
      return x[0] == x[1] ? [x[0]] : nil
    case .select:
      return x[0] == x[1] && x[1] == x[2] ? [x[1]] : nil
    case .reduce(_, let axes):
      return Self.reduced(x[0], axes: axes).map { [$0] }
    case .broadcast:
      let lead = y.rank - x[0].rank
      guard lead >= 0,
        x[0].shape.indices.allSatisfy({
          x[0].shape[$0] == 1 || x[0].shape[$0] == y.shape[$0 + lead]
        })
      else { return nil }
      return [x[0].with(shape: y.shape)]
    case .reshape:
      return x[0].count == y.count ? [x[0].with(shape: y.shape)] : nil
    case .transpose(let permutation):
      guard permutation.sorted() == Array(0..<x[0].rank) else { return nil }
      return [x[0].with(shape: permutation.map { x[0].shape[$0] })]
    case .slice(let start, let stride):
      return Self.isSlice(y.shape, of: x[0].shape, start, stride)
        ? [x[0].with(shape: y.shape)] : nil
    case .pad(let low, let high, let interior):
      return Self.padded(x[0], low, high, interior).map { [$0] }
    case .concatenate(let axis):
      return Self.joined(x, axis: axis).map { [$0] }
    case .matrixMultiply(let left, let right):
      return Self.product(x[0], left, x[1], right).map { [$0] }
    case .convolution(let convolution):
      guard x.map(\.shape) == convolution.operandShapes, x[0].scalar == x[1].scalar else {
        return nil
      }
      return [x[0].with(shape: convolution.resultShape)]
    case .gather:
      guard x[0].rank >= 1, x[1].rank == 1, x[0].scalar == x[1].scalar else { return nil }
      return [x[0].with(shape: x[1].shape + x[0].shape.dropFirst())]
    case .scatterAdd:
      guard x[0].rank == 1, x[1].rank >= 1, x[0].shape[0] == x[1].shape[0], y.rank >= 1,
        x[0].scalar == x[1].scalar
      else { return nil }
      return [x[1].with(shape: [y.shape[0]] + x[1].shape.dropFirst())]
    case .convert:
      return [TensorType(x[0].shape, y.scalar)]
    case .custom:
      return nil
    }
  }

  /// Number of operands; `nil` for any number.
  private var arity: Int? {
    switch self {
    case .parameter, .splat, .constant: 0
    case .unary, .reduce, .broadcast, .reshape, .transpose, .slice, .pad, .convert, .stopGradient: 1
    case .binary, .compare, .matrixMultiply, .convolution, .gather, .scatterAdd: 2
    case .select: 3
    case .concatenate, .custom: nil
    }
  }

  private static func reduced(_ x: TensorType, axes: [Int]) -> TensorType? {
    guard axes.sorted() == axes, Set(axes).count == axes.count, !axes.isEmpty,
      axes.allSatisfy(x.shape.indices.contains)
    else { return nil }
    return x.with(shape: x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
  }

  private static func padded(
    _ x: TensorType, _ low: [Int], _ high: [Int], _ interior: [Int]
  ) -> TensorType? {
    guard [low, high, interior].allSatisfy({ $0.count == x.rank && $0.allSatisfy { $0 >= 0 } })
    else { return nil }
    return x.with(
      shape: x.shape.indices.map { axis in
        let size = x.shape[axis]
        return low[axis] + size + max(size - 1, 0) * interior[axis] + high[axis]
      })
  }

  private static func isSlice(_ y: [Int], of x: [Int], _ start: [Int], _ stride: [Int]) -> Bool {
    [y.count, start.count, stride.count].allSatisfy { $0 == x.count }
      && x.indices.allSatisfy { axis in
        let end = y[axis] == 0 ? start[axis] : start[axis] + (y[axis] - 1) * stride[axis] + 1
        return start[axis] >= 0 && stride[axis] > 0 && end <= x[axis]
      }
  }

  private static func joined(_ parts: [TensorType], axis: Int) -> TensorType? {
    guard var result = parts.first, result.shape.indices.contains(axis) else { return nil }
    for part in parts.dropFirst() {
      guard part.rank == result.rank else { return nil }
      var other = part
      other.shape[axis] = result.shape[axis]
      guard other == result else { return nil }
      result.shape[axis] += part.shape[axis]
    }
    return result
  }

  private static func product(
    _ a: TensorType, _ left: Bool, _ b: TensorType, _ right: Bool
  ) -> TensorType? {
    guard a.rank >= 2, a.rank == b.rank, a.scalar == b.scalar,
      a.shape.dropLast(2) == b.shape.dropLast(2)
    else { return nil }
    let (p, q) = (a.shape.suffix(2).map { $0 }, b.shape.suffix(2).map { $0 })
    guard p[left ? 0 : 1] == q[right ? 1 : 0] else { return nil }
    return a.with(shape: a.shape.dropLast(2) + [p[left ? 1 : 0], q[right ? 0 : 1]])
  }
}

extension Convolution {
  fileprivate var operandShapes: [[Int]] {
    switch kind {
    case .forward: [image, kernel]
    case .inputGradient: [kernel, output]
    case .kernelGradient: [image, output]
    }
  }

  fileprivate var resultShape: [Int] {
    switch kind {
    case .forward: output
    case .inputGradient: image
    case .kernelGradient: kernel
    }
  }
}
