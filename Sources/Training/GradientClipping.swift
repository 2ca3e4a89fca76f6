import Platform
public import Tensors

extension TensorTree {
  /// `√Σ x²` over all elements of all tensors, in double precision and a fixed order.
  ///
  /// The result is not finite if an element is not finite or if squares overflow (elements beyond
  /// 1e154).
  /// - Precondition: the tensors are concrete.
  public var globalNorm: Double {
    var total = 0.0
    for tensor in tensors { total += tensor.concreteStorage.sumOfSquares }
    return total.squareRoot()
  }

  /// The tree scaled so that its global norm is at most `limit`; a tree whose norm is not finite is
  /// returned unchanged.
  ///
  /// - Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.
  public func clipped(toNorm limit: Double) -> Self {
    precondition(limit > 0, "a norm's limit is positive, got \(limit)")
    let norm = globalNorm
    return norm.isFinite && norm > limit ? scaled(by: limit / norm) : self
  }

  /// Every element times a factor.
  ///
  /// - Precondition: the tensors are concrete.
  public func scaled(by factor: Double) -> Self {
    mapTensors { Tensor(storage: $0.concreteStorage.scaled(by: factor)) }
  }
}

extension Storage {
  /// Four partial sums, then their sum: the order does not depend on the machine.
  fileprivate var sumOfSquares: Double {
    switch type.scalar {
    case .float32: sum(of: Float.self) { Double($0) * Double($0) }
    case .float64: sum(of: Double.self) { $0 * $0 }
    }
  }

  private func sum<Scalar: TensorScalar>(
    of: Scalar.Type, _ term: (Scalar) -> Double
  ) -> Double {
    let elements = bytes.assumingMemoryBound(to: Scalar.self)
    let count = type.count
    var lanes = SIMD4<Double>()
    var i = 0
    while i + 4 <= count {
      for lane in 0..<4 { lanes[lane] += term(elements[i + lane]) }
      i += 4
    }
    while i < count {
      lanes[0] += term(elements[i])
      i += 1
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
  }

  fileprivate func scaled(by factor: Double) -> Storage {
    let copy = Storage(copying: self)
    switch type.scalar {
    case .float32: copy.multiply(Float(factor))
    case .float64: copy.multiply(factor)
    }
    return copy
  }

  private func multiply<Scalar: TensorScalar>(_ factor: Scalar) {
    let elements = mutableBytes.assumingMemoryBound(to: Scalar.self)
    for i in 0..<type.count { elements[i] *= factor }
  }
}
