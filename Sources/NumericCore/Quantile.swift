/// The quantile of sorted values, linear between order statistics.
///
/// - Precondition: there is a value, and the probability lies between 0 and 1.
package func quantile(_ sorted: [Double], _ probability: Double) -> Double {
  let place = probability * Double(sorted.count - 1)
  let low = Int(place)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
}
