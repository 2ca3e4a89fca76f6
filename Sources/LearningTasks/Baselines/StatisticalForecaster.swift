import Platform
package import Serialization

/// A forecaster of one channel that has no network.
///
/// It forecasts the steps 1, 2, … of a regular grid.
package indirect enum StatisticalForecaster: Hashable, Sendable {
  case lastValue
  /// The value a number of rows earlier.
  case seasonalNaive(period: Double)
  case smoothing(ExponentialSmoothing)
  case regression(LagRegression)
  /// A forecaster of the logarithms of positive values; smaller values are raised to a floor.
  case logarithmic(StatisticalForecaster, floor: Double)
  /// The weighted mean of some forecasters; the weights sum to 1.
  case mean([Weighted])

  /// A forecaster and its weight in a mean.
  package struct Weighted: Hashable, Sendable {
    package var weight: Double
    package var forecaster: StatisticalForecaster

    package init(weight: Double, forecaster: StatisticalForecaster) {
      self.weight = weight
      self.forecaster = forecaster
    }
  }

  /// The name in reports.
  package var name: String {
    switch self {
    case .lastValue: "last value"
    case .seasonalNaive: "seasonal naive"
    case .smoothing: "exponential smoothing"
    case .regression: "lag regression"
    case .logarithmic(let one, _): one.name
    case .mean: "mean of statistical forecasts"
    }
  }

  /// Forecasters of one family differ in their parameters only.
  var family: Int {
    switch self {
    case .lastValue: 0
    case .seasonalNaive: 1
    case .smoothing: 2
    case .regression: 3
    case .logarithmic(let one, _): one.family
    case .mean: 4
    }
  }

  /// Forecasts of the steps 1 to `steps`.
  package func forecast(_ past: GridPast, channel: Int, steps: Int) -> [Double] {
    let level = past.level(channel)
    switch self {
    case .lastValue: return [Double](repeating: level, count: steps)
    case .seasonalNaive(let period):
      return (0..<steps).map { past.seasonal(channel, step: $0 + 1, period: period) ?? level }
    case .smoothing(let one):
      let known = past.grid.values[channel][past.first(channel)..<past.count]
      // Less than two seasons do not show one.
      if known.count < max(2 * one.period, 4) { return [Double](repeating: level, count: steps) }
      return one.forecast(known, steps: steps)
    case .regression(let one):
      return Self.interpolated(one.forecast(past, channel: channel), one.steps, level, steps)
    case .logarithmic(let one, let floor):
      let logarithms = past.mapped { Double.logarithm(max($0, floor)) }
      return one.forecast(logarithms, channel: channel, steps: steps).map(Double.exponential)
    case .mean(let all):
      var result = [Double](repeating: 0, count: steps)
      for one in all {
        let values = one.forecaster.forecast(past, channel: channel, steps: steps)
        for step in 0..<steps { result[step] += one.weight * values[step] }
      }
      return result
    }
  }

  /// Forecasts between fitted steps are linear; the step 0 is the last value.
  private static func interpolated(
    _ values: [Double], _ fitted: [Int], _ level: Double, _ steps: Int
  ) -> [Double] {
    var place = 0
    return (1...max(steps, 1)).map { step in
      while place + 1 < fitted.count && fitted[place] < step { place += 1 }
      let (right, end) = (fitted[place], values[place])
      if right <= step { return end }
      let (left, start) = place > 0 ? (fitted[place - 1], values[place - 1]) : (0, level)
      return start + (end - start) * Double(step - left) / Double(right - left)
    }
  }
}

