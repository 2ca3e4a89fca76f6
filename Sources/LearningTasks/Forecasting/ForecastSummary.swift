package import Serialization
import NumericCore
import Tables
import Reports

extension ForecastEvaluation {
  /// `{"run", "model", "metrics": {"forecast", "gaps", …}, "baselines": {name: …}}`.
  package func json(run: String, facts: [(String, JSONValue)] = []) -> JSONValue {
    var metrics: JSONObject = [
      "forecast": .array(
        horizons.map { Self.entry($0, "horizon", $0.model, $0.intervals.first) }),
      "gaps": .array(
        gaps.map { Self.entry($0, "length", $0.model, $0.intervals.first) }),
    ]
    metrics["solver"] = solverCheck?.json ?? .null
    for (name, value) in facts { metrics[name] = value }
    var baselines = JSONObject()
    for (lines, key) in [(horizons, "horizon"), (gaps, "length")] {
      for line in lines {
        let (intervals, comparisons) = (line.intervals, line.comparisons)
        for (place, (name, forecasts)) in line.baselines.enumerated() {
          let known = baselines[name]?.array ?? []
          let compared = comparisons.isEmpty ? nil : comparisons[place]
          baselines[name] = .array(
            known + [
              Self.entry(
                line, key, forecasts, intervals.isEmpty ? nil : intervals[place + 1], compared)
            ])
        }
      }
    }
    return [
      "run": .string(run), "model": .string(modelName), "metrics": .object(metrics),
      "baselines": .object(baselines),
    ]
  }

  private static func entry(
    _ line: Line, _ key: String, _ forecasts: GaussianForecasts,
    _ interval: ClosedRange<Double>?, _ comparison: ForecastComparison? = nil
  ) -> JSONValue {
    var entry: JSONObject = ["channel": .string(line.channel), key: .number(line.length)]
    for (name, value) in ForecastScore(forecasts).json.object?.members ?? [] { entry[name] = value }
    entry["coverage50"] = .number(forecasts.coverage(ofCentral: 0.5))
    if let interval {
      entry["rmse90"] = JSONValue([interval.lowerBound, interval.upperBound])
    }
    if let comparison {
      entry["modelChange"] = .number(comparison.change)
      entry["modelChange90"] =
        comparison.interval.map { JSONValue([$0.lowerBound, $0.upperBound]) } ?? .null
      entry["model"] = .string(comparison.verdict.rawValue)
    }
    return .object(entry)
  }

  /// Header of `rows`.
  public static let header = [
    "task", "forecaster", "n", "RMSE", "90 % interval", "MAE", "NLL", "in 90 % band",
  ]

  /// A row for each forecaster and task, the model first.
  public func rows(unit: String) -> [[String]] {
    let isSingle = Set((horizons + gaps).map(\.channel)).count == 1
    func rows(_ line: Line, _ task: String) -> [[String]] {
      let name = isSingle ? task : "\(line.channel), \(task)"
      let all = [(name: modelName, forecasts: line.model)] + line.baselines
      let intervals = line.intervals
      return all.enumerated().map { place, forecaster in
        let score = ForecastScore(forecaster.forecasts)
        return [
          name, forecaster.name, String(score.count),
          Self.error(score.rootMeanSquaredError),
          intervals.isEmpty
            ? "–"
            : Self.error(intervals[place].lowerBound) + " to "
              + Self.error(intervals[place].upperBound),
          Self.error(score.meanAbsoluteError),
          NumberText.fixed(score.negativeLogLikelihood, 3),
          NumberText.percent(score.coverage),
        ]
      }
    }
    return horizons.flatMap { rows($0, "forecast +" + Self.duration($0.length, unit)) }
      + gaps.flatMap { rows($0, "gap of " + Self.duration($0.length, unit)) }
  }

  /// Two decimals, or three digits of small values.
  static func error(_ value: Double) -> String {
    abs(value) >= 1 || value == 0 || !value.isFinite
      ? NumberText.fixed(value, 2) : NumberText.significant(value, 3)
  }

  /// `30 min`, `2 h`, `12 days`, or a plain number.
  public static func duration(_ length: Double, _ unit: String) -> String {
    let isShort = unit == "hours" && length <= 2
    let number = isShort ? length * 60 : length
    let isWhole = number == number.rounded() && number < 1e6
    let text = isWhole ? NumberText.fixed(number, 0) : NumberText.significant(number, 3)
    let word = isShort ? "min" : unit == "hours" ? "h" : unit
    return word.isEmpty ? text : text + " " + word
  }
}

extension ForecastData {
  /// The unit of times as a word; empty for plain numbers.
  public var unitName: String {
    switch axis {
    case .number: ""
    case .calendar(_, let unit, _): unit.rawValue
    }
  }
}
