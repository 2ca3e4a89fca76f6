/// Collects the rows of one series while a file is read.
struct SeriesAccumulator {
  let id: String
  private let channelCount: Int

  // Wide: `[time, channel]` sums and how many values are in each.
  private var times: [Double] = []
  private var sums: [Double] = []
  private var counts: [Int32] = []

  // Long: each channel has its own times.
  private var columns: [(times: [Double], sums: [Double], counts: [Int32])] = []

  init(id: String, channels: Int) {
    self.id = id
    channelCount = channels
  }

  /// Begins a wide row.
  mutating func begin(
    _ time: Double, text: String, _ duplicates: TimeSeriesOptions.Duplicates, at place: DataPosition
  ) throws(DataError) {
    if try isNew(time, after: times.last, text, duplicates, place) {
      times.append(time)
      for _ in 0..<channelCount {
        sums.append(0)
        counts.append(0)
      }
    }
  }

  /// Adds a value to the last wide row.
  mutating func add(_ value: Double, _ channel: Int) {
    let place = (times.count - 1) * channelCount + channel
    sums[place] += value
    counts[place] += 1
  }

  /// Adds a value of the long layout.
  mutating func append(
    _ value: Double, to channel: Int, _ time: Double, text: String,
    _ duplicates: TimeSeriesOptions.Duplicates, at place: DataPosition
  ) throws(DataError) {
    while columns.count <= channel { columns.append(([], [], [])) }
    if try isNew(time, after: columns[channel].times.last, text, duplicates, place) {
      columns[channel].times.append(time)
      columns[channel].sums.append(0)
      columns[channel].counts.append(0)
    }
    columns[channel].sums[columns[channel].sums.count - 1] += value
    columns[channel].counts[columns[channel].counts.count - 1] += 1
  }

  private func isNew(
    _ time: Double, after last: Double?, _ text: String,
    _ duplicates: TimeSeriesOptions.Duplicates, _ place: DataPosition
  ) throws(DataError) -> Bool {
    guard let last else { return true }
    if time < last {
      throw DataError(
        source: place.source, line: place.line, .timeGoesBackwards(text: text, id: id))
    }
    if time == last && duplicates == .refuse {
      throw DataError(source: place.source, line: place.line, .duplicateTime(text: text, id: id))
    }
    return time > last
  }

  /// The finished series with these channels.
  func series(_ channels: [String]) -> TimeSeries {
    columns.isEmpty ? wideSeries(channels) : longSeries(channels)
  }

  private func wideSeries(_ channels: [String]) -> TimeSeries {
    guard channelCount == channels.count else {
      return TimeSeries(id: id, channels: channels, times: [], values: [], isObserved: [])
    }
    let values = zip(sums, counts).map { $1 == 0 ? 0 : $0 / Double($1) }
    return TimeSeries(
      id: id, channels: channels, times: times, values: values, isObserved: counts.map { $0 > 0 })
  }

  private func longSeries(_ channels: [String]) -> TimeSeries {
    let all = Set(columns.flatMap(\.times)).sorted()
    var values = [Double](repeating: 0, count: all.count * channels.count)
    var isObserved = [Bool](repeating: false, count: values.count)
    for (channel, column) in columns.enumerated() {
      var row = 0
      for (place, time) in column.times.enumerated() {
        while all[row] < time { row += 1 }
        values[row * channels.count + channel] = column.sums[place] / Double(column.counts[place])
        isObserved[row * channels.count + channel] = true
      }
    }
    return TimeSeries(
      id: id, channels: channels, times: all, values: values, isObserved: isObserved)
  }
}
