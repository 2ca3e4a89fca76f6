public import Tables

/// Series read from a file.
public struct TimeSeriesFile: Hashable, Sendable {
  /// The file's path or the bundled file's name.
  public let source: String
  /// One series an id, in order of appearance; all have the same channels.
  public let series: [TimeSeries]
  public let axis: TimeAxis
  /// What is odd and does not stop a run.
  public let warnings: [DataWarning]
  /// What each series has one value of, in the order of the options.
  public let attributes: [SeriesAttribute]
  /// Columns (of the long layout: channels) that none of `TimeSeriesOptions.names` named.
  public let passedOver: [String]

  package init(
    source: String, series: [TimeSeries], axis: TimeAxis, warnings: [DataWarning] = [],
    attributes: [SeriesAttribute] = [], passedOver: [String] = []
  ) {
    self.source = source
    self.series = series
    self.axis = axis
    self.warnings = warnings
    self.attributes = attributes
    self.passedOver = passedOver
  }

  /// Reads wide CSV (`time,x1,x2`, an empty cell is missing) or long CSV (`id,time,channel,value`), plain or gzip.
  ///
  /// - Throws: `DataError` that names the file, the line, the cell and what is wrong.
  public static func read(
    _ path: String, _ options: TimeSeriesOptions = TimeSeriesOptions()
  ) throws(DataError) -> TimeSeriesFile {
    var reader = TimeSeriesReader(try CSVReader(path: path), options)
    return try reader.read()
  }

  /// Reads CSV in memory.
  public static func parse(
    _ bytes: [UInt8], name: String, _ options: TimeSeriesOptions = TimeSeriesOptions()
  ) throws(DataError) -> TimeSeriesFile {
    var reader = TimeSeriesReader(CSVReader(name: name, bytes: bytes), options)
    return try reader.read()
  }

  /// Checks what a model needs: enough points, and channels that vary.
  ///
  /// - Throws: `DataError` if every series has fewer points than `minimumPoints`, and for a channel that was never
  ///   observed or always has one value.
  public func validate(minimumPoints: Int = 2) throws(DataError) {
    let most = series.map(\.count).max() ?? 0
    if most < minimumPoints {
      throw DataError(source: source, .tooFewPoints(found: most, needed: minimumPoints))
    }
    let names = series.first?.channels ?? []
    var low = names.map { _ in Double.infinity }
    var high = names.map { _ in -Double.infinity }
    for piece in series.lazy.flatMap(\.pieces) {
      for row in 0..<piece.count {
        for channel in names.indices {
          guard let value = piece.value(row, channel) else { continue }
          low[channel] = min(low[channel], value)
          high[channel] = max(high[channel], value)
        }
      }
    }
    for (channel, name) in names.enumerated() {
      if low[channel] > high[channel] {
        throw DataError(source: source, .neverObserved(channel: name))
      }
      if low[channel] == high[channel] {
        throw DataError(source: source, .constantChannel(name, value: low[channel]))
      }
    }
  }
}

/// How a file is to be understood.
public struct TimeSeriesOptions: Hashable, Sendable {
  public enum Layout: String, CaseIterable, Hashable, Sendable {
    /// Long if the header has the columns `time`, `channel` and `value`; else wide.
    case automatic
    /// One column a channel.
    case wide
    /// One line a value.
    case long
  }

  /// What is done with several rows at one time.
  public enum Duplicates: String, CaseIterable, Hashable, Sendable {
    case refuse
    /// One row with the mean of what was observed.
    case average
  }

  public var layout: Layout
  /// The column of times; nil: `time`, `t`, `date`, `datetime` or `timestamp` in any case, else the first one that is not of ids.
  public var timeColumn: String?
  /// The column that tells series apart; nil: `id` in any case, if there is one.
  public var idColumn: String?
  /// The channels to read; nil: all.
  public var channels: [String]?
  /// Of all channels only those of these names are read, and others passed over, whatever is in them; nil: all.
  public var names: Set<String>?
  /// The unit of times that are written as dates.
  public var unit: TimeUnit
  /// What comes first in dates such as 5/4/2024; nil: a file that begins with one is refused.
  public var dates: DateOrder?
  public var duplicates: Duplicates
  /// Whether averaged rows are worth a warning.
  package var tellsAverages = false
  /// Words that stand for a missing value, beside the empty cell.
  public var missing: [String]
  /// Columns (of the long layout: channels) that have one value a series, a number or a text.
  public var attributes: [String] = []
  /// Whether columns whose first cell is a text become attributes by themselves.
  public var findsAttributes = false
  /// So many numbers of the rows are kept in memory; where there are more, they go to a scratch file.
  package var mostNumbers = 1 << 19

  public init(
    layout: Layout = .automatic, timeColumn: String? = nil, idColumn: String? = nil,
    channels: [String]? = nil, unit: TimeUnit = .hours, duplicates: Duplicates = .refuse,
    missing: [String] = []
  ) {
    self.layout = layout
    self.timeColumn = timeColumn
    self.idColumn = idColumn
    self.channels = channels
    self.unit = unit
    self.duplicates = duplicates
    self.missing = missing
  }
}
