/// Mean and standard deviation of each channel, computed on the training part and stored with the
/// model.
public struct Normalization: Hashable, Sendable {
  /// Names of the channels.
  public let channels: [String]
  /// The mean of each channel.
  public let means: [Double]
  /// The standard deviation of each channel.
  public let deviations: [Double]

  /// Given moments of channels.
  public init(channels: [String], means: [Double], deviations: [Double]) {
    self.channels = channels
    self.means = means
    self.deviations = deviations
  }

  /// The moments of the observed values (deviation with divisor n); a channel that is constant or
  /// never observed has deviation 1.
  public init(of series: [TimeSeries]) {
    let channels = series.first?.channels ?? []
    func sums(_ term: (_ channel: Int, _ value: Double) -> Double) -> [(sum: Double, count: Int)] {
      var sums = channels.map { _ in (sum: 0.0, count: 0) }
      for piece in series.lazy.flatMap(\.pieces) {
        for row in 0..<piece.count {
          for channel in channels.indices {
            guard let value = piece.value(row, channel) else { continue }
            sums[channel].sum += term(channel, value)
            sums[channel].count += 1
          }
        }
      }
      return sums
    }
    let means = sums { $1 }.map { $0.count == 0 ? 0 : $0.sum / Double($0.count) }
    let deviations = sums { ($1 - means[$0]) * ($1 - means[$0]) }.map { squares -> Double in
      let deviation =
        squares.count == 0 ? 0 : (squares.sum / Double(squares.count)).squareRoot()
      return deviation > 0 ? deviation : 1
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

  /// The series in units of standard deviations.
  public func normalized(_ series: TimeSeries) -> TimeSeries {
    series.mapped { normalized($1, $0) }
  }

  /// The inverse of `normalized`.
  public func restored(_ series: TimeSeries) -> TimeSeries {
    series.mapped { restored($1, $0) }
  }
}
