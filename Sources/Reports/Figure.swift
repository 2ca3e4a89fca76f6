/// A number as tables print it: four significant digits, no trailing zeros.
package struct Figure: CustomStringConvertible, Sendable {
  package let value: Double

  package init(_ value: Double) { self.value = value }

  package var description: String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-∞" : "∞" }
    if value == 0 { return "0" }
    var exponent = 0
    var digits = value.magnitude
    while digits >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    var whole = Int((digits * 1000).rounded())
    if whole == 10_000 { (whole, exponent) = (1000, exponent + 1) }
    let sign = value < 0 ? "-" : ""
    if exponent > 5 || exponent < -4 {
      return sign + Figure.decimal(whole, point: 1) + "e\(exponent)"
    }
    if exponent >= 3 {
      let rounded = Int(value.magnitude.rounded())
      return sign + String(rounded)
    }
    return sign + Figure.decimal(whole, point: 1 + exponent)
  }

  /// Four digits with a decimal point after the `point`-th, trailing zeros dropped.
  private static func decimal(_ digits: Int, point: Int) -> String {
    let text = String(digits)
    let padded = point > 0 ? text : String(repeating: "0", count: 1 - point) + text
    let place = padded.index(padded.startIndex, offsetBy: max(point, 1))
    var fraction = padded[place...]
    while fraction.last == "0" { fraction.removeLast() }
    return padded[..<place] + (fraction.isEmpty ? "" : "." + fraction)
  }
}
