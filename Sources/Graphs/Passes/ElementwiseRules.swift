import Tensors

extension SimplificationRule {
  /// Rules for functions of one argument; signs move outwards, where they cancel.
  static let signRules: [SimplificationRule] = [
    SimplificationRule("−(−x) = x") { $0.operand(of: .negate)?.operand(of: .negate) },
    SimplificationRule("−(a − b) = b − a") { y in
      y.operand(of: .negate)?.operands(of: .subtract).map { $1 - $0 }
    },
    SimplificationRule("−(x · c) = x · (−c)") { y in
      y.operand(of: .negate)?.scaledByNumber.map { $0 * (-$1) }
    },
    SimplificationRule("f(−x) = f(x) for even f") { y in
      guard case .unary(let f) = y.operation, f == .square || f == .abs || f == .cos,
        let x = y.operands[0].operand(of: .negate)
      else { return nil }
      return Tensor(y.operation, [x], y.type)
    },
  ]

  /// Rules for products; numbers move to the right and are combined.
  static let multiplicationRules: [SimplificationRule] = [
    SimplificationRule("c · x = x · c") { y in
      guard let (a, b) = y.operands(of: .multiply), a.splatValue != nil, b.splatValue == nil
      else { return nil }
      return b * a
    },
    SimplificationRule("x · 0 = 0") { y in
      y.operands(of: .multiply).flatMap { $1.isZero ? y.splat(0) : nil }
    },
    SimplificationRule("x · 1 = x") { y in
      y.scaledByNumber.flatMap { $1 == 1 ? $0 : nil }
    },
    SimplificationRule("x · (−1) = −x") { y in
      y.scaledByNumber.flatMap { $1 == -1 ? -$0 : nil }
    },
    SimplificationRule("(x · c) · d = x · (c d)") { y in
      guard let (scaled, d) = y.scaledByNumber, let (x, c) = scaled.scaledByNumber
      else { return nil }
      return x * (c * d)
    },
    SimplificationRule("(x · c) · (y · d) = (x · y) · (c d)") { y in
      guard let (a, b) = y.operands(of: .multiply), let (x, c) = a.scaledByNumber,
        let (z, d) = b.scaledByNumber
      else { return nil }
      return (x * z) * (c * d)
    },
    SimplificationRule("(−a) · b = −(a · b)") { y in
      guard let (a, b) = y.operands(of: .multiply) else { return nil }
      if let x = a.operand(of: .negate) { return -(x * b) }
      return b.operand(of: .negate).map { -(a * $0) }
    },
    SimplificationRule("x · x = x²") { y in
      y.operands(of: .multiply).flatMap { $0.isSame(as: $1) ? square($0) : nil }
    },
  ]

  static let divisionRules: [SimplificationRule] = [
    SimplificationRule("0 / x = 0") { y in
      y.operands(of: .divide).flatMap { a, _ in a.isZero ? y.splat(0) : nil }
    },
    SimplificationRule("x / c = x · (1 / c)") { y in
      guard let (x, number) = y.operands(of: .divide), let c = number.splatValue, c != 0,
        (1 / c).isFinite
      else { return nil }
      return x * (1 / c)
    },
    SimplificationRule("1 / x = reciprocal x") { y in
      y.operands(of: .divide).flatMap { a, b in a.splatValue == 1 ? reciprocal(b) : nil }
    },
    SimplificationRule("(−a) / b = −(a / b)") { y in
      guard let (a, b) = y.operands(of: .divide) else { return nil }
      if let x = a.operand(of: .negate) { return -(x / b) }
      return b.operand(of: .negate).map { -(a / $0) }
    },
  ]

  /// Rules for selections between equal values.
  static let selectionRules: [SimplificationRule] = [
    SimplificationRule("min(x, x) = max(x, x) = x") { y in
      (y.operands(of: .minimum) ?? y.operands(of: .maximum))
        .flatMap { $0.isSame(as: $1) ? $0 : nil }
    },
    SimplificationRule("select(number, a, b)") { y in
      guard case .select = y.operation, let mask = y.operands[0].splatValue else { return nil }
      return mask != 0 ? y.operands[1] : y.operands[2]
    },
    SimplificationRule("select(m, a, a) = a") { y in
      guard case .select = y.operation else { return nil }
      let (a, b) = (y.operands[1], y.operands[2])
      if let c = a.splatValue, c == b.splatValue { return a }
      return a.isSame(as: b) ? a : nil
    },
  ]

