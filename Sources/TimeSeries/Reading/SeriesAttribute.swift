import Tables

/// A column of a file with one value per series: a class, an age, a sex.
public struct SeriesAttribute: Hashable, Sendable {
  /// The name of the column.
  public let name: String
  /// One text per series, in the file's order; empty if the series has none.
  public let texts: [String]
  /// The line of each text; 0 if there is none.
  public let lines: [Int]

  /// A column of given texts and lines.
  public init(name: String, texts: [String], lines: [Int]) {
    self.name = name
    self.texts = texts
    self.lines = lines
  }
}

/// The values per series while a file is read.
struct ConstantCell {
  private(set) var text = ""
  private(set) var line = 0
  private var bytes: [UInt8] = []

  /// Adds a cell of another row; false if it differs from an earlier one.
  ///
  /// Empty cells are ignored.
  mutating func take(_ cell: ArraySlice<UInt8>, line: Int) -> Bool {
    if cell.isEmpty { return true }
    if self.line > 0 { return bytes.elementsEqual(cell) }
    bytes = Array(cell)
    text = String(decoding: cell, as: UTF8.self)
    self.line = line
    return true
  }
}

extension TimeSeriesFile {
  /// The same file with channels that never change within a series as attributes.
  ///
  /// Such a channel has a value at every row of a series or at none, has one value in each series,
  /// and differs between series; there are at least three series, and at least half of them have
  /// several rows.
  package func separatingConstants(except kept: [String]) -> TimeSeriesFile {
    let names = series.first?.channels ?? []
    let long = series.count { $0.count > 1 }
    guard series.count >= 3, 2 * long >= series.count else { return self }
    let constant = names.indices.filter { !kept.contains(names[$0]) && isConstant($0) }
    if constant.isEmpty || constant.count == names.count { return self }
    let found = constant.map { channel in
      let values = series.map { $0.count > 0 ? $0.value(0, channel) : nil }
      return SeriesAttribute(
        name: names[channel], texts: values.map { $0.map(shortNumber) ?? "" },
        lines: values.map { $0 == nil ? 0 : 1 })
    }
    let others = names.indices.filter { !constant.contains($0) }.map { names[$0] }
    return TimeSeriesFile(
      source: source, series: series.map { $0.selecting(others) }, axis: axis, warnings: warnings,
      attributes: attributes + found)
  }

  /// The same file with another warning.
  package func with(warning: DataWarning.Kind) -> TimeSeriesFile {
    TimeSeriesFile(
      source: source, series: series, axis: axis,
      warnings: warnings + [DataWarning(source: source, warning)], attributes: attributes)
  }

  /// The same file with the given channels, in the given order.
  package func selecting(_ channels: [String]) -> TimeSeriesFile {
    TimeSeriesFile(
      source: source, series: series.map { $0.selecting(channels) }, axis: axis,
      warnings: warnings, attributes: attributes)
  }

  private func isConstant(_ channel: Int) -> Bool {
    var distinct = Set<Double>()
    for one in series where one.count > 0 {
      let first = one.value(0, channel)
      let isConstant = one.pieces.allSatisfy { piece in
        (0..<piece.count).allSatisfy { piece.value($0, channel) == first }
      }
      if !isConstant { return false }
      if let first { distinct.insert(first) }
    }
    return distinct.count > 1
  }
}
