import TimeSeries

/// The number of oscillations of series.
enum Oscillations {
  /// Oscillations in a time span: the median over channels and series.
  ///
  /// A channel's half oscillation is counted where its values pass from a quarter of their standard
  /// deviation above their mean to as much below, or back.
  static func count(in length: Double, of series: [TimeSeries], channels: Int) -> Double {
    var rates: [Double] = []
    for one in series.prefix(50) where one.span > 0 {
      rates += swings(one, channels).compactMap { $0.map { Double($0) / 2 / one.span } }
    }
    rates.sort()
    return rates.isEmpty ? 0 : rates[rates.count / 2] * length
  }

  /// The count of each channel; `nil` for fewer than eight values.
  private static func swings(_ series: TimeSeries, _ channels: Int) -> [Int?] {
    struct Channel {
      var (count, sum, squares) = (0, 0.0, 0.0)
      var isHigh: Bool?
      var swings = 0

      var mean: Double { sum / Double(count) }
      var margin: Double { 0.25 * (squares / Double(count)).squareRoot() }
    }
    var all = [Channel](repeating: Channel(), count: channels)
    func forEachValue(_ body: (inout Channel, Double) -> Void) {
      for piece in series.pieces {
        for row in 0..<piece.count {
          for channel in 0..<channels {
            if let value = piece.value(row, channel) { body(&all[channel], value) }
          }
        }
      }
    }
    forEachValue {
      $0.count += 1
      $0.sum += $1
    }
    forEachValue { $0.squares += ($1 - $0.mean) * ($1 - $0.mean) }
    forEachValue { channel, value in
      guard abs(value - channel.mean) > channel.margin else { return }
      if let before = channel.isHigh, before != (value > channel.mean) { channel.swings += 1 }
      channel.isHigh = value > channel.mean
    }
    return all.map { $0.count < 8 ? nil : $0.swings }
  }
}
