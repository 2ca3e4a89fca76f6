/// Finds where functions of time alone are active for a small part of a span, such as a narrow Gaussian.
///
/// A solver that is at rest before such a part would step over it; forced times at its flanks and inside prevent that.
struct SharpFunctions {
  /// Samples of one function at equal distances over the span.
  let samples: [Double]
  let start: Double
  let end: Double

  /// A function that is active for more of the span than this share needs no forced times.
  static let largestShare = 0.25
  static let mostZones = 200

  /// Forced times: the flanks of each active zone, and three places between them.
  var forcedTimes: [Double] {
    let finite = samples.filter { $0.isFinite }
    guard let low = finite.min(), let high = finite.max(), low < high else { return [] }
    var zones: [ClosedRange<Int>] = []
    for place in samples.indices.dropLast() {
      let change = (samples[place + 1] - samples[place]).magnitude
      if change <= 1e-5 * (high - low) { continue }
      if let last = zones.last, place <= last.upperBound + 2 {
        zones[zones.count - 1] = last.lowerBound...place + 1
      } else {
        zones.append(place...place + 1)
      }
    }
    let active = zones.reduce(0) { $0 + $1.count - 1 }
    guard Double(active) < Self.largestShare * Double(samples.count),
      zones.count <= Self.mostZones
    else { return [] }
    let step = (end - start) / Double(samples.count - 1)
    return zones.flatMap { zone in
      (0...4).map { quarter in
        let part = Double(quarter) / 4
        return start + step
          * (Double(zone.lowerBound) * (1 - part) + Double(zone.upperBound) * part)
      }
    }
  }
}
