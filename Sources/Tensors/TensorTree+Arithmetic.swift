import Platform

// A tree is a vector: its tensors can be added and scaled. The results are expressions.

extension TensorTree {
  /// The tree whose tensors are `combine` of the tensors of both.
  ///
  /// - Precondition: both trees have the same tensors in number.
  public func combined(
    with other: Self, _ combine: (Tensor, Tensor) throws -> Tensor
  ) rethrows -> Self {
    let (own, others) = (tensors, other.tensors)
    precondition(
      own.count == others.count, "trees of \(own.count) and \(others.count) tensors do not combine")
    return replacingTensors(with: try zip(own, others).map(combine))
  }

  /// `self + other`, tensor by tensor.
  public func adding(_ other: Self) -> Self { combined(with: other) { $0 + $1 } }

  /// `self − other`, tensor by tensor.
  public func subtracting(_ other: Self) -> Self { combined(with: other) { $0 - $1 } }

  /// `self + scale · other`, tensor by tensor.
  public func adding(_ scale: Double, times other: Self) -> Self {
    combined(with: other) { $0 + scale * $1 }
  }

  /// `scale · self`, tensor by tensor.
  public func multiplied(by scale: Double) -> Self { mapTensors { $0 * scale } }

  /// `Σ self · other` over all elements of all tensors: a scalar.
  ///
  /// - Precondition: the tree has at least one tensor.
  public func dot(_ other: Self) -> Tensor {
    let products = zip(tensors, other.tensors).map { ($0 * $1).sum() }
    precondition(!products.isEmpty, "a tree without tensors has no inner product")
    return products.dropFirst().reduce(products[0], +)
  }
}
