import Tables

/// What a cell of a measured value holds.
enum MeasuredCell {
  case missing
  case value(Measurement.Value)
  /// Below or above a limit that is not written in the cell.
  case belowLimit
  case aboveLimit
  case text

  private static let below: Set<String> = [
    "blq", "bloq", "bql", "blod", "bdl", "bll", "lloq", "<lloq", "<loq", "<lod", "lo", "low", "<",
  ]
  private static let above: Set<String> = [
    "alq", "aloq", "uloq", ">uloq", "hi", "high", ">",
  ]

  /// - Parameter missing: words that mean a missing value.
  init(_ text: String, missing: [String]) {
    if text.isEmpty || missing.contains(text) {
      self = .missing
      return
    }
    if let number = Self.number(text) {
      self = .value(.exact(number))
      return
    }
    let word = text.lowercased()
    if Self.below.contains(word) {
      self = .belowLimit
    } else if Self.above.contains(word) {
      self = .aboveLimit
    } else if let value = Self.limit(text) ?? Self.interval(text) {
      self = .value(value)
    } else {
      self = .text
    }
  }

  /// A finite number in ASCII; nil for any other text.
  static func number(_ text: some StringProtocol) -> Double? {
    guard let value = decimalNumber(ArraySlice(text.utf8)), value.isFinite else { return nil }
    return value
  }

  /// `<0.1`, `<= 0.1`, `≤0.1`, `>50` and so on.
  private static func limit(_ text: String) -> Measurement.Value? {
    guard let sign = text.first, "<>≤≥".contains(sign) else { return nil }
    let rest = text.dropFirst().drop { $0 == "=" || $0 == " " }
    guard let number = number(rest) else { return nil }
    return "<≤".contains(sign) ? .below(number) : .above(number)
  }

  /// `0.1..0.5` or `[0.1, 0.5]`.
  private static func interval(_ text: String) -> Measurement.Value? {
    var text = Substring(text)
    var parts: [Substring] = []
    if text.first == "[" || text.first == "(", text.last == "]" || text.last == ")" {
      text = text.dropFirst().dropLast()
      parts = text.split(separator: text.contains(";") ? ";" : ",")
    } else {
      parts = text.split(separator: "..")
    }
    guard parts.count == 2 else { return nil }
    let ends = parts.compactMap { part in
      number(String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
    }
    guard ends.count == 2, ends[0] < ends[1] else { return nil }
    return .between(ends[0], ends[1])
  }
}
