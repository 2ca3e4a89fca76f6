/// Brent's methods for a root and for a minimum between two places.
///
/// Source: Brent, Algorithms for Minimization without Derivatives (1973), chapters 4 and 5.
@usableFromInline
enum RootBracket {
  /// The end of a shortest interval in which a function leaves its side of zero, to a resolution:
  /// there it is zero or has the other sign.
  ///
  /// - Parameter side: the sign of the function at `start`, +1 or −1.
  @inlinable
  static func crossing(
    from start: Double, to end: Double, side: Int8, _ resolution: Double,
    _ function: (Double) -> Double
  ) -> Double {
    let sign = Double(side)
    // `b` is the best estimate, `c` lies on the other side of the root, `a` is the estimate before.
    var (a, b) = (start, end)
    var (fa, fb) = (sign * function(start), sign * function(end))
    if fa <= 0 { return max(start, resolution) }
    if fb > 0 { return end }
    var (c, fc) = (a, fa)
    var step = b - a
    var previous = step
    for _ in 0..<200 {
      if fc.magnitude < fb.magnitude { (a, b, c, fa, fb, fc) = (b, c, b, fb, fc, fb) }
      let middle = 0.5 * (c - b)
      if middle.magnitude <= resolution || fb == 0 { break }
      if previous.magnitude < resolution || fa.magnitude <= fb.magnitude {
        (step, previous) = (middle, middle)
      } else {
        let (p, q) = interpolation((a, b, c), (fa, fb, fc), middle)
        let isInside =
          2 * p < min(3 * middle * q - (resolution * q).magnitude, (previous * q).magnitude)
        (previous, step) = isInside ? (step, p / q) : (middle, middle)
      }
      (a, fa) = (b, fb)
      b += step.magnitude > resolution ? step : (middle > 0 ? resolution : -resolution)
      fb = sign * function(b)
      if (fb > 0) == (fc > 0) {
        (c, fc) = (a, fa)
        (step, previous) = (b - a, b - a)
      }
    }
    return fb <= 0 ? b : c
  }

  /// The step `p / q`, `p ≥ 0` towards `c`, of the secant or the inverse parabola.
  @inlinable
  static func interpolation(
    _ x: (a: Double, b: Double, c: Double), _ f: (a: Double, b: Double, c: Double),
    _ middle: Double
  ) -> (p: Double, q: Double) {
    let s = f.b / f.a
    var (p, q) = (2 * middle * s, 1 - s)
    if x.a != x.c {
      let (r, t) = (f.b / f.c, f.a / f.c)
      p = s * (2 * middle * t * (t - r) - (x.b - x.a) * (r - 1))
      q = (t - 1) * (r - 1) * (s - 1)
    }
    if p > 0 { q = -q } else { p = -p }
    return (p, q)
  }

  /// A place between two others at which a function that falls from the one toward the other, and
  /// rises to it, is negative; nil if its minimum is not.
  @inlinable
  static func negative(
    between start: Double, and end: Double, _ function: (Double) -> Double
  ) -> Double? {
    let golden = 0.3819660112501051
    var (a, b) = (start, end)
    // The least value so far, the second and the one before that.
    var x = a + golden * (b - a)
    var fx = function(x)
    var (v, w, fv, fw) = (x, x, fx, fx)
    var (step, previous) = (0.0, 0.0)
    for _ in 0..<60 {
      if fx < 0 { return x }
      let middle = 0.5 * (a + b)
      let tolerance = 0x1p-28
      if (x - middle).magnitude <= 2 * tolerance - 0.5 * (b - a) { return nil }
      var isParabolic = false
      if previous.magnitude > tolerance {
        let r = (x - w) * (fx - fv)
        var q = (x - v) * (fx - fw)
        var p = (x - v) * q - (x - w) * r
        q = 2 * (q - r)
        if q > 0 { p = -p } else { q = -q }
        isParabolic =
          p.magnitude < (0.5 * q * previous).magnitude && p > q * (a - x) && p < q * (b - x)
        if isParabolic { (previous, step) = (step, p / q) }
      }
      if !isParabolic {
        previous = x < middle ? b - x : a - x
        step = golden * previous
      }
      let u = x + (step.magnitude >= tolerance ? step : step > 0 ? tolerance : -tolerance)
      let fu = function(u)
      if fu <= fx {
        if u < x { b = x } else { a = x }
        (v, w, x, fv, fw, fx) = (w, x, u, fw, fx, fu)
      } else {
        if u < x { a = u } else { b = u }
        if fu <= fw || w == x {
          (v, w, fv, fw) = (w, u, fw, fu)
        } else if fu <= fv || v == x || v == w {
          (v, fv) = (u, fu)
        }
      }
    }
    return nil
  }
}
