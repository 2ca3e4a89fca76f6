import Platform
package import TimeSeries

/// A series resampled to a regular grid: the common input of all statistical forecasters.
///
/// The grid ends at the last time, at or before the moment of a forecast, that is a whole number of
/// spacings after the last observation, so that the points of regular data are their observations.
/// Between observations values are linear; after the last one they are constant.
package struct SeriesGrid: Sendable {
  /// `[channel][row]`, oldest first; before the first observation of a channel its value, or 0.
  package private(set) var values: [[Double]]
  /// Whether an observation is within half a spacing, `[channel][row]`.
  private(set) var isObserved: [[Bool]]
  /// The row of the first observation of each channel; the row count if there is none.
  private(set) var firstRows: [Int]
  /// The time of the last row.
  private(set) var end: Double
  let spacing: Double

  /// Number of rows, at least one.
  var count: Int { values.first?.count ?? 0 }

  /// Resamples at most the last `rows` spacings before `now`.
  package init(_ series: TimeSeries, now: Double, spacing: Double, rows: Int, channels: Int) {
    let past = series.after(now - Double(rows + 1) * spacing, through: now)
    let last = past.lastTime(observing: 0..<channels) ?? now
    let end = last + ((now - last) / spacing * (1 + 1e-9)).rounded(.down) * spacing
    let span = (end - (past.firstTime ?? end)) / spacing * (1 + 1e-9)
    let count = Int(max(0, min(span, Double(rows - 1)))) + 1
    (self.end, self.spacing) = (end, spacing)
    (values, isObserved, firstRows) = ([], [], [])
    for channel in 0..<channels {
      append(past.observations(of: channel), count: count)
    }
  }

  private mutating func append(_ observed: (times: [Double], values: [Double]), count: Int) {
    let (times, observations) = observed
    let start = end - Double(count - 1) * spacing
    // A time that rounding has moved is the time of the observation.
    let margin = 1e-6 * spacing
    var after = 0
    var (line, near) = (
      [Double](repeating: 0, count: count), [Bool](repeating: false, count: count)
    )
    for row in 0..<(times.isEmpty ? 0 : count) {
      let time = start + Double(row) * spacing
      while after < times.count && times[after] < time - margin { after += 1 }
      let isLast = after == times.count
      if isLast || after == 0 || times[after] <= time + margin {
        line[row] = observations[isLast ? after - 1 : after]
      } else {
        let share = (time - times[after - 1]) / (times[after] - times[after - 1])
        line[row] =
          observations[after - 1] + share * (observations[after] - observations[after - 1])
      }
      near[row] =
        (!isLast && times[after] - time <= spacing / 2)
        || (after > 0 && time - times[after - 1] <= spacing / 2)
    }
    values.append(line)
    isObserved.append(near)
    firstRows.append(near.firstIndex(of: true) ?? count)
  }

  /// The place of a time on the grid, in spacings after its last row.
  func steps(to time: Double) -> Double { (time - end) / spacing }

  /// Some rows, with other values of the channels.
  func rows(_ range: Range<Int>, mapped transform: (Double) -> Double = { $0 }) -> SeriesGrid {
    var result = self
    for channel in values.indices {
      result.values[channel] = values[channel][range].map(transform)
      result.isObserved[channel] = Array(isObserved[channel][range])
      let first = min(max(firstRows[channel], range.lowerBound), range.upperBound)
      result.firstRows[channel] = first - range.lowerBound
    }
    result.end = end - Double(count - range.upperBound) * spacing
    return result
  }
}

/// A grid up to one of its rows: what is known at the moment of a forecast.
package struct GridPast: Sendable {
  package let grid: SeriesGrid
  /// The number of rows that are known, at least one.
  let count: Int
  /// The first row that is read.
  let start: Int

  package init(_ grid: SeriesGrid, count: Int? = nil, lookback: Int = .max) {
    self.grid = grid
    self.count = count ?? grid.count
    start = max(0, self.count - lookback)
  }

  /// The first known row of a channel, before the end.
  func first(_ channel: Int) -> Int { min(max(grid.firstRows[channel], start), count - 1) }

  /// The same past with other values.
  func mapped(_ transform: (Double) -> Double) -> GridPast {
    GridPast(grid.rows(start..<count, mapped: transform))
  }

  /// The last value of a channel.
  func level(_ channel: Int) -> Double { grid.values[channel][count - 1] }

  /// The value a number of rows before the last known one, linear between rows; `nil` before the
  /// first observation.
  package func value(_ channel: Int, rowsBack back: Double) -> Double? {
    let place = Double(count - 1) - back
    guard place >= Double(max(grid.firstRows[channel], start)) - 1e-9, back > -1e-9 else {
      return nil
    }
    let values = grid.values[channel]
    let lower = min(max(Int(place + 1e-9), 0), count - 1)
    let share = max(0, place - Double(lower))
    return share < 1e-9 || lower + 1 >= count
      ? values[lower] : values[lower] + share * (values[lower + 1] - values[lower])
  }

  /// The value one period, or the fewest periods that are in the past, before a step; `nil` if it
  /// is unknown.
  func seasonal(_ channel: Int, step: Int, period: Double, further: Double = 0) -> Double? {
    let periods = max(1, ((Double(step) - 1e-9) / period).rounded(.up)) + further
    return value(channel, rowsBack: periods * period - Double(step))
  }
}