extension StatisticalForecaster {
  package var json: JSONValue {
    switch self {
    case .lastValue: ["kind": "last-value"]
    case .seasonalNaive(let period): ["kind": "seasonal-naive", "period": .number(period)]
    case .smoothing(let one):
      [
        "kind": "smoothing",
        "weights": JSONValue([one.level, one.trend, one.season, one.damping]),
        "period": JSONValue(one.period),
      ]
    case .regression(let one):
      [
        "kind": "regression", "lags": JSONValue(one.lags), "otherLags": JSONValue(one.otherLags),
        "periods": JSONValue(one.periods), "base": one.base.map { .number($0) } ?? .null,
        "steps": JSONValue(one.steps.map(Double.init)),
        "coefficients": .array(one.coefficients.map { JSONValue($0) }),
      ]
    case .logarithmic(let one, let floor):
      ["kind": "logarithmic", "of": one.json, "floor": .number(floor)]
    case .mean(let all):
      [
        "kind": "mean", "weights": JSONValue(all.map(\.weight)),
        "of": .array(all.map(\.forecaster.json)),
      ]
    }
  }

  /// `nil` if the document does not describe a forecaster.
  package init?(_ document: JSONValue, depth: Int = 0) {
    guard depth < 4, let kind = document["kind"]?.string else { return nil }
    switch kind {
    case "last-value": self = .lastValue
    case "seasonal-naive":
      guard let period = document["period"]?.number, (1...1e6).contains(period) else { return nil }
      self = .seasonalNaive(period: period)
    case "smoothing":
      guard let weights = document["weights"]?.numbers, weights.count == 4,
        weights.allSatisfy({ (0...1).contains($0) }), let period = document["period"]?.number,
        (0...1e5).contains(period), period == period.rounded()
      else { return nil }
      self = .smoothing(
        ExponentialSmoothing(
          level: weights[0], trend: weights[1], season: weights[2], damping: weights[3],
          period: Int(period)))
    case "regression":
      guard let regression = LagRegression(document) else { return nil }
      self = .regression(regression)
    case "logarithmic":
      guard let inner = document["of"].flatMap({ Self($0, depth: depth + 1) }),
        let floor = document["floor"]?.number, floor > 0, floor.isFinite
      else { return nil }
      self = .logarithmic(inner, floor: floor)
    case "mean":
      guard let weights = document["weights"]?.numbers, let parts = document["of"]?.array,
        weights.count == parts.count, (1...100).contains(parts.count),
        weights.allSatisfy({ (0...1).contains($0) })
      else { return nil }
      let forecasters = parts.compactMap { Self($0, depth: depth + 1) }
      guard forecasters.count == parts.count else { return nil }
      self = .mean(zip(weights, forecasters).map { Weighted(weight: $0, forecaster: $1) })
    default: return nil
    }
  }
}

extension LagRegression {
  /// `nil` if the document does not describe a regression.
  fileprivate init?(_ document: JSONValue) {
    func count(_ key: String, _ range: ClosedRange<Double>) -> Int? {
      document[key]?.number.flatMap { range.contains($0) && $0 == $0.rounded() ? Int($0) : nil }
    }
    guard let lags = count("lags", 1...10_000), let otherLags = count("otherLags", 0...10_000),
      let periods = document["periods"]?.numbers, periods.count <= 10,
      periods.allSatisfy({ (1...1e6).contains($0) }), let steps = document["steps"]?.numbers,
      !steps.isEmpty, steps.allSatisfy({ (1...1e6).contains($0) && $0 == $0.rounded() }),
      zip(steps, steps.dropFirst()).allSatisfy({ $0 < $1 }),
      let rows = document["coefficients"]?.array, rows.count == steps.count
    else { return nil }
    let coefficients = rows.compactMap(\.numbers)
    guard coefficients.count == rows.count, Set(coefficients.map(\.count)).count == 1,
      coefficients.joined().allSatisfy(\.isFinite)
    else { return nil }
    let base = document["base"]?.number
    if let base, !(1...1e6).contains(base) { return nil }
    self.init(
      lags: lags, otherLags: otherLags, periods: periods, base: base, steps: steps.map { Int($0) },
      coefficients: coefficients)
  }
}
