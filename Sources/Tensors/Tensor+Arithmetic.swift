import Platform

extension Tensor {
  package static func apply(_ function: UnaryFunction, _ x: Tensor) -> Tensor {
    Tensor(.unary(function), [x], x.type)
  }

  package static func apply(_ function: BinaryFunction, _ a: Tensor, _ b: Tensor) -> Tensor {
    let (a, b) = aligned(a, b)
    return Tensor(.binary(function), [a, b], a.type)
  }

  package static func apply(_ comparison: Comparison, _ a: Tensor, _ b: Tensor) -> Tensor {
    let (a, b) = aligned(a, b)
    return Tensor(.compare(comparison), [a, b], a.type)
  }

  /// Both broadcast to their common shape.
  private static func aligned(_ a: Tensor, _ b: Tensor) -> (Tensor, Tensor) {
    precondition(
      a.scalarType == b.scalarType,
      "operands have different scalar types: \(a.type) and \(b.type); use converted(to:)")
    if a.shape == b.shape { return (a, b) }
    let shape = broadcastShape(a.shape, b.shape)
    return (a.broadcast(to: shape), b.broadcast(to: shape))
  }

  /// The shape that both broadcast to, right-aligned; sizes are equal or one of them is 1.
  package static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int] {
    let rank = max(a.count, b.count)
    return (0..<rank).map { axis in
      let i = axis - rank + a.count
      let j = axis - rank + b.count
      guard i >= 0 else { return b[j] }
      guard j >= 0 else { return a[i] }
      precondition(
        a[i] == b[j] || a[i] == 1 || b[j] == 1, "shapes \(a) and \(b) do not broadcast")
      return a[i] == 1 ? b[j] : a[i]
    }
  }

  /// A constant of this tensor's type, for mixing with Swift numbers.
  package func splat(_ value: Double) -> Tensor {
    Tensor(repeating: value, shape: shape, scalarType: scalarType)
  }

  public static func + (a: Tensor, b: Tensor) -> Tensor { apply(.add, a, b) }
  public static func - (a: Tensor, b: Tensor) -> Tensor { apply(.subtract, a, b) }
  public static func * (a: Tensor, b: Tensor) -> Tensor { apply(.multiply, a, b) }
  public static func / (a: Tensor, b: Tensor) -> Tensor { apply(.divide, a, b) }
  public static prefix func - (x: Tensor) -> Tensor { apply(.negate, x) }

  public static func + (a: Tensor, b: Double) -> Tensor { apply(.add, a, a.splat(b)) }
  public static func - (a: Tensor, b: Double) -> Tensor { apply(.subtract, a, a.splat(b)) }
  public static func * (a: Tensor, b: Double) -> Tensor { apply(.multiply, a, a.splat(b)) }
  public static func / (a: Tensor, b: Double) -> Tensor { apply(.multiply, a, a.splat(1 / b)) }
  public static func + (a: Double, b: Tensor) -> Tensor { apply(.add, b, b.splat(a)) }
  public static func - (a: Double, b: Tensor) -> Tensor { apply(.subtract, b.splat(a), b) }
  public static func * (a: Double, b: Tensor) -> Tensor { apply(.multiply, b, b.splat(a)) }
  public static func / (a: Double, b: Tensor) -> Tensor { apply(.divide, b.splat(a), b) }

  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }

  /// 1 where `a < b`, else 0.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { apply(.less, a, b) }
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { apply(.lessOrEqual, a, b) }
  public static func .> (a: Tensor, b: Tensor) -> Tensor { apply(.less, b, a) }
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { apply(.lessOrEqual, b, a) }
  public static func .== (a: Tensor, b: Tensor) -> Tensor { apply(.equal, a, b) }
  public static func .> (a: Tensor, b: Double) -> Tensor { apply(.less, a.splat(b), a) }
  public static func .< (a: Tensor, b: Double) -> Tensor { apply(.less, a, a.splat(b)) }
}

/// `a` where `mask` is not 0, otherwise `b`; all three broadcast together.
public func select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  precondition(
    mask.scalarType == a.scalarType && a.scalarType == b.scalarType,
    "select has operands of different scalar types: \(mask.type), \(a.type) and \(b.type)")
  let shape = Tensor.broadcastShape(mask.shape, Tensor.broadcastShape(a.shape, b.shape))
  return Tensor(
    .select, [mask.broadcast(to: shape), a.broadcast(to: shape), b.broadcast(to: shape)],
    a.type.with(shape: shape))
}
