package import MechanisticModels
import Serialization
import NumericCore
import Reports
import Tables

/// The inferred parameters of experiments, and their curves beside the measured values.
public struct SubjectEvaluation: Sendable {
  package var law: EquationMechanism
  package var source: String
  package var subjects: [SubjectInference.Subject]
  package var curves: [FitCurve]

  /// The parameters that were inferred.
  var parameters: InferredParameters {
    InferredParameters(
      lines: subjects.flatMap { subject in
        law.parameters.enumerated().compactMap { place, parameter in
          guard parameter.role != .known, law.system.parameters[place].weightDeviation == nil
          else { return nil }
          return .init(
            series: subject.id, part: "", parameter: parameter.name,
            isShared: parameter.role == .shared, mean: subject.means[place],
            deviation: subject.deviations[place], windows: 1)
        }
      })
  }

  /// Mean and standard deviation over the experiments of every inferred parameter, with the mean width of its posteriors.
  var population: TaskResult.Table {
    let lines = parameters.lines
    var names: [String] = []
    for line in lines where !names.contains(line.parameter) { names.append(line.parameter) }
    return TaskResult.Table(
      ["parameter", "mean", "sd between", "sd of one"],
      rows: names.map { name in
        let own = lines.filter { $0.parameter == name }
        let count = Double(own.count)
        let mean = own.reduce(0) { $0 + $1.mean } / count
        let squares = own.reduce(0) { $0 + ($1.mean - mean) * ($1.mean - mean) }
        let isShared = own[0].isShared
        return [
          name, NumberText.significant(mean, 4),
          isShared || own.count < 2
            ? "–" : NumberText.significant((squares / (count - 1)).squareRoot(), 3),
          isShared
            ? "–" : NumberText.significant(own.reduce(0) { $0 + $1.deviation } / count, 3),
        ]
      })
  }

  /// One observable over all experiments.
  struct Fitted {
    var name: String
    var count: Int
    /// The learned standard deviation of its noise, and the root of the mean squared residual.
    var noise, error: Double
  }

  var fitted: [Fitted] {
    var names: [String] = []
    for curve in curves where !names.contains(curve.observable) { names.append(curve.observable) }
    return names.map { name in
      let points = curves.filter { $0.observable == name }.flatMap(\.points)
      let squares = points.reduce(0) {
        let residual = $1.measured.number - $1.fitted
        return $0 + residual * residual
      }
      return Fitted(
        name: name, count: points.count, noise: points.first?.deviation ?? .nan,
        error: (squares / Double(max(points.count, 1))).squareRoot())
    }
  }

  func result(run: String) -> TaskResult {
    let observables = TaskResult.Table(
      ["measured", "values", "residual", "noise"],
      rows: fitted.map {
        [
          $0.name, String($0.count), NumberText.significant($0.error, 3),
          NumberText.significant($0.noise, 3),
        ]
      })
    let count = subjects.count
    return TaskResult(
      tables: [population, observables],
      lines: [
        "\(count) \(count == 1 ? "experiment" : "experiments"), each read from its start; the residual is the root of its "
          + "mean square on the same data, and the noise its learned standard deviation"
      ],
      json: [
        "run": .string(run), "model": .string(SubjectRecipe.model), "source": .string(source),
        "parameters": parameters.json,
        "measured": .array(
          fitted.map {
            [
              "name": .string($0.name), "values": JSONValue($0.count),
              "residual": .number($0.error), "noise": .number($0.noise),
            ]
          }),
      ], files: [("parameters.csv", parameters.csv)])
  }

  /// The curves as predictions with 90 % bands.
  func prediction(on axis: TimeAxis) -> Prediction {
    let hasIDs = subjects.contains { !$0.id.isEmpty }
    // 90 % in place of 95 %, as in forecasts.
    let share = 1.644_853_626_951_472_8 / 1.959_963_984_540_054
    var text = (hasIDs ? "id," : "") + "time,channel,mean,lower,upper\n"
    var lines: [JSONValue] = []
    for curve in curves {
      for (row, time) in curve.times.enumerated() {
        let mean = curve.values[row]
        let half = share * (curve.prediction[row].upperBound - mean)
        if hasIDs { text += csvCell(curve.experiment) + "," }
        text += csvCell(axis.text(of: time)) + "," + csvCell(curve.observable) + ","
        text += [mean, mean - half, mean + half].map { csvCell($0) }.joined(separator: ",") + "\n"
        lines.append([
          "series": .string(curve.experiment), "time": .number(time),
          "channel": .string(curve.observable), "mean": .number(mean),
          "lower": .number(mean - half), "upper": .number(mean + half),
        ])
      }
    }
    return Prediction(
      csv: text, json: ["predictions": .array(lines), "parameters": parameters.json],
      summary: "\(lines.count) predictions", parametersCSV: parameters.csv)
  }
}
