public import NumericCore

/// An interval for a statistic of `count` entries in order of time, by resampling blocks.
///
/// Neighbouring windows share readings, so that single entries are not independent: blocks of `blockLength`
/// neighbours are drawn with replacement (the moving block bootstrap, Künsch 1989), and the interval lies between
/// the quantiles (1 ± level) / 2 of the statistic over the replicates.
///
/// - Precondition: `count` and `replicates` are positive, and `level` lies between 0 and 1.
public func bootstrapInterval(
  count: Int, blockLength: Int, level: Double = 0.9, replicates: Int = 1_000, key: RandomKey,
  statistic: (_ places: [Int]) -> Double
) -> ClosedRange<Double> {
  precondition(
    count > 0 && replicates > 0 && level > 0 && level < 1,
    "a bootstrap of \(count) entries with \(replicates) replicates at level \(level)")
  let length = min(max(1, blockLength), count)
  let starts = count - length + 1
  var values: [Double] = []
  values.reserveCapacity(replicates)
  for replicate in 0..<replicates {
    var words = RandomWords(key.folding(in: UInt64(replicate)))
    var places: [Int] = []
    while places.count < count {
      let start = words.next(below: starts)
      places += start..<(start + min(length, count - places.count))
    }
    values.append(statistic(places))
  }
  values.sort()
  return quantile(values, (1 - level) / 2)...quantile(values, (1 + level) / 2)
}

/// The quantile of sorted values, linear between order statistics.
func quantile(_ sorted: [Double], _ probability: Double) -> Double {
  let place = probability * Double(sorted.count - 1)
  let low = Int(place)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
}
