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
    /// From here on a channel's values are such as another unit would give.
    case unitChange(channel: String, id: String, UnitChange)
    /// A value far away from all usual ones; so many such values are in the series.
    case outlier(channel: String, id: String, value: Double, median: Double, count: Int)
    /// Times such as 19580329, read as plain numbers.
    case datesAsNumbers(Double)
    /// An id stands in two places; its rows are taken as one series.
    case idComesAgain(id: String, lastLine: Int)
    /// A series with too few points for anything; it is left out.
    case shortSeries(id: String, points: Int)
    /// A channel without a value in the training part.
    case neverObservedInTraining(channel: String)
    /// Of many windows only some are used.
    case windowsThinned(part: String, used: Int, of: Int)
  }
}
