import NumericCore

/// A number for a reader: rounded to some significant digits, without a useless `.0`.
func shortText(_ value: Double, digits: Int = 6) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  let magnitude = (Double.logarithm(value.magnitude) / Double.logarithm(10)).rounded(.down)
  let shift = Double(digits) - 1 - magnitude
  // Beyond ±300 the power of ten would leave the range of doubles.
  guard abs(shift) < 300 else { return "\(value)" }
  let scale = Double.power(10, abs(shift))
  let rounded = shift >= 0 ? (value * scale).rounded() / scale : (value / scale).rounded() * scale
  let text = rounded.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
