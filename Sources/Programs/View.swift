import Tensors

/// The start of an array: a buffer of the program and an offset into it, in bytes.
struct Location: Hashable {
  var buffer: Int32
  var offset: Int
}

/// A strided reading of a buffer; strides in elements, 0 repeats.
struct View {
  var buffer: Int
  /// In elements.
  var offset: Int
  var shape: [Int]
  var strides: [Int]
  var scalar: ScalarType

  init(dense buffer: Int, _ type: TensorType) {
    self.buffer = buffer
    self.offset = 0
    self.shape = type.shape
    self.strides = View.denseStrides(type.shape)
    self.scalar = type.scalar
  }

  var count: Int { shape.reduce(1, *) }
  var location: Location {
    Location(buffer: Int32(buffer), offset: offset * scalar.byteCount)
  }
  var type: TensorType { TensorType(shape, scalar) }

  static func denseStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// Row-major without gaps; axes of size 1 may have any stride.
  var isDense: Bool {
    var expected = 1
    for axis in stride(from: shape.count - 1, through: 0, by: -1) where shape[axis] != 1 {
      if strides[axis] != expected { return false }
      expected *= shape[axis]
    }
    return true
  }

  /// Broadcast to a larger shape, right-aligned.
  func broadcast(to target: [Int]) -> View {
    var view = self
    let extra = target.count - shape.count
    view.shape = target
    view.strides = (0..<target.count).map { axis in
      let own = axis - extra
      return own < 0 || (shape[own] == 1 && target[axis] != 1) ? 0 : strides[own]
    }
    return view
  }

  func transposed(_ permutation: [Int]) -> View {
    var view = self
    view.shape = permutation.map { shape[$0] }
    view.strides = permutation.map { strides[$0] }
    return view
  }

  func sliced(start: [Int], stride: [Int], to target: [Int]) -> View {
    var view = self
    view.shape = target
    view.offset += zip(start, strides).reduce(0) { $0 + $1.0 * $1.1 }
    view.strides = zip(stride, strides).map { $0 * $1 }
    return view
  }

  /// The same elements in another shape, if that needs no copy; otherwise `nil`.
  func reshaped(_ target: [Int]) -> View? {
    var view = self
    view.shape = target
    if isDense {
      view.strides = View.denseStrides(target)
      return view
    }
    // Insertion or removal of axes of size 1 keeps any strides.
    let kept = shape.indices.filter { shape[$0] != 1 }
    guard kept.map({ shape[$0] }) == target.filter({ $0 != 1 }) else { return nil }
    var next = kept.makeIterator()
    view.strides = target.map { $0 == 1 ? 0 : strides[next.next()!] }
    return view
  }

  /// Merges adjacent axes of several views over one index space where all of them allow it.
  static func collapse(_ shape: [Int], _ strides: [[Int]]) -> (shape: [Int], strides: [[Int]]) {
    var sizes: [Int] = []
    var merged: [[Int]] = Array(repeating: [], count: strides.count)
    for axis in shape.indices where shape[axis] != 1 {
      let last = sizes.count - 1
      let fits =
        last >= 0
        && strides.indices.allSatisfy {
          merged[$0][last] == strides[$0][axis] * shape[axis]
        }
      if fits {
        sizes[last] *= shape[axis]
        for view in strides.indices { merged[view][last] = strides[view][axis] }
      } else {
        sizes.append(shape[axis])
        for view in strides.indices { merged[view].append(strides[view][axis]) }
      }
    }
    if sizes.isEmpty { return ([1], merged.map { _ in [1] }) }
    return (sizes, merged)
  }
}
