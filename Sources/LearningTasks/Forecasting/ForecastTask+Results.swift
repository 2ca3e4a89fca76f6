import Serialization
import Tables
public import Reports
import TimeSeries

extension ForecastTask {
  public func result(
    of outcome: TrainingOutcome<ForecastTask>, in directory: String
  ) -> TaskResult {
    let evaluation = outcome.evaluation
    let facts: [(String, JSONValue)] = [
      ("trainingSeconds", .number(outcome.seconds)), ("steps", JSONValue(outcome.steps)),
      ("parameters", JSONValue(outcome.parameterCount)),
    ]
    return TaskResult(
      tables: evaluation.tables(unit: outcome.examples.unitName),
      lines: [evaluation.balance] + [evaluation.solverCheck?.sentence].compactMap(\.self),
      json: evaluation.json(
        run: directory,
        facts: facts + (evaluation.inferred.map { [("inferred", $0.json)] } ?? [])),
      files: evaluation.inferred.map { [("parameters.csv", $0.csv)] } ?? [])
  }

  public func report(of outcome: TrainingOutcome<ForecastTask>) -> Report {
    ForecastReport(outcome: outcome).report()
  }

  public static func measure(
    _ model: Forecaster, on measured: MeasuredData
  ) throws -> TaskMeasurement {
    var recipe = model.recipe
    if let file = measured.file { recipe.file = file }
    let data = try ForecastData(recipe, encoding: model.covariates)
    let channels = model.forecaster.normalization.channels
    guard data.channels + data.inputs == channels else {
      throw RunError.channelsDiffer(model: channels, data: data.channels + data.inputs)
    }
    var evaluation = try ForecastEvaluation(
      model.forecaster, beside: try model.beside(in: measured.run).map { [$0.forecaster] } ?? [],
      on: data)
    evaluation.inferred = data.inferredParameters(by: model.forecaster)
    let result = TaskResult(
      tables: evaluation.tables(unit: data.unitName),
      lines: [evaluation.balance] + evaluation.verdicts(unit: data.unitName)
        + [evaluation.solverCheck?.sentence].compactMap(\.self),
      json: evaluation.json(run: measured.run))
    var warnings = data.warnings.map(\.sentence)
    if measured.isTraining && data.normalization != model.forecaster.normalization {
      warnings.append(
        "\(data.source): is not what the model was trained on, so that its test part may hold rows of the training; "
          + "train again, or give the data of the training with --data")
    }
    return TaskMeasurement(result, source: data.source, isTestPart: true, warnings: warnings)
  }

  public static var predictionOptions: Set<PredictionOption> { [.at, .dates, .parameters] }

  public static func predict(
    with model: Forecaster, _ request: PredictionRequest
  ) throws -> Prediction {
    var model = model
    if let dates = request.dates { model.recipe.reading.dates = dates }
    let prediction = try ForecastPrediction(of: request.file, by: model, at: request.times)
    let lost = prediction.lines.count { !$0.isFinite }
    if lost > 0 && lost == prediction.lines.count {
      throw RunError.forecastsNotFinite(
        model: model.forecaster.kind.title, lost: lost, all: prediction.lines.count)
    }
    return Prediction(
      csv: prediction.csv, json: prediction.json,
      summary: "\(prediction.lines.count) forecasts", warnings: prediction.warnings.map(\.sentence),
      parametersCSV: prediction.inferred?.csv)
  }
}

extension ForecastEvaluation {
  /// The figures, and the inferred parameters of the test series.
  fileprivate func tables(unit: String) -> [TaskResult.Table] {
    [.init(Self.header, rows: rows(unit: unit))]
      + (inferred.map { [.init(InferredParameters.header, rows: $0.rows(of: "test"))] } ?? [])
  }
}

extension ForecastPrediction {
  /// `[{"id", "time", "channel", "mean", "lower", "upper"}]`.
  fileprivate var json: JSONValue {
    .array(
      lines.map { line in
        [
          "id": .string(line.id), "time": .string(axis.text(of: line.time)),
          "channel": .string(line.channel), "mean": .number(line.mean),
          "lower": .number(line.lower), "upper": .number(line.upper),
        ]
      })
  }
}