  /// Repeated elements are computed once.
  static let repetitionRules: [SimplificationRule] = [
    SimplificationRule("f(repeat x) = repeat f(x)") { y in
      guard y.operation.isElementwise, y.type.count > 1 else { return nil }
      let sources = y.operands.map(\.broadcastOperand)
      guard let first = sources.compactMap({ $0 }).first, first.type.count < y.type.count,
        zip(sources, y.operands).allSatisfy({ source, operand in
          source.map { $0.shape == first.shape } ?? (operand.splatValue != nil)
        })
      else { return nil }
      let operands = zip(sources, y.operands).map { source, operand in
        source
          ?? Tensor(
            repeating: operand.splatValue!, shape: first.shape, scalarType: operand.scalarType)
      }
      return Tensor(y.operation, operands, y.type.with(shape: first.shape)).broadcast(to: y.shape)
    }
  ]

  /// Rules for sums and differences.
  static let additionRules: [SimplificationRule] = [
    SimplificationRule("c + x = x + c") { y in
      guard let (a, b) = y.operands(of: .add), a.splatValue != nil, b.splatValue == nil
      else { return nil }
      return b + a
    },
    SimplificationRule("x + 0 = x − 0 = x") { y in
      (y.operands(of: .add) ?? y.operands(of: .subtract)).flatMap { $1.isZero ? $0 : nil }
    },
    SimplificationRule("0 − x = −x") { y in
      y.operands(of: .subtract).flatMap { $0.isZero ? -$1 : nil }
    },
    SimplificationRule("(x + c) + d = x + (c + d)") { y in
      guard let (sum, d) = y.operands(of: .add), let d = d.splatValue,
        let (x, c) = sum.operands(of: .add), let c = c.splatValue
      else { return nil }
      return x + (c + d)
    },
    SimplificationRule("a + (−b) = a − b") { y in
      guard let (a, b) = y.operands(of: .add) else { return nil }
      if let x = b.operand(of: .negate) { return a - x }
      return a.operand(of: .negate).map { b - $0 }
    },
    SimplificationRule("a − (−b) = a + b") { y in
      y.operands(of: .subtract).flatMap { a, b in b.operand(of: .negate).map { a + $0 } }
    },
    SimplificationRule("(−a) − b = −(a + b)") { y in
      y.operands(of: .subtract).flatMap { a, b in a.operand(of: .negate).map { -($0 + b) } }
    },
    SimplificationRule("x + x = x · 2") { y in
      y.operands(of: .add).flatMap { $0.isSame(as: $1) ? $0 * 2 : nil }
    },
    SimplificationRule("adjacent pads add to a join") { y in
      guard let (a, b) = y.operands(of: .add) else { return nil }
      return joined(a, b) ?? joined(b, a)
    },
  ]

  /// The sum of two padded tensors that are adjacent along one axis: the gradient of a split.
  private static func joined(_ first: Tensor, _ second: Tensor) -> Tensor? {
    guard case .pad(let low, var high, let between) = first.operation,
      case .pad(let otherLow, let otherHigh, let otherBetween) = second.operation,
      (between + otherBetween).allSatisfy({ $0 == 0 })
    else { return nil }
    let (a, b) = (first.operands[0], second.operands[0])
    let differing = low.indices.filter {
      low[$0] != otherLow[$0] || high[$0] != otherHigh[$0]
    }
    guard differing.count == 1, let axis = differing.first,
      low[axis] + a.shape[axis] == otherLow[axis]
    else { return nil }
    high[axis] = otherHigh[axis]
    return concatenate(a.parts(along: axis) + b.parts(along: axis), axis: axis)
      .padded(low: low, high: high)
  }
}

extension Tensor {
  /// The parts of a concatenation along `axis`; otherwise the tensor itself.
  func parts(along axis: Int) -> [Tensor] {
    if case .concatenate(axis) = operation { operands } else { [self] }
  }
}
