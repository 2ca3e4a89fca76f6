/// The double nearest to a decimal number in ASCII; `nil` for any other text.
///
/// Up to 15 significant digits and a power of ten up to 22 are exact in a double, so one product or
/// quotient rounds once (Clinger 1990, "How to read floating point numbers accurately", the fast
/// path); the standard library reads all others. Hexadecimal numbers and spelled-out infinities are
/// text, except that `nan` and `inf` in any spelling give the values, which the caller refuses.
package func decimalNumber(_ text: ArraySlice<UInt8>) -> Double? {
  var rest = text
  let isNegative = rest.first == UInt8(ascii: "-")
  if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
  var mantissa: UInt64 = 0
  var digits = 0
  var fraction = 0
  var seenPoint = false
  var count = 0
  for byte in rest {
    if byte >= 0x30 && byte <= 0x39 {
      mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
      if mantissa > 0 { digits += 1 }
      if seenPoint { fraction += 1 }
      count += 1
    } else if byte == UInt8(ascii: "."), !seenPoint {
      seenPoint = true
    } else {
      return slowNumber(text)
    }
    if digits > 15 || fraction > 22 { return slowNumber(text) }
  }
  if count == 0 { return nil }
  let magnitude = Double(mantissa) / powersOfTen[fraction]
  return isNegative ? -magnitude : magnitude
}

private func slowNumber(_ text: ArraySlice<UInt8>) -> Double? {
  let isHexadecimal = text.contains { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") }
  return isHexadecimal ? nil : Double(String(decoding: text, as: UTF8.self))
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
  1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
