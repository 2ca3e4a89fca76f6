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
        let values = one.observations(of: channel).values
        if values.count < 8 { continue }
        rates.append(Double(swings(values)) / 2 / one.span)
      }
    }
    rates.sort()
    return rates.isEmpty ? 0 : rates[rates.count / 2] * length
  }

  private static func swings(_ values: [Double]) -> Int {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let margin = 0.25 * (squares / count).squareRoot()
    var isHigh: Bool?
    var swings = 0
    for value in values where abs(value - mean) > margin {
      if let before = isHigh, before != (value > mean) { swings += 1 }
      isHigh = value > mean
    }
    return swings
  }
}
