public import Platform

/// Something in data that is worth a look and does not stop a run: where, and what.
public struct DataWarning: Hashable, Sendable {
  /// The file's path, or the name of a bundled file.
  public let source: String
  /// The line in the file, from 1, where one line is meant.
  public let line: Int?
  public let kind: Kind

  public init(source: String, line: Int? = nil, _ kind: Kind) {
    self.source = source
    self.line = line
    self.kind = kind
  }

  /// What is odd.
  public enum Kind: Hashable, Sendable {
    /// From here on a channel's values are such as another unit would give; at the later lines the unit changes back and forth.
    case unitChange(
      channel: String, id: String, time: String, laterLines: [Int], UnitChange)
    /// A value far away from all usual ones; so many such values are in the series.
    case outlier(channel: String, id: String, value: Double, median: Double, count: Int)
    /// Times such as 19580329, read as plain numbers.
    case datesAsNumbers(Double)
    /// An id stands in two places; its rows are taken as one series.
    case idComesAgain(id: String, lastLine: Int)
    /// A series with too few points for anything; it is left out.
    case shortSeries(id: String, points: Int)
    /// A channel without a value in a file of which a model is to speak.
    case neverObserved(channel: String)
    /// So many rows have the time of the one before, here the first of them; the mean is taken.
    case rowsAveraged(count: Int)
    /// The rows stay in memory, for they cannot be put into a file.
    case noScratch(FileError.Reason)
    /// A channel without a value in the training part.
    case neverObservedInTraining(channel: String)
    /// Columns that have one value a series and are read as covariates.
    case covariatesFound([String])
    /// A covariate's text that training did not know.
    case unknownText(column: String, text: String)
    /// Series without a label, of so many, are left out.
    case unlabelledSeries(count: Int, of: Int, first: String)
    /// Ids of a file of labels that the data do not have.
    case labelsWithoutSeries(count: Int, first: String)
    /// Of long series only some rows are read.
    case rowsThinned(series: Int, rows: Int, limit: Int)
    /// Of many windows only some are used.
    case windowsThinned(part: String, used: Int, of: Int)
    /// Results of a model that are no finite numbers, and what the first of them belongs to.
    case notFinite(count: Int, of: Int, first: String)
  }
}

extension [DataWarning] {
  /// Without those of short series: a model speaks of them too.
  package var forPrediction: [DataWarning] {
    filter { if case .shortSeries = $0.kind { false } else { true } }
  }
}

extension TimeSeriesFile {
  /// A warning for every channel that no series has a value of.
  package var neverObserved: [DataWarning] {
    (series.first?.channels ?? []).enumerated().filter { channel, _ in
      !series.contains { $0.isObserved(channel) }
    }.map { DataWarning(source: source, .neverObserved(channel: $0.element)) }
  }
}

extension DataWarning {
  /// The series that is meant, if it is one.
  package var id: String? {
    switch kind {
    case .unitChange(_, let id, _, _, _), .outlier(_, let id, _, _, _), .idComesAgain(let id, _),
      .shortSeries(let id, _):
      id
    default: nil
    }
  }

  /// A warning of the results that are not finite; none if all are.
  ///
  /// - Parameter name: what the result of a number belongs to.
  package static func notFinite(
    source: String, _ isFinite: [Bool], name: (Int) -> String = { "row \($0 + 1)" }
  ) -> [DataWarning] {
    guard let first = isFinite.firstIndex(of: false) else { return [] }
    return [
      DataWarning(
        source: source,
        .notFinite(
          count: isFinite.count { !$0 }, of: isFinite.count, first: name(first)))
    ]
  }
}
