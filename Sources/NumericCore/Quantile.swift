/// The quantile of sorted values, interpolated linearly between order statistics.
///
/// - Precondition: `sorted` is not empty, and the probability is between 0 and 1.
package func quantile(_ sorted: [Double], _ probability: Double) -> Double {
  let place = probability * Double(sorted.count - 1)
  let low = Int(place)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
}
