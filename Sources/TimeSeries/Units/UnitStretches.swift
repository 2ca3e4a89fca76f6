import Platform
import NumericCore

/// Stretches of a channel whose values alternate between two sizes.
struct UnitStretches {
  /// Alternating stretches; the first has the first size.
  private(set) var ranges: [Range<Int>]
  /// Whether the channel is around zero, so that sizes are distances from the median.
  let isCentred: Bool

  /// More changes are a property of the measured quantity.
  private static let mostChanges = 8
  /// Values of a channel around zero per mean distance.
  private static let block = 8

  /// `nil` if the sizes do not fall into two classes with a gap between them, or change too often.
  ///
  /// - Parameter gap: the number of consecutive values before values were omitted from the sample.
  init?(_ values: [Double], gap: Int? = nil) {
    isCentred = !(values.allSatisfy { $0 > 0 } || values.allSatisfy { $0 < 0 })
    let middle = isCentred ? quantile(values.sorted(), 0.5) : 0
    let width = isCentred ? Self.block : 1
    let sizes = isCentred ? Self.sizes(values, middle, gap) : values.map(\.magnitude)
    guard sizes.count >= (isCentred ? 4 : 2 * UnitChange.least), sizes.allSatisfy({ $0 > 0 }) else {
      return nil
    }
    let logarithms = sizes.map { Double.logarithm($0) }
    // Single values on the other side are outliers.
    guard let border = Self.border(logarithms),
      let runs = Self.runs(logarithms.map { $0 > border }, shortest: isCentred ? 1 : 4),
      !isCentred || Self.isAbrupt(logarithms, runs)
    else { return nil }
    ranges = runs.map { $0.lowerBound * width..<$0.upperBound * width }
    ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<values.count
    if isCentred { refine(values, middle) }
  }

  /// Runs of one class; a shorter run belongs to the run before it.
  ///
  /// `nil` if many runs are short, or if there is one run alone or too many.
  private static func runs(_ isHigh: [Bool], shortest: Int) -> [Range<Int>]? {
    let borders = isHigh.indices.dropFirst().filter { isHigh[$0] != isHigh[$0 - 1] }
    var runs: [Range<Int>] = []
    var absorbed = 0
    for (start, end) in zip([0] + borders, borders + [isHigh.count]) {
      let isShort = end - start < shortest
      if isShort { absorbed += end - start }
      if let last = runs.last, isShort || isHigh[last.lowerBound] == isHigh[start] {
        runs[runs.count - 1] = last.lowerBound..<end
      } else {
        runs.append(start..<end)
      }
    }
    let isFew = (2...mostChanges + 1).contains(runs.count)
    return isFew && 50 * absorbed <= isHigh.count ? runs : nil
  }

  /// For each block the mean distance from the median and the mean difference, weighted to equal
  /// size: where a wave crosses its middle its differences are largest.
  private static func sizes(_ values: [Double], _ middle: Double, _ gap: Int?) -> [Double] {
    let distances = values.map { abs($0 - middle) }
    var steps = [0] + zip(values.dropFirst(), values).map { abs($0 - $1) }
    if let gap {
      // The difference across a gap is taken to be the next one.
      for place in stride(from: gap, to: steps.count - 1, by: gap) {
        steps[place] = steps[place + 1]
      }
    }
    let weight = distances.reduce(0, +) / max(steps.reduce(0, +), .leastNormalMagnitude)
    return stride(from: 0, to: values.count - block + 1, by: block).map { start in
      (start..<start + block).reduce(0) { $0 + distances[$1] + weight * steps[$1] }
    }
  }

  /// A threshold between two classes, if hardly any size is near it.
  private static func border(_ logarithms: [Double]) -> Double? {
    let sorted = logarithms.sorted()
    var border = (sorted[0] + sorted[sorted.count - 1]) / 2
    var distance = 0.0
    for _ in 0..<10 {
      let split = sorted.firstIndex { $0 > border } ?? sorted.count
      guard split > 0, split < sorted.count else { return nil }
      let low = quantile(Array(sorted[..<split]), 0.5)
      let high = quantile(Array(sorted[split...]), 0.5)
      (border, distance) = ((low + high) / 2, high - low)
    }
    let near = sorted.count { abs($0 - border) < distance / 6 }
    // A block at a change contains values of both classes.
    return near <= max(2, sorted.count / 50) ? border : nil
  }

  /// Whether sizes are similar within the stretches and change abruptly between them.
  private static func isAbrupt(_ logarithms: [Double], _ stretches: [Range<Int>]) -> Bool {
    let parts = stretches.map { logarithms[$0] }
    let classes = (0..<2).map { parity in
      parts.enumerated().filter { $0.offset % 2 == parity }.flatMap(\.element).sorted()
    }
    let distance = abs(quantile(classes[0], 0.5) - quantile(classes[1], 0.5))
    let isAlike = classes.allSatisfy { quantile($0, 0.9) - quantile($0, 0.1) < distance / 2 }
    // The blocks next to a change may contain values of both sizes; the blocks after them do not.
    return isAlike
      && zip(parts, parts.dropFirst()).allSatisfy { a, b in
        let (before, after) = (a.dropLast().last ?? a.last, b.dropFirst().first ?? b.first)
        guard let before, let after else { return false }
        return abs(after - before) > 0.7 * distance
      }
  }

  /// Moves the borders of blocks to the maximum of the likelihood of two Laplace distributions.
  private mutating func refine(_ values: [Double], _ middle: Double) {
    func size(_ parity: Int) -> Double {
      let all = ranges.enumerated().filter { $0.offset % 2 == parity }.flatMap {
        values[$0.element]
      }
      return quantile(all.map { abs($0 - middle) }.sorted(), 0.5)
    }
    let sizes = [size(0), size(1)].map { max($0, .leastNormalMagnitude) }
    for number in 1..<ranges.count {
      let (before, after) = (sizes[(number - 1) % 2], sizes[number % 2])
      let border = ranges[number].lowerBound
      let start = max(ranges[number - 1].lowerBound + 1, border - Self.block)
      let end = min(ranges[number].upperBound - 1, border + Self.block)
      let place = Self.border(in: values[start..<end], middle, before, after)
      ranges[number - 1] = ranges[number - 1].lowerBound..<place
      ranges[number] = place..<ranges[number].upperBound
    }
  }

  /// The index from which on a Laplace distribution of the second size is more likely than one of
  /// the first; the end if there is none.
  static func border(
    in values: ArraySlice<Double>, _ middle: Double, _ before: Double, _ after: Double
  ) -> Int {
    // The gain in log likelihood if the values from `place` on have the second distribution.
    var (gain, best, place) = (0.0, 0.0, values.endIndex)
    for candidate in values.indices.reversed() {
      let distance = abs(values[candidate] - middle)
      gain += Double.logarithm(before / after) + distance / before - distance / after
      if gain > best { (best, place) = (gain, candidate) }
    }
    return place
  }
}
