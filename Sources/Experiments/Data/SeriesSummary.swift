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
    let all = file.series.filter { $0.count > 0 }
    precondition(!all.isEmpty, "\(file.source) holds no row")
    series = all.count
    rows = all.reduce(0) { $0 + $1.count }
    start = file.axis.text(of: all.map { $0.times[0] }.min() ?? 0)
    end = file.axis.text(of: all.map { $0.times[$0.count - 1] }.max() ?? 0)
    let steps = all.flatMap { zip($0.times.dropFirst(), $0.times).map { $0 - $1 } }.sorted()
    medianStep = steps.isEmpty ? 0 : quantile(steps, 0.5)
    longestGap = steps.last ?? 0
    channels = all[0].channels.indices.map { channel in
      let values = all.flatMap { $0.observations(of: channel).values }
      let total = all.reduce(0) { $0 + $1.count }
      return Channel(
        name: all[0].channels[channel], observed: values.count, missing: total - values.count,
        minimum: values.min() ?? .nan, mean: values.reduce(0, +) / Double(values.count),
        maximum: values.max() ?? .nan)
    }
  }
}
