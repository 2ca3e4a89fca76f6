import Tensors

// Patterns that rules match in expressions.

extension Tensor {
  var operands: [Tensor] { node.operands }

  /// The value that all elements have, rounded to the scalar type.
  var splatValue: Double? {
    guard case .splat(let value) = operation else { return nil }
    return rounded(value)
  }

  /// A number rounded to this tensor's scalar type.
  func rounded(_ value: Double) -> Double {
    scalarType == .float32 ? Double(Float(value)) : value
  }

  var isZero: Bool { splatValue == 0 }

  /// `x` if this is `f(x)`.
  func operand(of function: UnaryFunction) -> Tensor? {
    if case .unary(function) = operation { operands[0] } else { nil }
  }

  /// `(a, b)` if this is `f(a, b)`.
  func operands(of function: BinaryFunction) -> (Tensor, Tensor)? {
    if case .binary(function) = operation { (operands[0], operands[1]) } else { nil }
  }

  /// `(x, c)` if this is `x · c` with a number `c`; rules put numbers on the right.
  var scaledByNumber: (Tensor, Double)? {
    guard let (x, number) = operands(of: .multiply), let c = number.splatValue else { return nil }
    return (x, c)
  }

  /// `x` if this is `x` broadcast.
  var broadcastOperand: Tensor? {
    if case .broadcast = operation { operands[0] } else { nil }
  }

  func isSame(as other: Tensor) -> Bool { node === other.node && index == other.index }
}

extension Operation {
  /// Elementwise operations, which commute with repeating elements.
  var isElementwise: Bool {
    switch self {
    case .unary, .binary, .compare, .select, .convert: true
    default: false
    }
  }
}
