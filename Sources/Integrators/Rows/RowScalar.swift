/// A scalar type of row buffers, with the loops over rows that a Runge–Kutta method needs.
package protocol RowScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// `target[r, :] = base[r, :] + steps[r] Σ_j weights[j] stages[j][r, :]`; `base` may be nil (0)
  /// and may be `target`.
  static func combine(
    _ base: UnsafePointer<Self>?, _ stages: UnsafePointer<UnsafePointer<Self>?>,
    _ weights: UnsafePointer<Double>, count: Int, steps: UnsafePointer<Double>,
    rows: Int, width: Int, into target: UnsafeMutablePointer<Self>)

  /// `norms[r]`: the root mean square of `steps[r] Σ_j weights[j] stages[j][r, :]` over `absolute +
  /// relative · max(|first|, |second|)`.
  ///
  /// `mask` (0 or 1, `width` elements, or nil) marks the components that count. NaN or infinity
  /// anywhere in the row's error or `second` gives NaN or infinity.
  static func errorNorms(
    _ stages: UnsafePointer<UnsafePointer<Self>?>, _ weights: UnsafePointer<Double>, count: Int,
    steps: UnsafePointer<Double>, first: UnsafePointer<Self>, second: UnsafePointer<Self>,
    absolute: Double, relative: Double, mask: UnsafePointer<Self>?, rows: Int, width: Int,
    into norms: UnsafeMutablePointer<Double>)
}
