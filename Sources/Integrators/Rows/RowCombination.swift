/// A weighted sum of stages, without the weights that are zero.
///
/// Its owner frees the memory; copies of it cost no reference counts.
struct RowCombination {
  let indices: UnsafeBufferPointer<Int>
  let weights: UnsafeBufferPointer<Double>

  init(_ all: [Double]) {
    let used = all.indices.filter { all[$0] != 0 }
    let indices = UnsafeMutableBufferPointer<Int>.allocate(capacity: used.count)
    _ = indices.initialize(from: used)
    let weights = UnsafeMutableBufferPointer<Double>.allocate(capacity: used.count)
    _ = weights.initialize(from: used.map { all[$0] })
    self.indices = UnsafeBufferPointer(indices)
    self.weights = UnsafeBufferPointer(weights)
  }

  func deallocate() {
    indices.deallocate()
    weights.deallocate()
  }
}
