import Platform

extension Tensor {
  /// Broadcasts to `shape`, right-aligned as in NumPy.
  public func broadcast(to shape: [Int]) -> Tensor {
    if shape == self.shape { return self }
    precondition(
      Tensor.broadcastShape(self.shape, shape) == shape,
      "\(self.shape) does not broadcast to \(shape)")
    if case .splat(let value) = operation {
      return Tensor(repeating: value, shape: shape, scalarType: scalarType)
    }
    return Tensor(.broadcast, [self], type.with(shape: shape))
  }

  /// The same elements in another shape; one size may be −1 and is inferred.
  public func reshaped(_ shape: [Int]) -> Tensor {
    var shape = shape
    if let free = shape.firstIndex(of: -1) {
      let known = shape.reduce(1) { $1 == -1 ? $0 : $0 * $1 }
      shape[free] = known == 0 ? 0 : type.count / known
    }
    if shape == self.shape { return self }
    let result = type.with(shape: shape)
    precondition(result.count == type.count, "\(self.shape) cannot be reshaped to \(shape)")
    if case .splat(let value) = operation {
      return Tensor(repeating: value, shape: shape, scalarType: scalarType)
    }
    return Tensor(.reshape, [self], result)
  }

  /// Inserts an axis of size 1.
  public func expandingAxis(at axis: Int) -> Tensor {
    var shape = self.shape
    shape.insert(1, at: axis < 0 ? axis + rank + 1 : axis)
    return reshaped(shape)
  }

  /// Axis `i` of the result is axis `permutation[i]`; `nil` reverses the axes.
  public func transposed(_ permutation: [Int]? = nil) -> Tensor {
    let permutation = permutation ?? (0..<rank).reversed()
    precondition(
      permutation.sorted() == Array(0..<rank), "\(permutation) is no permutation of \(rank) axes")
    if permutation == Array(0..<rank) { return self }
    return Tensor(.transpose(permutation), [self], type.with(shape: permutation.map { shape[$0] }))
  }

  /// Elements `start ..< limit` by `stride` on every axis.
  public func sliced(start: [Int], limit: [Int], stride: [Int]? = nil) -> Tensor {
    let stride = stride ?? [Int](repeating: 1, count: rank)
    precondition(
      start.count == rank && limit.count == rank && stride.count == rank
        && (0..<rank).allSatisfy {
          0 <= start[$0] && start[$0] <= limit[$0] && limit[$0] <= shape[$0] && stride[$0] > 0
        },
      "slice \(start)..<\(limit) by \(stride) is outside of \(shape)")
    let sizes = (0..<rank).map { (axis: Int) -> Int in
      (limit[axis] - start[axis] + stride[axis] - 1) / stride[axis]
    }
    if sizes == shape { return self }
    return Tensor(.slice(start: start, stride: stride), [self], type.with(shape: sizes))
  }

  /// Elements of one axis.
  public func sliced(_ range: Range<Int>, axis: Int) -> Tensor {
    let axis = axis < 0 ? axis + rank : axis
    var start = [Int](repeating: 0, count: rank)
    var limit = shape
    start[axis] = range.lowerBound
    limit[axis] = range.upperBound
    return sliced(start: start, limit: limit)
  }

  /// One index of an axis, which is removed.
  public func at(_ index: Int, axis: Int = 0) -> Tensor {
    let axis = axis < 0 ? axis + rank : axis
    var shape = self.shape
    shape.remove(at: axis)
    return sliced(index..<index + 1, axis: axis).reshaped(shape)
  }

  /// Zeros around and between the elements.
  public func padded(low: [Int], high: [Int], interior: [Int]? = nil) -> Tensor {
    let interior = interior ?? [Int](repeating: 0, count: rank)
    precondition(
      low.count == rank && high.count == rank && interior.count == rank
        && (low + high + interior).allSatisfy { $0 >= 0 },
      "bad padding \(low), \(high), \(interior)")
    let sizes = (0..<rank).map { (axis: Int) -> Int in
      low[axis] + shape[axis] + max(shape[axis] - 1, 0) * interior[axis] + high[axis]
    }
    if sizes == shape { return self }
    return Tensor(
      .pad(low: low, high: high, interior: interior), [self], type.with(shape: sizes))
  }

  /// Splits an axis into parts of the given sizes.
  public func split(_ sizes: [Int], axis: Int) -> [Tensor] {
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return sliced(start..<start + size, axis: axis)
    }
  }

  /// The same values in another scalar type.
  public func converted(to scalar: ScalarType) -> Tensor {
    scalar == scalarType ? self : Tensor(.convert, [self], TensorType(shape, scalar))
  }

  /// Rows of axis 0 by index; `indices` is `[m]`, whole numbers within `0 ..< shape[0]`.
  public func gathered(_ indices: Tensor) -> Tensor {
    precondition(
      indices.rank == 1 && rank >= 1 && indices.scalarType == scalarType,
      "gather needs indices [m], got \(indices.type) for \(type)")
    return Tensor(
      .gather, [self, indices], type.with(shape: [indices.shape[0]] + shape.dropFirst()))
  }

  /// `[n, …]` with `rows[i]` added at row `indices[i]`.
  public static func scatterAdd(_ rows: Tensor, at indices: Tensor, count n: Int) -> Tensor {
    precondition(
      indices.rank == 1 && rows.rank >= 1 && indices.shape[0] == rows.shape[0]
        && indices.scalarType == rows.scalarType,
      "scatter needs one index per row, got \(indices.type) for \(rows.type)")
    return Tensor(
      .scatterAdd, [indices, rows], rows.type.with(shape: [n] + rows.shape.dropFirst()))
  }
}

/// Joins tensors along an axis; the other sizes are equal.
public func concatenate(_ parts: [Tensor], axis: Int) -> Tensor {
  precondition(!parts.isEmpty, "nothing to concatenate")
  let axis = axis < 0 ? axis + parts[0].rank : axis
  precondition(
    parts[0].shape.indices.contains(axis) && parts.allSatisfy { $0.rank == parts[0].rank },
    "cannot concatenate \(parts.map(\.type)) along axis \(axis)")
  if parts.count == 1 { return parts[0] }
  var shape = parts[0].shape
  for part in parts.dropFirst() {
    var other = part.shape
    other[axis] = shape[axis]
    precondition(
      other == shape && part.scalarType == parts[0].scalarType,
      "cannot concatenate \(parts.map(\.type)) along axis \(axis)")
    shape[axis] += part.shape[axis]
  }
  return Tensor(.concatenate(axis: axis), parts, parts[0].type.with(shape: shape))
}

/// Joins tensors of one shape along a new axis.
public func stack(_ parts: [Tensor], axis: Int = 0) -> Tensor {
  concatenate(parts.map { $0.expandingAxis(at: axis) }, axis: axis)
}

/// `[n]` whole numbers → `[n, classes]`, 1 at the number and 0 elsewhere.
public func oneHot(_ indices: Tensor, classes: Int) -> Tensor {
  let numbers = Tensor((0..<classes).map(Double.init)).converted(to: indices.scalarType)
  return indices.expandingAxis(at: -1) .== numbers
}
