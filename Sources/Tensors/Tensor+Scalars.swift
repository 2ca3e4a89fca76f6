import Platform

// Tensors combined with Swift numbers, and their elements by index.

extension Tensor {
  @_disfavoredOverload
  public static func + (a: Tensor, b: Float) -> Tensor { a + Double(b) }
  @_disfavoredOverload
  public static func - (a: Tensor, b: Float) -> Tensor { a - Double(b) }
  @_disfavoredOverload
  public static func * (a: Tensor, b: Float) -> Tensor { a * Double(b) }
  @_disfavoredOverload
  public static func / (a: Tensor, b: Float) -> Tensor { a / Double(b) }
  @_disfavoredOverload
  public static func + (a: Float, b: Tensor) -> Tensor { Double(a) + b }
  @_disfavoredOverload
  public static func - (a: Float, b: Tensor) -> Tensor { Double(a) - b }
  @_disfavoredOverload
  public static func * (a: Float, b: Tensor) -> Tensor { Double(a) * b }
  @_disfavoredOverload
  public static func / (a: Float, b: Tensor) -> Tensor { Double(a) / b }

  /// 1 where `a ≤ b`, otherwise 0.
  public static func .<= (a: Tensor, b: Double) -> Tensor { apply(.lessOrEqual, a, a.splat(b)) }
  /// 1 where `a ≥ b`, otherwise 0.
  public static func .>= (a: Tensor, b: Double) -> Tensor { apply(.lessOrEqual, a.splat(b), a) }
  /// 1 where `a = b`, otherwise 0.
  public static func .== (a: Tensor, b: Double) -> Tensor { apply(.equal, a, a.splat(b)) }

  /// The elements at indices of the leading axes, which are removed: `[n, m, …][i, j]` → `[…]`.
  ///
  /// A negative index counts from the end of its axis.
  /// - Precondition: there are at most as many indices as axes, and each is within its axis.
  public subscript(_ indices: Int...) -> Tensor {
    precondition(
      indices.count <= rank && zip(indices, shape).allSatisfy { (-$1..<$1).contains($0) },
      "the indices \(indices) are not within the shape \(shape)")
    return indices.reduce(self) { $0.at($1 < 0 ? $1 + $0.shape[0] : $1) }
  }

  /// A range of the leading axis: `[n, …][2..<5]` → `[3, …]`.
  ///
  /// - Precondition: the range is within the axis.
  public subscript(_ range: some RangeExpression<Int>) -> Tensor {
    let range = range.relative(to: 0..<(shape.first ?? 0))
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape.first ?? 0,
      "the range \(range) is not within the first axis of \(shape)")
    return sliced(range, axis: 0)
  }
}

/// The larger of each element and a number; at a tie the derivative is 0.
public func max(_ x: Tensor, _ bound: Double) -> Tensor { max(x, x.splat(bound)) }
/// The larger of each element and a number; at a tie the derivative is 0.
public func max(_ bound: Double, _ x: Tensor) -> Tensor { max(x, bound) }
/// The smaller of each element and a number; at a tie the derivative is that of the element.
public func min(_ x: Tensor, _ bound: Double) -> Tensor { min(x, x.splat(bound)) }
/// The smaller of each element and a number; at a tie the derivative is that of the element.
public func min(_ bound: Double, _ x: Tensor) -> Tensor { min(x, bound) }
