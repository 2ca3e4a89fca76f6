/// Numbers formatted for a reader.
public enum NumberText {
  /// A fixed number of decimals: `fixed(3.14159, 2)` is `3.14`.
  ///
  /// Not-a-number is a dash; numbers of 1e15 or more have an exponent.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
    let power = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * power).rounded()
    guard scaled < 1e15 else { return significant(value, decimals + 1) }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "−" : ""
    if decimals == 0 { return sign + padded }
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }

  /// A number of significant digits; very small and very large numbers have an exponent: `1.2e−7`.
  public static func significant(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value != 0 else { return fixed(value, 0) }
    var exponent = 0
    var mantissa = value.magnitude
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    // 9.9996 to four digits is 10.00.
    let scale = (1..<max(digits, 1)).reduce(1.0) { scale, _ in scale * 10 }
    if (mantissa * scale).rounded() >= 10 * scale {
      mantissa = 1
      exponent += 1
    }
    if exponent < -4 || exponent >= max(digits, 6) {
      let sign = value < 0 ? "−" : ""
      let power = exponent < 0 ? "−\(-exponent)" : "\(exponent)"
      return "\(sign)\(fixed(mantissa, digits - 1))e\(power)"
    }
    return fixed(value, max(0, digits - 1 - exponent))
  }

  /// A fraction in percent.
  public static func percent(_ share: Double, _ decimals: Int = 1) -> String {
    fixed(100 * share, decimals) + " %"
  }
}
