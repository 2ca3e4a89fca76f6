// SIMD vectors of two, three, four and eight doubles as states.

extension SIMD2: VectorSpace where Scalar == Double {
  @inlinable public var zero: Self { Self(repeating: 0) }
  @inlinable @inline(__always) public func adding(_ scale: Double, times other: Self) -> Self {
    self + scale * other
  }
  @inlinable @inline(__always) public func scaled(by scale: Double) -> Self { scale * self }
  @inlinable public var componentCount: Int { 2 }
  @inlinable public func component(_ index: Int) -> Double { self[index] }
  @inlinable public func replacingComponents(from values: [Double], at offset: Int) -> Self {
    Self(values[offset..<offset + scalarCount])
  }
}

extension SIMD3: VectorSpace where Scalar == Double {
  @inlinable public var zero: Self { Self(repeating: 0) }
  @inlinable @inline(__always) public func adding(_ scale: Double, times other: Self) -> Self {
    self + scale * other
  }
  @inlinable @inline(__always) public func scaled(by scale: Double) -> Self { scale * self }
  @inlinable public var componentCount: Int { 3 }
  @inlinable public func component(_ index: Int) -> Double { self[index] }
  @inlinable public func replacingComponents(from values: [Double], at offset: Int) -> Self {
    Self(values[offset..<offset + scalarCount])
  }
}

extension SIMD4: VectorSpace where Scalar == Double {
  @inlinable public var zero: Self { Self(repeating: 0) }
  @inlinable @inline(__always) public func adding(_ scale: Double, times other: Self) -> Self {
    self + scale * other
  }
  @inlinable @inline(__always) public func scaled(by scale: Double) -> Self { scale * self }
  @inlinable public var componentCount: Int { 4 }
  @inlinable public func component(_ index: Int) -> Double { self[index] }
  @inlinable public func replacingComponents(from values: [Double], at offset: Int) -> Self {
    Self(values[offset..<offset + scalarCount])
  }
}

extension SIMD8: VectorSpace where Scalar == Double {
  @inlinable public var zero: Self { Self(repeating: 0) }
  @inlinable @inline(__always) public func adding(_ scale: Double, times other: Self) -> Self {
    self + scale * other
  }
  @inlinable @inline(__always) public func scaled(by scale: Double) -> Self { scale * self }
  @inlinable public var componentCount: Int { 8 }
  @inlinable public func component(_ index: Int) -> Double { self[index] }
  @inlinable public func replacingComponents(from values: [Double], at offset: Int) -> Self {
    Self(values[offset..<offset + scalarCount])
  }
}
