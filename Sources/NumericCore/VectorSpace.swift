public import Platform

/// The operations that a solver needs of a state: sums, multiples and a norm over its components.
///
/// Any conforming type can be the state of a Runge–Kutta solve: a number, a SIMD vector, an array
/// of numbers. Times, steps and the weights of a method are `Double`s and are rounded to the
/// state's own scalar type.
public protocol VectorSpace: Sendable {
  /// The zero of the space of `self` (an array has the same length).
  var zero: Self { get }

  /// `self + scale · other`.
  func adding(_ scale: Double, times other: Self) -> Self

  /// `scale · self`.
  func scaled(by scale: Double) -> Self

  /// Number of components.
  var componentCount: Int { get }

  /// Component `index` as a `Double`.
  func component(_ index: Int) -> Double

  /// Writes the components to `values[offset...]`.
  func copyComponents(to values: inout [Double], at offset: Int)

  /// The vector of the same space whose components are `values[offset...]`, rounded to its scalar.
  func replacingComponents(from values: [Double], at offset: Int) -> Self

  /// `Σ_i (self_i / (absolute + relative · max(|first_i|, |second_i|)))²`.
  func squaredError(_ tolerance: Tolerance, first: Self, second: Self) -> Double
}

extension VectorSpace {
  @inlinable
  public func copyComponents(to values: inout [Double], at offset: Int) {
    for index in 0..<componentCount { values[offset + index] = component(index) }
  }

  @inlinable
  public func squaredError(_ tolerance: Tolerance, first: Self, second: Self) -> Double {
    var sum = 0.0
    for index in 0..<componentCount {
      let size = Swift.max(first.component(index).magnitude, second.component(index).magnitude)
      // The reciprocal does not depend on the error, so it can be computed before the last
      // evaluation ends.
      let ratio = component(index) * (1 / (tolerance.absolute + tolerance.relative * size))
      sum += ratio * ratio
    }
    return sum
  }

  /// Whether the components are rounded to single precision.
  package var isSinglePrecision: Bool {
    let nearOne = Array(repeating: 1 + 0x1p-40, count: componentCount)
    return componentCount > 0 && replacingComponents(from: nearOne, at: 0).component(0) == 1
  }

  /// The first component that is not finite; `nil` if all are.
  @inlinable
  public var firstNonFiniteComponent: Int? {
    for index in 0..<componentCount where !component(index).isFinite { return index }
    return nil
  }
}

extension Double: VectorSpace {
  @inlinable public var zero: Double { 0 }
  @inlinable @inline(__always) public func adding(_ scale: Double, times other: Double) -> Double {
    self + scale * other
  }
  @inlinable @inline(__always) public func scaled(by scale: Double) -> Double { scale * self }
  @inlinable public var componentCount: Int { 1 }
  @inlinable public func component(_ index: Int) -> Double { self }
  @inlinable public func replacingComponents(from values: [Double], at offset: Int) -> Double {
    values[offset]
  }
}

extension Float: VectorSpace {
  @inlinable public var zero: Float { 0 }
  @inlinable @inline(__always) public func adding(_ scale: Double, times other: Float) -> Float {
    self + Float(scale) * other
  }
  @inlinable @inline(__always) public func scaled(by scale: Double) -> Float { Float(scale) * self }
  @inlinable public var componentCount: Int { 1 }
  @inlinable public func component(_ index: Int) -> Double { Double(self) }
  @inlinable public func replacingComponents(from values: [Double], at offset: Int) -> Float {
    Float(values[offset])
  }
}

extension Array: VectorSpace where Element: VectorSpace {
  @inlinable public var zero: [Element] { map(\.zero) }

  /// - Precondition: both have the same number of components.
  @inlinable
  public func adding(_ scale: Double, times other: [Element]) -> [Element] {
    precondition(count == other.count, "states of \(count) and \(other.count) elements")
    var result = self
    for index in result.indices {
      result[index] = result[index].adding(scale, times: other[index])
    }
    return result
  }

  @inlinable @inline(__always) public func scaled(by scale: Double) -> [Element] {
    map { $0.scaled(by: scale) }
  }

  @inlinable public var componentCount: Int { reduce(0) { $0 + $1.componentCount } }

  @inlinable
  public func component(_ index: Int) -> Double {
    var index = index
    for element in self {
      if index < element.componentCount { return element.component(index) }
      index -= element.componentCount
    }
    preconditionFailure("a component outside of the state")
  }

  @inlinable
  public func copyComponents(to values: inout [Double], at offset: Int) {
    var offset = offset
    for element in self {
      element.copyComponents(to: &values, at: offset)
      offset += element.componentCount
    }
  }

  @inlinable
  public func replacingComponents(from values: [Double], at offset: Int) -> [Element] {
    var offset = offset
    return map { element in
      defer { offset += element.componentCount }
      return element.replacingComponents(from: values, at: offset)
    }
  }

  @inlinable
  public func squaredError(_ tolerance: Tolerance, first: [Element], second: [Element]) -> Double {
    var sum = 0.0
    for index in indices {
      sum += self[index].squaredError(tolerance, first: first[index], second: second[index])
    }
    return sum
  }
}
