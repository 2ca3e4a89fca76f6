import Platform
import NumericCore

/// A change in level and spread that suggests another unit.
public struct UnitChange: Hashable, Sendable {
  /// Medians of the values before and after the change; for a channel around zero, median distances
  /// from the median.
  public let before: Double
  /// The median after the change.
  public let after: Double
  /// Whether the channel is around zero, so that its spread and not its level shows the unit.
  public let isOfSpread: Bool
  /// The conversions that can explain the change, the most likely first; empty for an unknown
  /// factor.
  public let causes: [String]

  /// The ratio of after to before: that of the cause if there is only one; `nil` if the most likely
  /// conversion has an offset.
  public let factor: Double?

  /// The largest numbers of values compared on each side: normally, and where a trend hides the
  /// change.
  private static let farthest = 1_000
  private static let nearest = 10
  /// The smallest number of values compared on each side.
  static let least = ChannelReadings.margin
  /// With fewer values on a side, only a usual conversion counts.
  private static let leastForAnyFactor = 20

  /// The numbers of the first values in another unit: one, or several if the unit alternates.
  ///
  /// Either the values fall into two classes in a few long stretches, or the change is one of the
  /// largest jumps. In both cases the two sides (8 to 1,000 values each) overlap hardly at all,
  /// most of the difference of their medians is in the one step, and the differences between
  /// consecutive values scale as the medians do: by a factor, or as between °F and °C. A change of
  /// level alone is not a change of unit, because the differences keep their size. For a channel
  /// around zero the spread replaces the level. In channels of more than 131,072 values, stretches
  /// are searched in blocks of the sample and then refined; jumps are searched everywhere.
  static func find(in readings: ChannelReadings) -> (numbers: [Int], change: UnitChange)? {
    guard readings.count >= 2 * least else { return nil }
    let gap = readings.isWhole ? nil : ChannelReadings.block
    if let stretches = UnitStretches(readings.sample, gap: gap) {
      let parts = stretches.ranges.map { readings.sample[$0] }
      let (first, second) = (
        stride(from: 0, to: parts.count, by: 2), stride(from: 1, to: parts.count, by: 2)
      )
      let isCentred = stretches.isCentred
      if let change = UnitChange(
        first.map { parts[$0] }, second.map { parts[$0] }, isCentred: isCentred)
      {
        let places = stretches.ranges.dropFirst().map(\.lowerBound)
        if readings.isWhole { return (places, change) }
        let numbers = places.enumerated().map { number, place in
          let (a, b) = (change.before, change.after)
          return border(at: place, in: readings, change, number % 2 == 0 ? (a, b) : (b, a))
        }
        if areAbrupt(numbers, in: readings, isCentred: isCentred) { return (numbers, change) }
      }
    }
    for number in readings.jumps {
      for reach in [farthest, nearest] {
        let start = max(0, number - reach)
        let end = min(readings.count, number + reach)
        let change = UnitChange(
          [readings.values(start..<number)], [readings.values(number..<end)], isCentred: false)
        // Among few values small factors occur by chance.
        guard let change, reach == farthest || change.factor.map(isLarge) == true
        else { continue }
        return ([number], change)
      }
    }
    return nil
  }

  /// The number of the first value after a change that was found between blocks of the sample.
  private static func border(
    at place: Int, in readings: ChannelReadings, _ change: UnitChange,
    _ sizes: (before: Double, after: Double)
  ) -> Int {
    // Around zero single values say little, and the index is less certain.
    let reach = change.isOfSpread ? least : 0
    let first = readings.number(ofSample: max(0, place - 1 - reach))
    let last = readings.number(ofSample: min(place + reach, readings.sample.count - 1))
    let values = Array(readings.values(first..<last + 1))
    if change.isOfSpread {
      let middle = quantile(readings.sample.sorted(), 0.5)
      let border = UnitStretches.border(in: values[...], middle, sizes.before, sizes.after)
      return min(first + border, last)
    }
    let ratios = zip(values, values.dropFirst()).map { max($0 / $1, $1 / $0) }
    return first + 1 + (ratios.indices.max { ratios[$0] < ratios[$1] } ?? 0)
  }

