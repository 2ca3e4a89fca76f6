import Platform

/// The observations around a query that the decoder reads.
public enum LocalDetail: String, Hashable, Sendable, CaseIterable {
  /// The distances of the observations before and after it.
  case distances
  /// Also their values, and the slope of the series there.
  case readings

  /// Numbers per channel of a query.
  var featureCount: Int { self == .distances ? 4 : 8 }
}

/// The observations around a query: those before and after it, and the slope of the series there.
///
/// The decoder reads it in addition to the latent state. The straight line between the two
/// observations (after the end, the last observation) is the reference that the decoder corrects.
struct LocalContext {
  private let clock: ModelClock
  private let detail: LocalDetail
  private let times: [Double]
  private let values: [Double]
  private let slopesBefore: [Double]
  private let slopesAfter: [Double]

  /// The context of one channel's observations.
  init(times: [Double], values: [Double], clock: ModelClock, detail: LocalDetail) {
    self.clock = clock
    self.detail = detail
    self.times = times
    self.values = values
    let reach = 5 * clock.spacing
    slopesBefore = times.indices.map { end in
      let first = max(0, end - 3)
      return slope((first...end).filter { times[end] - times[$0] <= reach }, times, values)
    }
    slopesAfter = times.indices.map { start in
      let last = min(times.count - 1, start + 3)
      return slope((start...last).filter { times[$0] - times[start] <= reach }, times, values)
    }
  }

  /// The last observation; 0 if there is none.
  var lastValue: Double { values.last ?? 0 }
  /// The change over four spacings at the end, from the last observations.
  var lastChange: Double { (slopesBefore.last ?? 0) * 4 * clock.spacing }
  /// The difference of the last observation and the one nearest to nine spacings before it.
  var slowChange: Double {
    guard let last = times.last else { return 0 }
    let wanted = last - 9 * clock.spacing
    let nearest = times.indices.min { abs(times[$0] - wanted) < abs(times[$1] - wanted) }
    return lastValue - (nearest.map { values[$0] } ?? 0)
  }

  /// The reference and the features at a time.
  func at(_ time: Double) -> (reference: Double, features: [Double]) {
    let after = firstPlace { $0 > time }
    let before = after - 1
    let hasBefore = before >= 0
    let hasAfter = after < times.count
    let toBefore = hasBefore ? min(clock.units(time - times[before]), 3) : 3
    let toAfter = hasAfter ? min(clock.units(times[after] - time), 3) : 3
    let near = clock.units(4 * clock.spacing)
    let (left, right) = (hasBefore ? values[before] : 0, hasAfter ? values[after] : 0)
    let reference: Double
    switch (hasBefore, hasAfter) {
    case (true, true):
      let share = (time - times[before]) / (times[after] - times[before])
      reference = left + share * (right - left)
    case (true, false): reference = left
    case (false, _): reference = right
    }
    let distances = [
      toBefore, toAfter, Double.exponential(-toBefore / near), Double.exponential(-toAfter / near),
    ]
    guard detail == .readings else { return (reference, distances) }
    let change = 4 * clock.spacing
    let readings = [
      left, right, hasBefore ? slopesBefore[before] * change : 0,
      hasAfter ? slopesAfter[after] * change : 0,
    ]
    return (reference, distances + readings)
  }

  private func firstPlace(where isTrue: (Double) -> Bool) -> Int {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if isTrue(times[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The least-squares slope of a few observations; 0 for a single one.
private func slope(_ places: [Int], _ times: [Double], _ values: [Double]) -> Double {
  let count = Double(places.count)
  guard count > 1 else { return 0 }
  let time = places.reduce(0) { $0 + times[$1] } / count
  let value = places.reduce(0) { $0 + values[$1] } / count
  var (products, squares) = (0.0, 0.0)
  for place in places {
    products += (times[place] - time) * (values[place] - value)
    squares += (times[place] - time) * (times[place] - time)
  }
  return products / squares
}
