/// How often series swing to and fro.
enum Oscillations {
  /// Oscillations in a stretch of time: the median over channels and series.
  ///
  /// A channel's swing is counted where its values pass from a quarter of their standard deviation above their mean to as
  /// much below, or back; two of them are an oscillation.
  static func count(in length: Double, of series: [TimeSeries], channels: Int) -> Double {
    var rates: [Double] = []
    for one in series.prefix(50) where one.span > 0 {
      for channel in 0..<channels {
        if let swings = swings(one, channel) { rates.append(Double(swings) / 2 / one.span) }
      }
    }
    rates.sort()
    return rates.isEmpty ? 0 : rates[rates.count / 2] * length
  }

  /// Nil of fewer than eight values.
  private static func swings(_ series: TimeSeries, _ channel: Int) -> Int? {
    func forEachValue(_ body: (Double) -> Void) {
      for piece in series.pieces {
        for row in 0..<piece.count { if let value = piece.value(row, channel) { body(value) } }
      }
    }
    var (count, sum, squares) = (0, 0.0, 0.0)
    forEachValue {
      count += 1
      sum += $0
    }
    if count < 8 { return nil }
    let mean = sum / Double(count)
    forEachValue { squares += ($0 - mean) * ($0 - mean) }
    let margin = 0.25 * (squares / Double(count)).squareRoot()
    var isHigh: Bool?
    var swings = 0
    forEachValue { value in
      guard abs(value - mean) > margin else { return }
      if let before = isHigh, before != (value > mean) { swings += 1 }
      isHigh = value > mean
    }
    return swings
  }
}
