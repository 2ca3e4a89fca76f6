import Platform
import NumericCore
import Tables

/// A summary of a file of series, by channel.
public struct SeriesSummary: Hashable, Sendable {
  /// One channel over all series.
  public struct Channel: Hashable, Sendable {
    /// The name of the channel.
    public let name: String
    /// Number of observations.
    public let observed: Int
    /// Number of rows without a value.
    public let missing: Int
    /// The smallest value.
    public let minimum: Double
    /// The mean value.
    public let mean: Double
    /// The largest value.
    public let maximum: Double
    /// The longest distance of consecutive times at which it was observed.
    public let longestGap: Double
  }

  /// Number of series.
  public let series: Int
  /// In a file of several series, series of one row are not counted: nothing can be learned from
  /// them.
  public let leftOut: Int
  /// Rows of all series.
  public let rows: Int
  /// The first time, in the format of the file.
  public let start: String
  /// The last time, in the format of the file.
  public let end: String
  /// The median distance of consecutive times; above 100,000, the median of an even sample.
  public let medianStep: Double
  /// The longest distance of consecutive times.
  public let longestGap: Double
  /// The channels, in order.
  public let channels: [Channel]

  /// Summarizes a file.
  ///
  /// - Precondition: the file has at least one row.
  public init(of file: TimeSeriesFile) {
    let filled = file.series.filter { $0.count > 0 }
    let long = filled.filter { $0.count > 1 }
    let all = long.isEmpty ? filled : long
    leftOut = filled.count - all.count
    precondition(!all.isEmpty, "\(file.source) holds no row")
    series = all.count
    rows = all.reduce(0) { $0 + $1.count }
    start = file.axis.text(of: all.compactMap(\.firstTime).min() ?? 0)
    end = file.axis.text(of: all.compactMap(\.lastTime).max() ?? 0)
    let every = max(1, (rows + Self.mostSteps - 1) / Self.mostSteps)
    var steps: [Double] = []
    steps.reserveCapacity(min(rows, Self.mostSteps))
    var longest = 0.0
    var number = 0
    var moments = all[0].channels.map { _ in Moments() }
    for one in all {
      var last: Double?
      for channel in moments.indices { moments[channel].last = nil }
      for piece in one.pieces {
        for (row, time) in piece.times.enumerated() {
          if let last {
            longest = max(longest, time - last)
            if number % every == 0 { steps.append(time - last) }
            number += 1
          }
          last = time
          for channel in moments.indices {
            if let value = piece.value(row, channel) { moments[channel].take(value, at: time) }
          }
        }
      }
    }
    steps.sort()
    medianStep = steps.isEmpty ? 0 : quantile(steps, 0.5)
    longestGap = longest
    let total = rows
    channels = zip(all[0].channels, moments).map { name, moments in
      Channel(
        name: name, observed: moments.count, missing: total - moments.count,
        minimum: moments.count > 0 ? moments.low : .nan,
        mean: moments.sum / Double(moments.count),
        maximum: moments.count > 0 ? moments.high : .nan, longestGap: moments.longestGap)
    }
  }

  private static let mostSteps = 100_000

  private struct Moments {
    var count = 0
    var sum = 0.0
    var low = Double.infinity
    var high = -Double.infinity

    var longestGap = 0.0
    var last: Double?

    mutating func take(_ value: Double, at time: Double) {
      longestGap = max(longestGap, time - (last ?? time))
      last = time
      count += 1
      sum += value
      low = min(low, value)
      high = max(high, value)
    }
  }
}
