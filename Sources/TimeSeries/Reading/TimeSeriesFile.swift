public import Tables

/// Series read from a file.
public struct TimeSeriesFile: Hashable, Sendable {
  /// The file's path or the bundled file's name.
  public let source: String
  /// One series per id, in order of appearance; all have the same channels.
  public let series: [TimeSeries]
  /// The meaning of the times.
  public let axis: TimeAxis
  /// Warnings that do not stop a run.
  public let warnings: [DataWarning]
  /// The attributes of the series, in the order of the options.
  public let attributes: [SeriesAttribute]
  /// Columns (in the long layout: channels) that `TimeSeriesOptions.names` does not contain.
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

  /// Reads wide CSV (`time,x1,x2`, an empty cell is missing) or long CSV (`id,time,channel,value`),
  /// plain or gzip.
  ///
  /// - Throws: `DataError` with the file, the line, the cell and the reason.
  public static func read(
    _ path: String, _ options: TimeSeriesOptions = TimeSeriesOptions()
  ) throws(DataError) -> TimeSeriesFile {
    try read(options) { () throws(DataError) in try CSVReader(path: path) }
  }

  /// Reads a file; again, if it contains numbers that mark missing values.
  private static func read(
    _ options: TimeSeriesOptions, _ open: () throws(DataError) -> CSVReader
  ) throws(DataError) -> TimeSeriesFile {
    var reader = TimeSeriesReader(try open(), options)
    let file = try reader.read()
    if reader.foundMarks.isEmpty { return file }
    var again = TimeSeriesReader(try open(), options)
    again.missingMarks = reader.foundMarks
    return try again.read()
  }

  /// Reads CSV in memory.
  public static func parse(
    _ bytes: [UInt8], name: String, _ options: TimeSeriesOptions = TimeSeriesOptions()
  ) throws(DataError) -> TimeSeriesFile {
    try read(options) { () throws(DataError) in CSVReader(name: name, bytes: bytes) }
  }

  /// Checks the needs of a model: enough observations, and channels that vary.
  ///
  /// - Throws: `DataError` if every series has fewer observations than `minimumPoints`, or if a
  ///   channel was never observed or is constant.
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

/// How a file is read.
public struct TimeSeriesOptions: Hashable, Sendable {
  /// How a file arranges series.
  public enum Layout: String, CaseIterable, Hashable, Sendable {
    /// Long if the header has a column of names (`channel`, `parameter`, `variable`, `observableId`,
    /// `signal`, `sensor`) and one of values (`value`, `measurement`, `reading`); otherwise wide.
    case automatic
    /// One column per channel.
    case wide
    /// One line per value.
    case long
  }

  /// The treatment of several rows at one time.
  public enum Duplicates: String, CaseIterable, Hashable, Sendable {
    case refuse
    /// One row with the mean of the observations.
    case average
  }

  /// The layout of the file.
  public var layout: Layout
  /// The column of times; `nil` selects a column of dates, or else `time`, `t`, `date`, `datetime` or
  /// `timestamp` in any case, or else the first column that is neither the id nor row numbers.
  public var timeColumn: String?
  /// The column of ids; `nil` selects `id` in any case, or else a name such as `patient` or
  /// `series_id`, if there is one.
  public var idColumn: String?
  /// The channels to read; `nil` selects all.
  public var channels: [String]?
  /// Reads only channels of these names and ignores others, whatever they contain; `nil` reads all.
  public var names: Set<String>?
  /// The unit of times that are written as dates.
  public var unit: TimeUnit
  /// The order of day and month in dates such as 5/4/2024; `nil` refuses files that begin with such
  /// a date.
  public var dates: DateOrder?
  /// The treatment of rows at one time.
  public var duplicates: Duplicates
  /// Whether averaged rows give a warning.
  package var tellsAverages = false
  /// Words that mark a missing value, in addition to the empty cell.
  public var missing: [String]
  /// Whether words for values beyond the range of an instrument, such as `Low`, are missing values;
  /// otherwise they are refused.
  package var readsLimits = true
  /// Columns (in the long layout: channels) with one value per series, a number or a text.
  public var attributes: [String] = []
  /// Whether columns whose first cell is a text become attributes automatically.
  public var findsAttributes = false
  /// The numbers of the rows that are held in memory; if there are more, they are written to a
  /// scratch file.
  package var mostNumbers = 1 << 19

  /// Options with their defaults.
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
