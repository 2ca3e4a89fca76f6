import Platform
import NumericCore

extension FitSearch {
  /// The better ones of four times as many points of a Latin hypercube.
  ///
  /// A third of them are taken however bad they are: where the objective is flat far from its minimum, the best of the points are no guide.
  func sampledPoints(count: Int, round: Int) -> [[Double]] {
    guard count > 0 else { return [] }
    let points = hypercube(count: 4 * count, round: round)
    let found = points.enumerated().compactMap { place, point in
      objective.evaluate(at: point, derivatives: false).map { (place: place, value: $0.value) }
    }
    let sorted = found.sorted { ($0.value, $0.place) < ($1.value, $1.place) }.map(\.place)
    let best = sorted.prefix(count - count / 3)
    let others = sorted.dropFirst(best.count).sorted().prefix(count / 3)
    return (best + others).map { points[$0] }
  }

  /// Points of which each interval of each unknown's range has one (McKay, Beckman and Conover 1979).
  private func hypercube(count: Int, round: Int) -> [[Double]] {
    let key = key.folding(in: UInt64(1_000 + round))
    let columns = objective.scales.indices.map { place in
      let noise = key.folding(in: UInt64(place)).uniform(2 * count, as: Double.self)
      // A permutation: the order of random numbers.
      let order = (0..<count).sorted { (noise[$0], $0) < (noise[$1], $1) }
      return (0..<count).map { (Double(order[$0]) + noise[count + $0]) / Double(count) }
    }
    return (0..<count).map { row in
      objective.scales.indices.map { place in
        objective.scales[place].sampled(
          at: columns[place][row], around: objective.start[place], wide: round > 0)
      }
    }
  }
}

extension ParameterScale {
  /// A plausible coordinate: the share (`0…1`) of the range of plausible values.
  ///
  /// That is the range between the bounds where it is finite and no wider than the decades around the start, twice as many if
  /// `wide`. An unbounded value keeps the sign of its start.
  fileprivate func sampled(at share: Double, around start: Double, wide: Bool) -> Double {
    let reach = (wide ? 2 : 1) * decades * 2.302585092994046
    let offset = (2 * share - 1) * reach
    if isLogarithmic {
      let range = max(bounds.lowerBound, start - reach)...min(bounds.upperBound, start + reach)
      return range.lowerBound + share * (range.upperBound - range.lowerBound)
    }
    if (upper - lower).isFinite { return lower + share * (upper - lower) }
    let moved =
      start == 0 ? unit(at: 0) * (2 * share - 1) * reach : start * .exponential(offset)
    return min(max(moved, lower), upper)
  }
}
