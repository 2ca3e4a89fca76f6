/// What a file of series holds, channel by channel.
public struct SeriesSummary: Hashable, Sendable {
  /// One channel over all series.
  public struct Channel: Hashable, Sendable {
    public let name: String
    public let observed: Int
    public let missing: Int
    public let minimum: Double
    public let mean: Double
    public let maximum: Double
  }

  public let series: Int
  /// Series of one row, of several: they are not counted, for nothing can be learned of them.
  public let leftOut: Int
  /// Rows of all series.
  public let rows: Int
  /// The first time, as it would stand in a file.
  public let start: String
  /// The last time, as it would stand in a file.
  public let end: String
  /// The median distance of neighbouring times.
  public let medianStep: Double
  /// The longest distance of neighbouring times.
  public let longestGap: Double
  public let channels: [Channel]

  /// - Precondition: the file holds a row.
  public init(of file: TimeSeriesFile) {
    let filled = file.series.filter { $0.count > 0 }
    let long = filled.filter { $0.count > 1 }
    let all = long.isEmpty ? filled : long
    leftOut = filled.count - all.count
    precondition(!all.isEmpty, "\(file.source) holds no row")
    series = all.count
    rows = all.reduce(0) { $0 + $1.count }
    start = file.axis.text(of: all.map { $0.times[0] }.min() ?? 0)
    end = file.axis.text(of: all.map { $0.times[$0.count - 1] }.max() ?? 0)
    var steps: [Double] = []
    steps.reserveCapacity(rows - all.count)
    for one in all {
      for row in 1..<max(one.count, 1) { steps.append(one.times[row] - one.times[row - 1]) }
    }
    steps.sort()
    medianStep = steps.isEmpty ? 0 : quantile(steps, 0.5)
    longestGap = steps.last ?? 0
    let total = rows
    channels = all[0].channels.indices.map { channel in
      var (count, sum, low, high) = (0, 0.0, Double.infinity, -Double.infinity)
      for one in all {
        for row in 0..<one.count {
          guard let value = one.value(row, channel) else { continue }
          count += 1
          sum += value
          low = min(low, value)
          high = max(high, value)
        }
      }
      return Channel(
        name: all[0].channels[channel], observed: count, missing: total - count,
        minimum: count > 0 ? low : .nan, mean: sum / Double(count),
        maximum: count > 0 ? high : .nan)
    }
  }
}
