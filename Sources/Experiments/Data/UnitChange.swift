internal import NumericCore

/// A change in level and spread such as another unit gives.
public struct UnitChange: Hashable, Sendable {
  /// Medians of the values before and after the change.
  public let before: Double
  public let after: Double
  /// Two units between which the change is the known one; nil: an unknown factor.
  public let units: String?

  /// Values on each side that are compared at most.
  private static let reach = 1_000
  /// Values on each side that are compared at least.
  private static let least = 20

  /// The place of the first value in another unit, if there is one.
  ///
  /// At one of the largest jumps, the values on both sides (20 to 1,000 of them) hardly share any range, most of the
  /// difference of their medians happens in the one step, and the steps on both sides scale as the medians do: by a
  /// factor, or as between °F and °C. A change of level alone is none: there the steps stay as they were.
  static func find(in values: [Double]) -> (place: Int, change: UnitChange)? {
    guard values.count >= 2 * least else { return nil }
    for place in largestJumps(values).sorted() {
      let start = max(0, place - reach)
      let end = min(values.count, place + reach)
      if let change = UnitChange(values[start..<place], values[place..<end]) {
        return (place, change)
      }
    }
    return nil
  }

  private init?(_ left: ArraySlice<Double>, _ right: ArraySlice<Double>) {
    let (first, second) = (left.sorted(), right.sorted())
    let (before, after) = (quantile(first, 0.5), quantile(second, 0.5))
    let isDisjoint =
      quantile(first, 0.98) < quantile(second, 0.02)
      || quantile(second, 0.98) < quantile(first, 0.02)
    guard isDisjoint, let from = left.last, let to = right.first,
      abs(to - from) > 0.5 * abs(after - before)
    else { return nil }
    let spread = UnitChange.step(right) / max(UnitChange.step(left), .leastNormalMagnitude)
    let ratio = after / before
    let known = UnitChange.units(ratio)
    func isNear(_ a: Double, _ b: Double, _ factor: Double) -> Bool {
      a > 0 && b > 0 && a / b < factor && b / a < factor
    }
    self.before = before
    self.after = after
    let toCelsius = (before - 32) / 1.8
    let toFahrenheit = before * 1.8 + 32
    // A third of the usual level's difference: neighbouring days are that much alike.
    let room = abs(after - before) / 3
    if isNear(spread, 1 / 1.8, 1.5) && abs(after - toCelsius) < room {
      units = "°F and °C"
    } else if isNear(spread, 1.8, 1.5) && abs(after - toFahrenheit) < room {
      units = "°C and °F"
    } else if isNear(spread, ratio, 2.5), !isNear(ratio, 1, 1.5) {
      units = known
    } else {
      return nil
    }
  }

  /// The mean step between neighbours, without the largest twentieth.
  private static func step(_ values: ArraySlice<Double>) -> Double {
    let steps = zip(values.dropFirst(), values).map { abs($0 - $1) }.sorted()
    let kept = steps.prefix(max(1, steps.count * 19 / 20))
    return kept.reduce(0, +) / Double(max(kept.count, 1))
  }

  /// The five largest steps, and the five largest in the logarithm.
  private static func largestJumps(_ values: [Double]) -> Set<Int> {
    var plain: [(size: Double, place: Int)] = []
    var relative = plain
    func keep(_ size: Double, _ place: Int, _ list: inout [(size: Double, place: Int)]) {
      if list.count == 5 && size <= list[4].size { return }
      list.insert((size, place), at: list.firstIndex { $0.size < size } ?? list.count)
      if list.count > 5 { list.removeLast() }
    }
    for place in least...values.count - least {
      let (a, b) = (values[place - 1], values[place])
      keep(abs(b - a), place, &plain)
      if a > 0 && b > 0 { keep(abs(Double.logarithm(b / a)), place, &relative) }
    }
    return Set((plain + relative).map(\.place))
  }

  /// The units between which a factor stands, within a fifteenth.
  private static func units(_ ratio: Double) -> String? {
    let known: [(factor: Double, names: String)] = [
      (18.02, "mmol/L and mg/dL of glucose"), (38.67, "mmol/L and mg/dL of cholesterol"),
      (88.4, "mg/dL and µmol/L of creatinine"), (2.54, "inches and centimetres"),
      (25.4, "inches and millimetres"), (2.205, "kilograms and pounds"),
      (1.609, "miles and kilometres"), (3.281, "metres and feet"), (3.6, "m/s and km/h"),
      (4.184, "calories and joules"), (60, "a unit and its sixtieth"),
      (10, "a unit and its tenth"), (100, "a unit and its hundredth"),
      (1_000, "a unit and its thousandth"), (1e6, "a unit and its millionth"),
    ]
    let factor = max(ratio, 1 / ratio)
    return known.first { factor / $0.factor < 16.0 / 15 && $0.factor / factor < 16.0 / 15 }?.names
  }
}
