import Platform

extension Storage {
  /// The given rows of the leading axis, in the given order.
  package func rows(_ indices: [Int]) -> Storage {
    precondition(
      type.rank >= 1 && indices.allSatisfy { (0..<type.shape[0]).contains($0) },
      "rows outside of \(type)")
    let width = type.byteCount / max(type.shape[0], 1)
    return Storage(type.with(shape: [indices.count] + type.shape.dropFirst())) { target in
      for (place, index) in indices.enumerated() {
        (target + place * width).copyMemory(from: bytes + index * width, byteCount: width)
      }
    }
  }
}

extension Tensor {
  /// The given rows of a concrete tensor, as a concrete tensor.
  package func rows(_ indices: [Int]) -> Tensor {
    guard let storage else { preconditionFailure("rows of \(type), which is not concrete") }
    return Tensor(storage: storage.rows(indices))
  }
}
