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
      func sum(_ term: (Double) -> Double) -> (sum: Double, count: Int) {
        var result = (sum: 0.0, count: 0)
        for piece in series.lazy.flatMap(\.pieces) {
          for row in 0..<piece.count {
            guard let value = piece.value(row, channel) else { continue }
            result.sum += term(value)
            result.count += 1
          }
        }
        return result
      }
      let (total, count) = sum { $0 }
      let mean = count == 0 ? 0 : total / Double(count)
      let squares = sum { ($0 - mean) * ($0 - mean) }.sum
      let deviation = count == 0 ? 0 : (squares / Double(count)).squareRoot()
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
