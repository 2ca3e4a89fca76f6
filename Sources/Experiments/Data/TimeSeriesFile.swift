/// Series read from a file.
public struct TimeSeriesFile: Hashable, Sendable {
  /// The file's path or the bundled file's name.
  public let source: String
  /// One series an id, in order of appearance; all have the same channels.
  public let series: [TimeSeries]
  public let axis: TimeAxis

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
  /// - Throws: `DataError` for a series with fewer points than `minimumPoints`, and for a channel that was never
  ///   observed or always has one value.
  public func validate(minimumPoints: Int = 2) throws(DataError) {
    for one in series where one.count < minimumPoints {
      throw DataError(source: source, .tooFewPoints(found: one.count, needed: minimumPoints))
    }
    for (channel, name) in (series.first?.channels ?? []).enumerated() {
      var low = Double.infinity
      var high = -Double.infinity
      for one in series {
        for row in 0..<one.count {
          guard let value = one.value(row, channel) else { continue }
          low = min(low, value)
          high = max(high, value)
        }
      }
      if low > high { throw DataError(source: source, .neverObserved(channel: name)) }
      if low == high { throw DataError(source: source, .constantChannel(name, value: low)) }
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
  public enum Duplicates: Hashable, Sendable {
    case refuse
    /// One row with the mean of what was observed.
    case average
  }

  public var layout: Layout
  /// The column of times; nil: `time`, `t`, `date`, `datetime` or `timestamp` in any case, else the first one.
  public var timeColumn: String?
  /// The channels to read; nil: all.
  public var channels: [String]?
  /// The unit of times that are written as dates.
  public var unit: TimeUnit
  public var duplicates: Duplicates

  public init(
    layout: Layout = .automatic, timeColumn: String? = nil, channels: [String]? = nil,
    unit: TimeUnit = .hours, duplicates: Duplicates = .refuse
  ) {
    self.layout = layout
    self.timeColumn = timeColumn
    self.channels = channels
    self.unit = unit
    self.duplicates = duplicates
  }
}
