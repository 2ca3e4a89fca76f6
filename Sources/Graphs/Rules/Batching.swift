import Platform
import Tensors

extension Graph {
  /// The graph over a new leading axis: one application per index of the axis, in one graph.
  ///
  /// Parameters that `isBatched` marks gain a leading axis of `size`; the others are shared by all
  /// indices. Every output has the new axis.
  public func batched(parameters isBatched: [Bool], size: Int) -> Graph {
    precondition(
      isBatched.count == parameters.count,
      "\(isBatched.count) marks for \(parameters.count) parameters")
    precondition(size > 0, "a batch has at least one element, not \(size)")
    let leafTypes = zip(parameterTypes, isBatched).map { type, marked in
      marked ? type.with(shape: [size] + type.shape) : type
    }
    return trace(leafTypes) { leaves in
      var values = [BatchValue?](repeating: nil, count: types.count)
      for (place, value) in parameters.enumerated() {
        values[value] = BatchValue(tensor: leaves[place], isBatched: isBatched[place])
      }
      for instruction in instructions {
        if case .parameter = instruction.operation { continue }
        let operands = instruction.operands.map { values[$0]! }
        let results = instruction.operation.batched(
          operands, size: size, types: Array(types[instruction.results]))
        for (value, result) in zip(instruction.results, results) {
          precondition(
            result.tensor.shape == (result.isBatched ? [size] : []) + types[value].shape,
            "\(instruction.operation.label) gave \(result.tensor.type) over \(size) times \(types[value])"
          )
          values[value] = result
        }
      }
      return outputs.map { values[$0]!.spread(over: size) }
    }
  }
}

/// A tensor, with a leading batch axis or shared by all indices.
struct BatchValue {
  var tensor: Tensor
  var isBatched: Bool

  /// With the leading axis.
  func spread(over size: Int) -> Tensor {
    isBatched ? tensor : tensor.broadcast(to: [size] + tensor.shape)
  }
}

extension Operation {
  /// The results over the batch axis of size `n`, given operands some of which may have it; `types`
  /// are those of one index.
  func batched(_ operands: [BatchValue], size n: Int, types: [TensorType]) -> [BatchValue] {
    let x = operands.map(\.tensor)
    guard operands.contains(where: \.isBatched) else {
      let node = Node(self, x, types)
      return types.indices.map { BatchValue(tensor: Tensor(node, $0), isBatched: false) }
    }
    func result(_ tensor: Tensor) -> [BatchValue] { [BatchValue(tensor: tensor, isBatched: true)] }
    let type = types[0].with(shape: [n] + types[0].shape)
    func same(_ operation: Operation, _ operands: [Tensor]) -> [BatchValue] {
      result(Tensor(operation, operands, type))
    }
    let all = operands.map { $0.spread(over: n) }
    switch self {
    case .parameter, .splat, .constant:
      preconditionFailure("\(label) has no operands")
    case .unary, .binary, .compare, .select, .convert, .stopGradient:
      return same(self, all)
    case .reduce(let reduction, let axes):
      return same(.reduce(reduction, axes: axes.map { $0 + 1 }), x)
    case .broadcast:
      let ones = [Int](repeating: 1, count: type.rank - x[0].rank)
      return result(
        x[0].reshaped([n] + ones + x[0].shape.dropFirst()).broadcast(to: type.shape))
    case .reshape:
      return result(x[0].reshaped(type.shape))
    case .transpose(let permutation):
      return same(.transpose([0] + permutation.map { $0 + 1 }), x)
    case .slice(let start, let stride):
      return same(.slice(start: [0] + start, stride: [1] + stride), x)
    case .pad(let low, let high, let interior):
      return same(.pad(low: [0] + low, high: [0] + high, interior: [0] + interior), x)
    case .concatenate(let axis):
      return same(.concatenate(axis: axis + 1), all)
    case .matrixMultiply(let left, let right):
      // A shared matrix keeps its rank, so a shared right operand gives one large product.
      let isPlain = operands.allSatisfy { $0.isBatched || $0.tensor.rank == 2 }
      let (a, b) = isPlain ? (x[0], x[1]) : (all[0], all[1])
      return result(a.matrixMultiplied(by: b, transposingLeft: left, transposingRight: right))
    case .convolution(let convolution):
      return result(convolution.batched(operands, size: n))
    case .gather:
      return result(Self.gather(operands[0], operands[1], size: n))
    case .scatterAdd:
      return result(Self.scatterAdd(operands[0], operands[1], size: n, type.shape[1]))
    case .custom(let operation):
      let results = operation.batched(
        operands: x, isBatched: operands.map(\.isBatched), size: n)
      return results.map { BatchValue(tensor: $0, isBatched: true) }
    }
  }

  private static func gather(_ source: BatchValue, _ indices: BatchValue, size n: Int) -> Tensor {
    let (x, i) = (source.tensor, indices.tensor)
    guard indices.isBatched else { return x.swappingLeadingAxes.gathered(i).swappingLeadingAxes }
    let flat: Tensor
    if source.isBatched {
      flat = x.reshaped([n * x.shape[1]] + x.shape.dropFirst(2))
        .gathered(i.offsetByRow(x.shape[1]).reshaped([-1]))
    } else {
      flat = x.gathered(i.reshaped([-1]))
    }
    return flat.reshaped(i.shape + flat.shape.dropFirst())
  }

  private static func scatterAdd(
    _ indices: BatchValue, _ rows: BatchValue, size n: Int, _ count: Int
  ) -> Tensor {
    guard indices.isBatched else {
      return Tensor.scatterAdd(rows.tensor.swappingLeadingAxes, at: indices.tensor, count: count)
        .swappingLeadingAxes
    }
    let x = rows.spread(over: n)
    let rest = Array(x.shape.dropFirst(2))
    return Tensor.scatterAdd(
      x.reshaped([-1] + rest), at: indices.tensor.offsetByRow(count).reshaped([-1]),
      count: n * count
    ).reshaped([n, count] + rest)
  }
}

extension Tensor {
  fileprivate var swappingLeadingAxes: Tensor { transposed([1, 0] + Array(2..<rank)) }

  /// Indices `[n, m]` into n consecutive blocks of `stride` rows.
  fileprivate func offsetByRow(_ stride: Int) -> Tensor {
    let offsets = (0..<shape[0]).map { Double($0 * stride) }
    return self + Tensor(offsets, shape: [shape[0], 1]).converted(to: scalarType)
  }
}

extension Convolution {
  /// If only the image (or the result's cotangent) has the axis, it is merged with the images' own
  /// batch axis; otherwise each index is a separate convolution.
  fileprivate func batched(_ operands: [BatchValue], size n: Int) -> Tensor {
    let images =
      switch kind {
      case .forward: 0
      case .inputGradient: 1
      case .kernelGradient: -1
      }
    let (first, second) = (operands[0], operands[1])
    if images >= 0 && !operands[1 - images].isBatched {
      var wide = self
      wide.image[0] *= n
      let x = operands[images].tensor
      let merged = x.reshaped([n * x.shape[1]] + x.shape.dropFirst(2))
      let flat =
        images == 0
        ? Tensor.convolution(wide, merged, second.tensor)
        : Tensor.convolution(wide, first.tensor, merged)
      return flat.reshaped([n, -1] + flat.shape.dropFirst())
    }
    return stack(
      (0..<n).map { place in
        let x = operands.map { $0.isBatched ? $0.tensor.at(place) : $0.tensor }
        return Tensor.convolution(self, x[0], x[1])
      })
  }
}
