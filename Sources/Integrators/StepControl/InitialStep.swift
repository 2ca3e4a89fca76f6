public import CKernels

/// The first step of a solve, from norms over the tolerance of the state (`d0`), its derivative
/// (`d1`) and its second derivative (`d2`).
///
/// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4.
@usableFromInline
enum InitialStep {
  /// A step over which the second derivative is estimated; norms that are not numbers give the
  /// smallest.
  @inlinable
  static func guess(_ d0: Double, _ d1: Double, within limit: Double) -> Double {
    let isSmall = !(d0 >= 1e-5) || !(d1 >= 1e-5) || !d0.isFinite || !d1.isFinite
    return min(isSmall ? 1e-6 : 0.01 * (d0 / d1), limit)
  }

  @inlinable
  static func size(guess: Double, d1: Double, d2: Double, errorOrder: Int) -> Double {
    let largest = max(d1, d2)
    guard largest.isFinite else { return guess }
    let size =
      largest <= 1e-15
      ? max(1e-6, guess * 1e-3) : nk_quick_exp2(nk_quick_log2(0.01 / largest) / Double(errorOrder))
    return min(100 * guess, size)
  }
}
