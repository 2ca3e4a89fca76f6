import NumericCore

extension Tensor: CustomStringConvertible {
  /// The values of a constant as nested lists, or the type of an expression that is not computed yet.
  ///
  /// Numbers have six significant digits. An axis of more than 8 elements shows its first and last three.
  public var description: String {
    guard let values = storage?.doubles else {
      return "Tensor(\(type), not evaluated)"
    }
    return "Tensor(\(type), \(Self.text(values[...], shape[...])))"
  }

  private static func text(_ values: ArraySlice<Double>, _ shape: ArraySlice<Int>) -> String {
    guard let count = shape.first else { return values.first.map { shortText($0) } ?? "" }
    let size = count == 0 ? 0 : values.count / count
    let isLong = count > 8
    let parts = (0..<count).compactMap { index -> String? in
      if isLong && index == 3 { return "…" }
      if isLong && (4..<count - 3).contains(index) { return nil }
      let start = values.startIndex + index * size
      return text(values[start..<start + size], shape.dropFirst())
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}
