package import NumericCore

extension ForecastEvaluation {
  /// `{"run", "model", "metrics": {"forecast", "gaps", …}, "baselines": {name: …}}`.
  package func json(run: String, facts: [(String, JSONValue)] = []) -> JSONValue {
    var metrics: JSONObject = [
      "forecast": .array(horizons.map { Self.entry($0, "horizon", $0.model) }),
      "gaps": .array(gaps.map { Self.entry($0, "length", $0.model) }),
    ]
    for (name, value) in facts { metrics[name] = value }
    var baselines = JSONObject()
    for (lines, key) in [(horizons, "horizon"), (gaps, "length")] {
      for line in lines {
        for (name, forecasts) in line.baselines {
          let known = baselines[name]?.array ?? []
          baselines[name] = .array(known + [Self.entry(line, key, forecasts)])
        }
      }
    }
    return [
      "run": .string(run), "model": "latent-ode", "metrics": .object(metrics),
      "baselines": .object(baselines),
    ]
  }

  private static func entry(
    _ line: Line, _ key: String, _ forecasts: GaussianForecasts
  ) -> JSONValue {
    var entry: JSONObject = ["channel": .string(line.channel), key: .number(line.length)]
    for (name, value) in ForecastScore(forecasts).json.object?.members ?? [] { entry[name] = value }
    return .object(entry)
  }

  /// Header of `rows`.
  public static let header = ["task", "forecaster", "n", "RMSE", "MAE", "NLL", "in 90 % band"]

  /// A line for each forecaster and task, the model first.
  public func rows(unit: String) -> [[String]] {
    let isSingle = Set((horizons + gaps).map(\.channel)).count == 1
    func rows(_ line: Line, _ task: String) -> [[String]] {
      let name = isSingle ? task : "\(line.channel), \(task)"
      let all = [(name: "latent ODE", forecasts: line.model)] + line.baselines
      return all.map { forecaster in
        let score = ForecastScore(forecaster.forecasts)
        return [
          name, forecaster.name, String(score.count),
          NumberText.fixed(score.rootMeanSquaredError, 2),
          NumberText.fixed(score.meanAbsoluteError, 2),
          NumberText.fixed(score.negativeLogLikelihood, 3),
          NumberText.percent(score.coverage),
        ]
      }
    }
    return horizons.flatMap { rows($0, "forecast +" + Self.duration($0.length, unit)) }
      + gaps.flatMap { rows($0, "gap of " + Self.duration($0.length, unit)) }
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
    case .calendar(_, let unit): unit.rawValue
    }
  }
}
