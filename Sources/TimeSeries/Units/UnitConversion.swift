import Platform
import NumericCore

/// A usual conversion of units: `factor · value + offset`.
struct UnitConversion {
  let factor: Double
  let offset: Double
  let names: String

  /// The conversions that agree with the two sides of a change, the best one first.
  ///
  /// Level and differences may deviate from the conversion by three standard errors each;
  /// conversions hardly worse than the best are listed with it.
  static func matching(
    _ first: UnitSide, _ second: UnitSide, isCentred: Bool
  ) -> [UnitConversion] {
    let count = Double(min(first.count, second.count))
    func miss(_ found: Double, _ expected: Double, error: Double) -> Double {
      guard found / expected > 0 else { return .infinity }
      let difference = Double.logarithm(found / expected) / error
      return difference * difference
    }
    let overall = max(first.levelError, second.levelError)
    let near = max(first.borderError, second.borderError)
    let (before, after, error) =
      isCentred
      ? (first.spread, second.spread, 2 / count.squareRoot())
      : near < overall
        ? (first.border, second.border, near) : (first.median, second.median, overall)
    let found = all.compactMap { conversion -> (conversion: UnitConversion, score: Double)? in
      let expected = conversion.factor * before + (isCentred ? 0 : conversion.offset)
      let steps = second.step / first.step
      let stepError = max(0.1, 2 / count.squareRoot())
      var stepMiss = miss(steps, conversion.factor, error: stepError)
      if !isCentred && conversion.offset == 0 {
        // If a trend continues beyond the change, differences may follow the level.
        let trend = second.median / first.median * first.border / second.border
        if 1.0 / 8 < trend && trend < 8 {
          stepMiss = min(stepMiss, miss(steps, conversion.factor * trend, error: stepError))
        }
      }
      let score = miss(after, expected, error: max(0.005, error)) + stepMiss
      return score < 9 ? (conversion, score) : nil
    }.sorted { $0.score < $1.score }
    return found.prefix { $0.score < found[0].score + 3 }.prefix(2).map(\.conversion)
  }

  private static let all: [UnitConversion] =
    factors.flatMap {
      [
        UnitConversion(factor: $0.factor, offset: 0, names: $0.names),
        UnitConversion(factor: 1 / $0.factor, offset: 0, names: $0.names),
      ]
    } + [
      UnitConversion(factor: 1.8, offset: 32, names: "°C and °F"),
      UnitConversion(factor: 1 / 1.8, offset: -32 / 1.8, names: "°F and °C"),
    ]

  private static let factors: [(factor: Double, names: String)] = [
    (18.016, "mmol/L and mg/dL of glucose"), (38.67, "mmol/L and mg/dL of cholesterol"),
    (88.42, "mg/dL and µmol/L of creatinine"), (2.54, "inches and centimetres"),
    (25.4, "inches and millimetres"), (2.2046, "kilograms and pounds"),
    (28.35, "ounces and grams"), (1.6093, "miles and kilometres"), (3.2808, "metres and feet"),
    (3.6, "m/s and km/h"), (1.9438, "m/s and knots"), (4.184, "calories and joules"),
    (7.5006, "kPa and mmHg"), (57.296, "radians and degrees"), (60, "a unit and its sixtieth"),
    (10, "a unit and its tenth"), (100, "a unit and its hundredth"),
    (1_000, "a unit and its thousandth"), (1e6, "a unit and its millionth"),
  ]
}

/// Level and spread of the values on one side of a change.
struct UnitSide {
  let count: Int
  let median: Double
  /// Mean distance from the median.
  let spread: Double
  /// Mean difference of consecutive values, without the largest twentieth.
  let step: Double
  let sorted: [Double]
  /// Median of the values at the changes.
  let border: Double

  /// The statistics of one side.
  ///
  /// - Parameter edges: the values at the changes, one per stretch.
  init(_ parts: [ArraySlice<Double>], edges: [Double]) {
    sorted = parts.joined().sorted()
    count = sorted.count
    let median = quantile(sorted, 0.5)
    self.median = median
    border = quantile(edges.sorted(), 0.5)
    spread = sorted.reduce(0) { $0 + abs($1 - median) } / Double(count)
    let steps = parts.flatMap { part in zip(part.dropFirst(), part).map { abs($0 - $1) } }.sorted()
    let kept = steps.prefix(max(1, steps.count * 19 / 20))
    step = max(kept.reduce(0, +) / Double(max(kept.count, 1)), .leastNormalMagnitude)
  }

  /// Whether at least a tenth of the values is on each side of 0.
  var isAboutZero: Bool { quantile(sorted, 0.1) < 0 && 0 < quantile(sorted, 0.9) }

  /// Relative error of the median; similar adjacent values count as one.
  ///
  /// For independent normal values the mean difference is √2 times the mean distance from the
  /// median.
  var levelError: Double {
    let likeness = step / (2.0.squareRoot() * max(spread, .leastNormalMagnitude))
    let independent = max(1, Double(count) * min(1, likeness * likeness))
    return 1.25 * spread / max(median.magnitude, .leastNormalMagnitude) / independent.squareRoot()
  }

  /// Relative error of the level at the border.
  var borderError: Double { step / max(border.magnitude, .leastNormalMagnitude) }
}
