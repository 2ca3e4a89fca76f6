/// A number for a reader: rounded to some significant digits, without a trailing `.0`.
///
/// Numbers of 1e13 and more, and below 1e-4, have an exponent. The rounded digits are those of the
/// shortest text that reads back to the same value.
package func shortText(_ value: Double, digits: Int = 6) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  let parts = value.magnitude.description.split(separator: "e")
  let whole = parts[0].split(separator: ".")
  var figures = whole.joined().drop { $0 == "0" }.map { $0.wholeNumberValue ?? 0 }
  // The power of ten of the first digit.
  var power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  power += whole.joined().count - (whole.count > 1 ? whole[1].count : 0) - 1
  power -= whole.joined().prefix { $0 == "0" }.count
  if figures.count > digits {
    let isUp = figures[digits] >= 5
    figures = Array(figures.prefix(digits))
    var place = digits - 1
    while isUp && place >= 0 {
      figures[place] = (figures[place] + 1) % 10
      if figures[place] != 0 { break }
      place -= 1
    }
    if isUp && place < 0 {
      figures.insert(1, at: 0)
      power += 1
    }
  }
  while figures.count > 1 && figures.last == 0 { figures.removeLast() }
  return (value < 0 ? "-" : "") + layout(figures, power)
}

/// Increasing or decreasing numbers with enough digits, six or more, to show their differences to a
/// thousandth.
package func distinctTexts(_ values: [Double]) -> [String] {
  let gaps = zip(values, values.dropFirst()).map { ($1 - $0).magnitude }.filter { $0 > 0 }
  let resolution = (gaps.min() ?? .infinity) / 1000
  for digits in 6..<17 {
    let texts = values.map { shortText($0, digits: digits) }
    let isFine = zip(texts, values).allSatisfy { text, value in
      ((Double(text) ?? value) - value).magnitude <= resolution
    }
    if isFine { return texts }
  }
  return values.map { shortText($0, digits: 17) }
}

/// A count with its noun: `1 point`, `2 points`.
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// Digits as a plain number, or with an exponent if the plain form is long.
private func layout(_ figures: [Int], _ power: Int) -> String {
  func text(_ figures: some Sequence<Int>) -> String { figures.map(String.init).joined() }
  guard (-4..<13).contains(power) else {
    let rest = text(figures.dropFirst())
    return "\(figures[0])" + (rest.isEmpty ? "" : "." + rest)
      + (power < 0 ? "e\(power)" : "e+\(power)")
  }
  if power < 0 { return "0." + String(repeating: "0", count: -power - 1) + text(figures) }
  let padded = figures + [Int](repeating: 0, count: max(0, power + 1 - figures.count))
  let rest = text(padded.dropFirst(power + 1))
  return text(padded.prefix(power + 1)) + (rest.isEmpty ? "" : "." + rest)
}
