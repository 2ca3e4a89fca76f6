import Platform

extension Tensor {
  package func reduced(_ reduction: Reduction, axes: [Int]) -> Tensor {
    if axes.isEmpty { return self }
    let kept = (0..<rank).filter { !axes.contains($0) }.map { shape[$0] }
    return Tensor(.reduce(reduction, axes: axes), [self], type.with(shape: kept))
  }

  private func normalized(_ axes: [Int]?) -> [Int] {
    let all = axes.map { $0.map { $0 < 0 ? $0 + rank : $0 } } ?? Array(0..<rank)
    precondition(
      Set(all).count == all.count && all.allSatisfy { (0..<rank).contains($0) },
      "axes \(axes ?? []) do not fit \(shape)")
    return all.sorted()
  }

  private func keeping(_ axes: [Int], of source: Tensor) -> Tensor {
    reshaped(source.shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
  }

  /// The sum over `axes` (`nil` for all); the order of summation is fixed.
  public func sum(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = normalized(axes)
    let result = reduced(.sum, axes: axes)
    return keepingAxes ? result.keeping(axes, of: self) : result
  }

  /// The largest element over `axes` (`nil` for all); ties share the derivative equally.
  public func maximum(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = normalized(axes)
    let result = reduced(.maximum, axes: axes)
    return keepingAxes ? result.keeping(axes, of: self) : result
  }

  /// The smallest element over `axes` (`nil` for all); ties share the derivative equally.
  public func minimum(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    -(-self).maximum(axes, keepingAxes: keepingAxes)
  }

  /// The arithmetic mean over `axes` (`nil` for all).
  public func mean(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let count = normalized(axes).reduce(1) { $0 * shape[$1] }
    return sum(axes, keepingAxes: keepingAxes) * (1 / Double(max(count, 1)))
  }

  /// `log Σ exp(x)` over `axes` (`nil` for all), without overflow.
  public func logSumExp(_ axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = normalized(axes)
    let top = stopGradient(maximum(axes, keepingAxes: true))
    let total = log(exp(self - top).sum(axes, keepingAxes: true)) + top
    return keepingAxes
      ? total : total.reshaped((0..<rank).filter { !axes.contains($0) }.map { shape[$0] })
  }
}

/// `x − log Σ exp(x)` over one axis.
public func logSoftmax(_ x: Tensor, axis: Int = -1) -> Tensor {
  x - x.logSumExp([axis], keepingAxes: true)
}

/// `exp(x) / Σ exp(x)` over one axis.
public func softmax(_ x: Tensor, axis: Int = -1) -> Tensor { exp(logSoftmax(x, axis: axis)) }
