/// Mean and standard deviation of each channel, taken from the training part and kept with the model.
public struct Normalization: Hashable, Sendable {
  public let channels: [String]
  public let means: [Double]
  public let deviations: [Double]

  public init(channels: [String], means: [Double], deviations: [Double]) {
    self.channels = channels
    self.means = means
    self.deviations = deviations
  }

  /// The moments of the observed values (deviation with divisor n); a channel that is constant or never observed
  /// gets deviation 1.
  public init(of series: [TimeSeries]) {
    let channels = series.first?.channels ?? []
    var means: [Double] = []
    var deviations: [Double] = []
    for channel in channels.indices {
      let values = series.flatMap { $0.observations(of: channel).values }
      let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = values.isEmpty ? 0 : (squares / Double(values.count)).squareRoot()
      means.append(mean)
      deviations.append(deviation > 0 ? deviation : 1)
    }
    self.init(channels: channels, means: means, deviations: deviations)
  }

  /// A value of a channel in units of its standard deviation.
  public func normalized(_ value: Double, _ channel: Int = 0) -> Double {
    (value - means[channel]) / deviations[channel]
  }

  /// The inverse of `normalized`.
  public func restored(_ value: Double, _ channel: Int = 0) -> Double {
    value * deviations[channel] + means[channel]
  }

  public func normalized(_ series: TimeSeries) -> TimeSeries {
    series.mapped { normalized($1, $0) }
  }

  public func restored(_ series: TimeSeries) -> TimeSeries {
    series.mapped { restored($1, $0) }
  }
}
