import Platform

/// The bytes of one dense tensor, row-major, aligned to 64 bytes.
///
/// The initializer's closure fills it, and it is not written again while it is shared, hence
/// `@unchecked Sendable`. The only owner of a storage (an optimizer, an executor) may write through
/// `mutableBytes` before sharing it.
package final class Storage: @unchecked Sendable {
  /// Shape and scalar type of the elements.
  package let type: TensorType
  package let mutableBytes: UnsafeMutableRawPointer

  /// Uninitialized bytes, filled by `fill`.
  package init(_ type: TensorType, fill: (UnsafeMutableRawPointer) throws -> Void) rethrows {
    self.type = type
    self.mutableBytes = .allocate(byteCount: max(type.byteCount, 1), alignment: 64)
    try fill(mutableBytes)
  }

  /// The elements of an array, row-major.
  package convenience init<Scalar: TensorScalar>(_ values: [Scalar], shape: [Int]) {
    let type = TensorType(shape, Scalar.scalarType)
    precondition(
      values.count == type.count, "\(values.count) values do not fill the shape \(shape)")
    self.init(type) { bytes in
      values.withUnsafeBytes { source in
        guard let first = source.baseAddress else { return }
        bytes.copyMemory(from: first, byteCount: source.count)
      }
    }
  }

  deinit { mutableBytes.deallocate() }

  package var bytes: UnsafeRawPointer { UnsafeRawPointer(mutableBytes) }

  /// The elements as doubles, whatever the scalar type.
  package var doubles: [Double] {
    switch type.scalar {
    case .float32: elements(as: Float.self).map(Double.init)
    case .float64: elements(as: Double.self)
    }
  }

  /// The elements; `Scalar` must be the storage's scalar type.
  package func elements<Scalar: TensorScalar>(as: Scalar.Type) -> [Scalar] {
    precondition(Scalar.scalarType == type.scalar, "\(type) does not hold \(Scalar.self)")
    let typed = mutableBytes.assumingMemoryBound(to: Scalar.self)
    return Array(UnsafeBufferPointer(start: typed, count: type.count))
  }
}
