/// Distances of states from their images after a forward and a backward solve.
struct RoundTripMisses {
  private var largest = 0.0
  private var total = 0.0
  private var count = 0
  /// The number of states whose images are not finite.
  private(set) var lost = 0

  /// Squared distances and squared sizes of some states.
  mutating func add(squares: some Sequence<Double>, sizes: some Sequence<Double>) {
    for (square, size) in zip(squares, sizes) {
      guard square.isFinite, size.isFinite else {
        lost += 1
        continue
      }
      largest = max(largest, square)
      total += size
      count += 1
    }
  }

  /// The largest distance over the root mean square size, of the states that are not lost; 0 for no
  /// states, or for states that all stay.
  var relative: Double {
    if largest == 0 { return 0 }
    let ratio = (largest * Double(count) / total).squareRoot()
    return ratio.isNaN ? .infinity : ratio
  }
}
