import Platform
import Tensors

/// The elements of one parameter tensor during an update; valid inside the rule only.
enum ParameterArrays {
  case float32(TypedArrays<Float>)
  case float64(TypedArrays<Double>)

  init(_ values: Storage, _ gradient: Storage, _ moments: [Storage]) {
    switch values.type.scalar {
    case .float32: self = .float32(TypedArrays(values, gradient, moments))
    case .float64: self = .float64(TypedArrays(values, gradient, moments))
    }
  }
}

/// The elements in one scalar type; a moving average that the rule does not have must not be
/// accessed.
struct TypedArrays<Scalar: TensorScalar> {
  let count: Int
  let values: UnsafeMutablePointer<Scalar>
  let gradient: UnsafePointer<Scalar>
  let first: UnsafeMutablePointer<Scalar>
  let second: UnsafeMutablePointer<Scalar>

  init(_ values: Storage, _ gradient: Storage, _ moments: [Storage]) {
    count = values.type.count
    self.values = values.mutableBytes.assumingMemoryBound(to: Scalar.self)
    self.gradient = gradient.bytes.assumingMemoryBound(to: Scalar.self)
    first = (moments.first ?? values).mutableBytes.assumingMemoryBound(to: Scalar.self)
    second = (moments.last ?? values).mutableBytes.assumingMemoryBound(to: Scalar.self)
  }

  /// Applies a rule to each element, with as many averages as the optimizer has.
  func apply(
    _ rule: (inout Double, Double, inout Double, inout Double) -> Void, moments: Int
  ) {
    for i in 0..<count {
      var value = Double(values[i])
      var (one, two) = (moments > 0 ? Double(first[i]) : 0, moments > 1 ? Double(second[i]) : 0)
      rule(&value, Double(gradient[i]), &one, &two)
      values[i] = Scalar(value)
      if moments > 0 { first[i] = Scalar(one) }
      if moments > 1 { second[i] = Scalar(two) }
    }
  }
}

extension Storage {
  /// All zeros.
  convenience init(zeros type: TensorType) {
    self.init(type) { $0.initializeMemory(as: UInt8.self, repeating: 0, count: type.byteCount) }
  }

  /// A copy of the elements.
  convenience init(copying other: Storage) {
    self.init(other.type) { $0.copyMemory(from: other.bytes, byteCount: other.type.byteCount) }
  }
}
