// Powers for step sizes: the same bits on every platform, and short chains of operations.

/// log₂ of a finite positive number to 1e-9 absolute; −1074 of zero.
///
/// `log₂ x = e + (2 / ln 2) artanh(s)`, `s = (m − 1) / (m + 1)` with `m` in [√½, √2): the series to
/// s⁹ errs by less than 2 · 0.172¹¹ / 11 / ln 2 = 1e-9.
@inlinable
@inline(__always)
func quickLog2(_ x: Double) -> Double {
  guard x >= .leastNormalMagnitude else { return -1074 }
  // Taking bits of √½ off the number leaves the exponent of the nearest power of two.
  let bits = Int64(bitPattern: x.bitPattern) &- 0x3FE6_A09E_667F_3BCD
  let exponent = bits >> 52
  let m = Double(bitPattern: UInt64(bitPattern: Int64(bitPattern: x.bitPattern) &- exponent << 52))
  let s = (m - 1) / (m + 1)
  let q = s * s
  let series =
    (1 + q * (1.0 / 3)) + (q * q) * ((1.0 / 5 + q * (1.0 / 7)) + (q * q) * (1.0 / 9))
  return Double(exponent) + 2.8853900817779268 * s * series
}

/// 2^x to 1e-9 relative, bounded to the normal numbers.
///
/// The Taylor polynomial of degree 8 on |f| ≤ ½ errs by less than 0.347⁹ / 9! = 2e-10.
@inlinable
@inline(__always)
func quickExp2(_ x: Double) -> Double {
  let bounded = min(1022, max(-1021, x))
  // Adding and taking off 1.5 · 2⁵² rounds to an integer, which stays in the low bits.
  let shifted = bounded + 0x1.8p52
  let z = (bounded - (shifted - 0x1.8p52)) * 0.6931471805599453
  let q = z * z
  let low = (1 + z) + q * (0.5 + z * (1.0 / 6))
  let high = (1.0 / 24 + z * (1.0 / 120)) + q * ((1.0 / 720 + z * (1.0 / 5040)) + q * (1.0 / 40320))
  let fraction = low + (q * q) * high
  let exponent = Int64(bitPattern: shifted.bitPattern << 52)
  return Double(bitPattern: UInt64(bitPattern: Int64(bitPattern: fraction.bitPattern) &+ exponent))
}