  /// Whether the values at the borders change abruptly: between blocks of the sample a slow change
  /// may be hidden.
  private static func areAbrupt(
    _ numbers: [Int], in readings: ChannelReadings, isCentred: Bool
  ) -> Bool {
    let ends = [0] + numbers + [readings.count]
    return numbers.indices.allSatisfy { place in
      let (start, border, end) = (ends[place], ends[place + 1], ends[place + 2])
      let before = readings.values(max(start, border - farthest)..<border)
      let after = readings.values(border..<min(end, border + farthest))
      return UnitChange([before], [after], isCentred: isCentred) != nil
    }
  }

  private static func isLarge(_ factor: Double) -> Bool {
    factor > 7 || (0..<1 / 7).contains(factor)
  }

  /// The change between alternating stretches; `nil` if they do not differ as units do.
  private init?(
    _ left: [ArraySlice<Double>], _ right: [ArraySlice<Double>], isCentred: Bool
  ) {
    let pairs = zip(left, right)
    let first = UnitSide(left, edges: pairs.flatMap { $0.0.suffix(1) })
    let second = UnitSide(right, edges: pairs.flatMap { $0.1.prefix(1) })
    guard min(first.count, second.count) >= Self.least else { return nil }
    let isShort = min(first.count, second.count) < Self.leastForAnyFactor
    let isPlain = !isShort && left.count == 1 && right.count == 1 && !isCentred
    let conversions = UnitConversion.matching(first, second, isCentred: isCentred)
    guard isPlain || !conversions.isEmpty else { return nil }
    causes = conversions.map(\.names)
    isOfSpread = isCentred
    (before, after) =
      isCentred ? (first.spread, second.spread) : (first.median, second.median)
    let ratio = after / before
    factor =
      conversions.first.map { conversion in
        conversion.offset != 0 ? nil : conversions.count == 1 ? conversion.factor : ratio
      } ?? ratio
    let isChange =
      isCentred
      ? Self.differInSpread(first, second)
      : Self.areApart(first, second, pairs.map { ($0.last ?? 0, $1.first ?? 0) })
        && Self.differInLevel(first, second, mayHaveOffset: conversions.contains { $0.offset != 0 })
    guard isChange else { return nil }
  }

  /// Whether spread and differences of a channel around zero change by the same factor; between
  /// quiet and active periods they change less, or differently.
  private static func differInSpread(_ first: UnitSide, _ second: UnitSide) -> Bool {
    let ratio = second.spread / first.spread
    return isNear(second.step / first.step, ratio, 1.7) && !isNear(ratio, 1, 8)
      && first.isAboutZero && second.isAboutZero
  }

  /// Whether the two sides hardly overlap, and most of their difference is in the steps between
  /// them.
  private static func areApart(
    _ first: UnitSide, _ second: UnitSide, _ steps: [(from: Double, to: Double)]
  ) -> Bool {
    let isDisjoint =
      quantile(first.sorted, 0.98) < quantile(second.sorted, 0.02)
      || quantile(second.sorted, 0.98) < quantile(first.sorted, 0.02)
    return isDisjoint
      && steps.allSatisfy { abs($0.to - $0.from) > 0.5 * abs(second.median - first.median) }
  }

  /// Whether level and differences change by the same factor, or as between °C and °F.
  private static func differInLevel(
    _ first: UnitSide, _ second: UnitSide, mayHaveOffset: Bool
  ) -> Bool {
    let (before, after) = (first.median, second.median)
    let (ratio, steps) = (after / before, second.step / first.step)
    // A change of level alone does not change the differences.
    let share = ratio > 0 ? Double.logarithm(steps) / Double.logarithm(ratio) : 0
    if isNear(steps, ratio, 2.5) && !isNear(ratio, 1, 1.5) && 0.5 < share && share < 1.7 {
      return true
    }
    guard mayHaveOffset else { return false }
    // A third of the usual difference of levels: adjacent days are that similar.
    let room = abs(after - before) / 3
    return isNear(steps, 1 / 1.8, 1.5) && abs(after - (before - 32) / 1.8) < room
      || isNear(steps, 1.8, 1.5) && abs(after - (before * 1.8 + 32)) < room
  }

  private static func isNear(_ a: Double, _ b: Double, _ factor: Double) -> Bool {
    a > 0 && b > 0 && a / b < factor && b / a < factor
  }
}
