import Tables

/// Collects the rows of one series while a file is read.
struct SeriesAccumulator {
  let id: String
  private let channelCount: Int

  /// Wide: all channels; long: each channel has its own times.
  private var logs: [OpenLog] = []

  /// The attributes of the series.
  var constants: [ConstantCell] = []

  /// Rows of a time, a line and values; the last row may still change.
  private struct OpenLog {
    var log: RowLog
    var last: [Double] = []
    /// The number of values averaged in each cell of the last row.
    var counts: [Int32]

    init(channels: Int) {
      log = RowLog(width: 2 + channels)
      counts = [Int32](repeating: 0, count: channels)
    }

    mutating func begin(_ time: Double, line: Int) {
      close()
      last.append(time)
      last.append(Double(line))
      for channel in counts.indices {
        last.append(.nan)
        counts[channel] = 0
      }
    }

    mutating func add(_ value: Double, _ channel: Int) {
      counts[channel] += 1
      let mean = counts[channel] == 1 ? 0 : last[2 + channel]
      last[2 + channel] = mean + (value - mean) / Double(counts[channel])
    }

    mutating func close() {
      if !last.isEmpty { log.append(last) }
      last.removeAll(keepingCapacity: true)
    }
  }

  init(id: String, channels: Int) {
    self.id = id
    channelCount = channels
  }

  /// The line of the last row.
  private(set) var lastLine = 0
  /// Whether the last line has the time of the line before, whose channels it may complete; its
  /// time as a text.
  private var repeated: String?

  /// The number of lines with the same time as the line before, and the first of them.
  private(set) var averaged: (count: Int, first: Int)?

  /// Begins a row; in the long layout, of one channel.
  mutating func begin(
    _ time: Double, text: String, in log: Int = 0,
    _ duplicates: TimeSeriesOptions.Duplicates, at place: DataPosition
  ) throws(DataError) {
    while logs.count <= log { logs.append(OpenLog(channels: channelCount)) }
    repeated = nil
    if try isNew(time, after: logs[log].last.first, text, duplicates, place) {
      logs[log].begin(time, line: place.line)
    } else if duplicates == .refuse {
      repeated = text
    } else {
      averaged = ((averaged?.count ?? 0) + 1, averaged?.first ?? place.line)
    }
    lastLine = place.line
  }

  /// Adds a value to the last row.
  ///
  /// - Throws: `DataError` if two rows of one time have different values of the channel and
  ///   duplicates are refused.
  mutating func add(
    _ value: Double, _ channel: Int, in log: Int = 0, source: String = ""
  ) throws(DataError) {
    if let repeated, logs[log].counts[channel] > 0 {
      if logs[log].last[2 + channel] == value { return }
      throw DataError(source: source, line: lastLine, .duplicateTime(text: repeated, id: id))
    }
    logs[log].add(value, channel)
  }

  /// Moves all rows except the last to a file.
  mutating func move(to space: inout ScratchSpace) {
    for log in logs.indices { logs[log].log.move(to: &space) }
  }

  /// Moves the rows of a log to the current file, if they fill a piece.
  ///
  /// - Returns: how many numbers were moved.
  mutating func movePiece(of log: Int, to space: inout ScratchSpace) -> Int {
    logs[log].log.move(to: &space, ifAtLeast: RowLog.pieceNumbers)
  }

  /// Completes the last rows.
  mutating func close() {
    for log in logs.indices { logs[log].close() }
  }

  /// Reverses rows that were collected with negated times.
  mutating func reverse() {
    for place in logs.indices {
      let log = logs[place].log
      var reversed = RowLog(width: log.width)
      for row in (0..<log.count).reversed() {
        var numbers = log.numbers(row..<row + 1)
        numbers[0] = -numbers[0]
        reversed.append(numbers)
      }
      logs[place].log = reversed
    }
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
          : last - time <= place.clockChange
            ? .clockGoesBack(text: text, id: id) : .timeGoesBackwards(text: text, id: id))
    }
    return time > last
  }

  /// The log of a channel and its column there; `nil` if it has no rows.
  func place(of channel: Int, isLong: Bool) -> (log: RowLog, column: Int)? {
    let log = isLong ? channel : 0
    return log < logs.count ? (logs[log].log, isLong ? 2 : 2 + channel) : nil
  }

  /// The largest number of observations of a channel, or the rows of the wide layout.
  var count: Int { logs.map(\.log.count).max() ?? 0 }

  /// The first times; in the long layout, those of the first channel.
  func times(first count: Int) -> [Double] {
    guard let log = logs.first?.log else { return [] }
    let numbers = log.numbers(0..<min(count, log.count))
    return stride(from: 0, to: numbers.count, by: log.width).map { numbers[$0] }
  }

  /// The line of the first row.
  var firstLine: Int? {
    logs.compactMap { $0.log.count > 0 ? Int($0.log.numbers(0..<1)[1]) : nil }.min()
  }

  /// The finished series with these channels; in the file if one is used.
  mutating func series(
    _ channels: [String], isLong: Bool, _ space: inout ScratchSpace
  ) -> TimeSeries {
    var log = isLong ? merged(channels.count, &space) : logs.first?.log
    logs = []
    if space.isUsed { log?.move(to: &space) }
    let rows = StoredRows(log ?? RowLog(width: 2 + channels.count), channels: channels.count)
    let series = TimeSeries(id: id, channels: channels, rows: rows)
    return log?.isInMemory == false ? series : series.inMemory
  }

  /// All channels of the long layout, merged into rows of equal time.
  private func merged(_ channels: Int, _ space: inout ScratchSpace) -> RowLog {
    var result = RowLog(width: 2 + channels)
    var cursors = logs.map { RowCursor($0.log) }
    while let time = cursors.compactMap(\.time).min() {
      var row = [time, 0]
      for place in 0..<channels {
        let isHere = place < cursors.count && cursors[place].time == time
        row.append(isHere ? cursors[place].value : .nan)
        if isHere { cursors[place].advance() }
      }
      result.append(row)
      if space.isUsed && result.count % result.pieceRows == 0 { result.move(to: &space) }
    }
    return result
  }
}

/// A cursor in a log that advances row by row.
private struct RowCursor {
  private let log: RowLog
  private var row = 0
  private var piece: [Double] = []
  private var place = 0

  init(_ log: RowLog) {
    self.log = log
    read()
  }

  /// The row's time; `nil` after the last one.
  var time: Double? { row < log.count ? piece[place] : nil }

  /// The row's first value.
  var value: Double { piece[place + 2] }

  mutating func advance() {
    row += 1
    place += log.width
    if place == piece.count { read() }
  }

  private mutating func read() {
    piece = log.numbers(row..<min(row + log.pieceRows, log.count))
    place = 0
  }
}
