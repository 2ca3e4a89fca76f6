/// Collects the rows of one series while a file is read.
///
/// A cell costs nine bytes and a row twelve more; nothing else of the file is kept.
struct SeriesAccumulator {
  let id: String
  private let channelCount: Int

  // Wide: one column of times for all channels.
  private var rows = Column()
  private var values: [Double] = []
  private var isObserved: [Bool] = []
  /// How many values each cell of the last row is the mean of.
  private var counts: [Int32]

  /// What the series has one value of.
  var constants: [ConstantCell] = []

  // Long: each channel has its own times.
  private var columns: [Column] = []

  /// Times with values and the lines where they stood.
  private struct Column {
    var times: [Double] = []
    var lines: [Int32] = []
    var values: [Double] = []
    var lastCount: Int32 = 0
  }

  init(id: String, channels: Int) {
    self.id = id
    channelCount = channels
    counts = [Int32](repeating: 0, count: channels)
  }

  /// The line of the last row.
  private(set) var lastLine = 0

  /// Lines whose time is that of the one before.
  private(set) var averagedLines: [Int] = []

  /// Begins a wide row.
  mutating func begin(
    _ time: Double, text: String, _ duplicates: TimeSeriesOptions.Duplicates, at place: DataPosition
  ) throws(DataError) {
    if try isNew(time, after: rows.times.last, text, duplicates, place) {
      rows.times.append(time)
      rows.lines.append(Int32(clamping: place.line))
      for channel in 0..<channelCount {
        values.append(0)
        isObserved.append(false)
        counts[channel] = 0
      }
    } else {
      averagedLines.append(place.line)
    }
    lastLine = place.line
  }

  /// Adds a value to the last wide row.
  mutating func add(_ value: Double, _ channel: Int) {
    let place = (rows.times.count - 1) * channelCount + channel
    counts[channel] += 1
    values[place] += (value - values[place]) / Double(counts[channel])
    isObserved[place] = true
  }

  /// Adds a value of the long layout.
  mutating func append(
    _ value: Double, to channel: Int, _ time: Double, text: String,
    _ duplicates: TimeSeriesOptions.Duplicates, at place: DataPosition
  ) throws(DataError) {
    while columns.count <= channel { columns.append(Column()) }
    if try isNew(time, after: columns[channel].times.last, text, duplicates, place) {
      columns[channel].times.append(time)
      columns[channel].lines.append(Int32(clamping: place.line))
      columns[channel].values.append(0)
      columns[channel].lastCount = 0
    } else {
      averagedLines.append(place.line)
    }
    let last = columns[channel].values.count - 1
    columns[channel].lastCount += 1
    columns[channel].values[last] +=
      (value - columns[channel].values[last]) / Double(columns[channel].lastCount)
    lastLine = place.line
  }

  private func isNew(
    _ time: Double, after last: Double?, _ text: String,
    _ duplicates: TimeSeriesOptions.Duplicates, _ place: DataPosition
  ) throws(DataError) -> Bool {
    guard let last else { return true }
    if time < last {
      throw DataError(
        source: place.source, line: place.line,
        place.isReturn
          ? .idComesAgain(id: id, text: text, lastLine: lastLine)
          : .timeGoesBackwards(text: text, id: id))
    }
    if time == last && duplicates == .refuse {
      throw DataError(source: place.source, line: place.line, .duplicateTime(text: text, id: id))
    }
    return time > last
  }

  /// The observed values of a channel, with the times and lines where they stood.
  func observations(of channel: Int) -> (values: [Double], times: [Double], lines: [Int32]) {
    if !columns.isEmpty {
      guard channel < columns.count else { return ([], [], []) }
      return (columns[channel].values, columns[channel].times, columns[channel].lines)
    }
    guard channelCount > 0 else { return ([], [], []) }
    let cells = stride(from: channel, to: isObserved.count, by: channelCount)
    let count = cells.count { isObserved[$0] }
    var found: (values: [Double], times: [Double], lines: [Int32]) = ([], [], [])
    // Of a million rows arrays that double would be as large as the data.
    found.values.reserveCapacity(count)
    found.times.reserveCapacity(count)
    found.lines.reserveCapacity(count)
    for (row, cell) in cells.enumerated() where isObserved[cell] {
      found.values.append(values[cell])
      found.times.append(rows.times[row])
      found.lines.append(rows.lines[row])
    }
    return found
  }

  /// The most points that a channel has, or the rows of the wide layout.
  var count: Int { columns.isEmpty ? rows.times.count : columns.map(\.times.count).max() ?? 0 }

  /// The times of the wide rows, or of the first channel.
  var times: [Double] { columns.first?.times ?? rows.times }

  /// The line of the first row.
  var firstLine: Int? {
    (columns.isEmpty ? rows.lines.first : columns.compactMap(\.lines.first).min()).map(Int.init)
  }

  /// The finished series with these channels.
  func series(_ channels: [String]) -> TimeSeries {
    columns.isEmpty ? wideSeries(channels) : longSeries(channels)
  }

  private func wideSeries(_ channels: [String]) -> TimeSeries {
    guard channelCount == channels.count else {
      return TimeSeries(id: id, channels: channels, times: [], values: [], isObserved: [])
    }
    return TimeSeries(
      id: id, channels: channels, times: rows.times, values: values, isObserved: isObserved)
  }

  private func longSeries(_ channels: [String]) -> TimeSeries {
    let all = Set(columns.flatMap(\.times)).sorted()
    var values = [Double](repeating: 0, count: all.count * channels.count)
    var isObserved = [Bool](repeating: false, count: values.count)
    for (channel, column) in columns.enumerated() {
      var row = 0
      for (place, time) in column.times.enumerated() {
        while all[row] < time { row += 1 }
        values[row * channels.count + channel] = column.values[place]
        isObserved[row * channels.count + channel] = true
      }
    }
    return TimeSeries(
      id: id, channels: channels, times: all, values: values, isObserved: isObserved)
  }
}
