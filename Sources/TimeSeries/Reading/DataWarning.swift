public import Tables
public import Platform

/// An unusual feature of data that does not stop a run: where, and what.
public struct DataWarning: Hashable, Sendable {
  /// The file's path, or the name of a bundled file.
  public let source: String
  /// The line in the file, from 1; `nil` if the warning is not about one line.
  public let line: Int?
  public let kind: Kind

  /// A warning about a file.
  public init(source: String, line: Int? = nil, _ kind: Kind) {
    self.source = source
    self.line = line
    self.kind = kind
  }

  /// The unusual feature.
  public enum Kind: Hashable, Sendable {
    /// From this line on a channel's values look like those of another unit; at the later lines the
    /// unit alternates.
    case unitChange(
      channel: String, id: String, time: String, laterLines: [Int], UnitChange)
    /// A value far from all usual ones, and the number of such values in the series.
    case outlier(channel: String, id: String, value: Double, median: Double, count: Int)
    /// Times such as 19580329, read as plain numbers.
    case datesAsNumbers(Double)
    /// An id occurs in two places; its rows are read as one series.
    case idComesAgain(id: String, lastLine: Int)
    /// A series with too few observations; it is skipped.
    case shortSeries(id: String, points: Int)
    /// A channel of the model without a value in the file.
    case neverObserved(channel: String)
    /// The number of rows with the same time as the row before, and the first of them; their mean
    /// is used.
    case rowsAveraged(count: Int)
    /// The rows stay in memory because they cannot be written to a file.
    case noScratch(FileError.Reason)
    /// A channel without a value in the training part.
    case neverObservedInTraining(channel: String)
    /// Columns with one value per series, read as covariates.
    case covariatesFound([String])
    /// A covariate's text that does not occur in the training data.
    case unknownText(column: String, text: String)
    /// The number of skipped series without a label, of all series.
    case unlabelledSeries(count: Int, of: Int, first: String)
    /// Ids of a label file that do not occur in the data.
    case labelsWithoutSeries(count: Int, first: String)
    /// Only some rows of long series are read.
    case rowsThinned(series: Int, rows: Int, limit: Int)
    /// Only some of many windows are used.
    case windowsThinned(part: String, used: Int, of: Int)
    /// Lines above the header that do not belong to the table.
    case linesAboveHeader(count: Int)
    /// A second line of headers, with units or types.
    case unitsRow(String)
    /// The column of times was chosen among several.
    case timeColumn(String, others: [String])
    /// The times are dates of one column with the time of day of another.
    case timeJoined(date: String, clock: String)
    /// Times are numbers of a unit since 1970-01-01 00:00 UTC and are read as dates.
    case epochTimes(String)
    /// The order of day and month, which the spacing of the rows shows.
    case dateOrder(DateOrder)
    /// Rows in descending order of time.
    case newestFirst
    /// Rows without a time, above the first row that has one or without a value.
    case rowsWithoutTime(count: Int)
    /// Lines at the end of the file that are not rows of the table.
    case footer(count: Int)
    /// Columns that are not channels.
    case columnsLeftOut([String], ColumnReason)
    /// Words for values beyond the range of an instrument, such as `Low` or `<0.1`.
    case limitWords(channel: String, text: String, count: Int)
    /// A number that marks missing values.
    case missingMark(channel: String, value: Double, count: Int)
    /// Values of a channel that are unlike those of the training, whose mean and deviation are given.
    case scaleDiffers(channel: String, median: Double, mean: Double, deviation: Double)
    /// The usual distance of rows differs from that of the training.
    case spacingDiffers(found: Double, trained: Double)
    /// Series with fewer readings in the history of the model than the training required, and the
    /// first of them.
    case shortContext(id: String, readings: Int, needed: Int, count: Int)
    /// A forecast later than those of the training.
    case beyondTraining(time: Double, future: Double)
    /// Results of a model that are not finite, and the first of them.
    case notFinite(count: Int, of: Int, first: String)
  }
}

/// Why a column is not a channel.
public enum ColumnReason: Hashable, Sendable {
  case rowNumbers, empty, texts, constant
  /// At most one value per series.
  case single
}

extension [DataWarning] {
  /// The warnings without those about short series, for which a model also makes predictions.
  package var forPrediction: [DataWarning] {
    filter { if case .shortSeries = $0.kind { false } else { true } }
  }
}

extension TimeSeriesFile {
  /// A warning for every channel without a value in any series.
  package var neverObserved: [DataWarning] {
    (series.first?.channels ?? []).enumerated().filter { channel, _ in
      !series.contains { $0.isObserved(channel) }
    }.map { DataWarning(source: source, .neverObserved(channel: $0.element)) }
  }
}

extension DataWarning {
  /// The series that the warning is about; `nil` if it is about the whole file.
  package var id: String? {
    switch kind {
    case .unitChange(_, let id, _, _, _), .outlier(_, let id, _, _, _), .idComesAgain(let id, _),
      .shortSeries(let id, _):
      id
    default: nil
    }
  }

  /// The channel whose values are unusual; `nil` if the warning is not about values.
  var channel: String? {
    switch kind {
    case .unitChange(let channel, _, _, _, _), .outlier(let channel, _, _, _, _): channel
    default: nil
    }
  }

  /// A warning about results that are not finite; empty if all are finite.
  ///
  /// - Parameter name: the name of the result with a number.
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
