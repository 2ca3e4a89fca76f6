import Platform
package import Serialization
import Tables
import TimeSeries

/// The encoding of static covariates, numbers or texts, as numbers that a model reads.
///
/// A numeric column gives `(x − mean) / deviation`, 0 if it is missing, and, if it was missing in
/// some training series, a second number that marks missing values. A text column gives 1 for its
/// own text and 0 for the others; a text that does not occur in the training data gives zeros.
public struct CovariateEncoding: Hashable, Sendable {
  /// One column.
  public struct Column: Hashable, Sendable {
    /// The name of the column.
    public var name: String
    public var kind: Kind

    /// The values of a column.
    public enum Kind: Hashable, Sendable {
      case number(mean: Double, deviation: Double, mayBeUnknown: Bool)
      case text([String])
    }

    /// The number of encoded values.
    var width: Int {
      switch kind {
      case .number(_, _, let mayBeUnknown): mayBeUnknown ? 2 : 1
      case .text(let texts): texts.count
      }
    }
  }

  /// The encoded columns in order.
  public var columns: [Column]

  /// An encoding of given columns; the default has none.
  public init(columns: [Column] = []) { self.columns = columns }

  /// The largest number of distinct texts of a column.
  static let textLimit = 30

  /// Fits columns to the given series of a file.
  ///
  /// - Throws: `DataError` for a column of more than 30 texts, and for one that is constant or
  ///   missing everywhere.
  init(
    _ attributes: [SeriesAttribute], fitting series: [Int], source: String
  ) throws(DataError) {
    columns = []
    for attribute in attributes {
      let known = series.map { attribute.texts[$0] }.filter { !$0.isEmpty }
      let texts = Set(known).sorted()
      if texts.isEmpty { throw DataError(source: source, .neverObserved(channel: attribute.name)) }
      let numbers = known.compactMap { decimalNumber(ArraySlice($0.utf8)) }
      if numbers.count < known.count {
        if texts.count > Self.textLimit {
          throw DataError(
            source: source,
            .tooManyTexts(column: attribute.name, found: texts.count, limit: Self.textLimit))
        }
        columns.append(Column(name: attribute.name, kind: .text(texts)))
        continue
      }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
      columns.append(
        Column(
          name: attribute.name,
          kind: .number(
            mean: mean, deviation: variance > 0 ? variance.squareRoot() : 1,
            mayBeUnknown: known.count < series.count)))
    }
  }

  /// The names of the columns.
  public var names: [String] { columns.map(\.name) }
  /// Numbers per series.
  public var width: Int { columns.reduce(0) { $0 + $1.width } }

  /// The numbers of one series.
  ///
  /// - Precondition: the attributes are the columns, in their order.
  func values(_ attributes: [SeriesAttribute], series: Int) -> [Double] {
    precondition(
      attributes.map(\.name) == names, "attributes \(attributes.map(\.name)) for \(names)")
    return zip(columns, attributes).flatMap { column, attribute -> [Double] in
      let text = attribute.texts[series]
      switch column.kind {
      case .text(let texts): return texts.map { $0 == text ? 1 : 0 }
      case .number(let mean, let deviation, let mayBeUnknown):
        let number = decimalNumber(ArraySlice(text.utf8))
        let value = number.map { ($0 - mean) / deviation } ?? 0
        return mayBeUnknown ? [value, number == nil ? 1 : 0] : [value]
      }
    }
  }

  /// Texts of a file that do not occur in the training data.
  func warnings(_ attributes: [SeriesAttribute], source: String) -> [DataWarning] {
    zip(columns, attributes).compactMap { column, attribute in
      let strange = attribute.texts.firstIndex { text in
        if text.isEmpty { return false }
        return switch column.kind {
        case .text(let texts): !texts.contains(text)
        case .number: decimalNumber(ArraySlice(text.utf8)) == nil
        }
      }
      return strange.map {
        DataWarning(
          source: source, line: attribute.lines[$0],
          .unknownText(column: column.name, text: attribute.texts[$0]))
      }
    }
  }
}

extension CovariateEncoding {
  /// A list of columns.
  package var json: JSONValue {
    .array(
      columns.map { column in
        switch column.kind {
        case .text(let texts): ["name": .string(column.name), "texts": JSONValue(texts)]
        case .number(let mean, let deviation, let mayBeUnknown):
          [
            "name": .string(column.name), "mean": .number(mean), "deviation": .number(deviation),
            "mayBeUnknown": .bool(mayBeUnknown),
          ]
        }
      })
  }

  /// `nil` if the document is not such a list.
  package init?(_ document: JSONValue) {
    columns = []
    guard let array = document.array else { return nil }
    for entry in array {
      guard let name = entry["name"]?.string else { return nil }
      if let texts = entry["texts"]?.array?.compactMap(\.string) {
        columns.append(Column(name: name, kind: .text(texts)))
      } else if let mean = entry["mean"]?.number, let deviation = entry["deviation"]?.number,
        deviation > 0, let mayBeUnknown = entry["mayBeUnknown"]?.bool
      {
        columns.append(
          Column(
            name: name,
            kind: .number(mean: mean, deviation: deviation, mayBeUnknown: mayBeUnknown)))
      } else {
        return nil
      }
    }
  }
}
