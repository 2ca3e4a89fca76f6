import Serialization
public import Reports
import TimeSeries

extension ClassificationTask {
  public func result(
    of outcome: TrainingOutcome<ClassificationTask>, in directory: String
  ) -> TaskResult {
    TaskResult(
      tables: [.init(ClassifierEvaluation.header, rows: outcome.tableRows)], lines: outcome.lines,
      json: outcome.json(run: directory))
  }

  public func report(of outcome: TrainingOutcome<ClassificationTask>) -> Report {
    ClassifierReport(outcome: outcome).report()
  }

  public static func measure(
    _ model: RowClassifier, on data: MeasuredData
  ) throws -> TaskMeasurement {
    var model = model
    if data.isTraining, let file = data.file { model.recipe.file = file }
    let rows = try model.testRows(data.isTraining ? nil : data.file)
    let all = model.evaluation(on: rows)
    let known = all.knownRows
    let evaluation = all.of(rows: known)
    let lost = LostRows((0..<all.rows).map(all.isKnown))
    let flow = lost.isTotal ? nil : model.flowCheck(on: rows.rows(known))
    let result = TaskResult(
      tables: [
        .init(
          ClassifierEvaluation.header,
          rows: [evaluation.cells(model.recipe.modelName)] + (flow.map { [$0.finerCells] } ?? []))
      ],
      lines: flow?.lines(beside: evaluation) ?? [],
      json: [
        "run": .string(data.run), "model": .string(model.recipe.form.rawValue),
        "layers": .string(model.recipe.layers.rawValue),
        "augmentation": .string(model.recipe.augmentation.rawValue),
        "augmentedDimensions": model.recipe.furtherDimensions.map { JSONValue($0) } ?? .null,
        "part": .string(data.part),
        "metrics": evaluation.json, "rowsNotFinite": JSONValue(lost.count),
        "finerSteps": flow?.finer.json ?? .null,
        "reconstructionError": flow.map { .number($0.reconstructionError) } ?? .null,
        "confusion": evaluation.confusionJSON,
      ])
    return TaskMeasurement(result, source: rows.source, isTestPart: data.isTraining, lost: lost)
  }

  public static func predict(
    with model: RowClassifier, _ request: PredictionRequest
  ) throws -> Prediction {
    let evaluation = model.evaluation(on: try model.rows(request.file))
    return Prediction(
      csv: evaluation.csv,
      json: [
        "classes": JSONValue(evaluation.classes), "predicted": evaluation.predictedJSON,
        "probabilities": JSONValue(evaluation.probabilities),
      ],
      summary: "\(evaluation.rows) classes",
      warnings: DataWarning.notFinite(
        source: request.file, (0..<evaluation.rows).map(evaluation.isKnown)
      ).map(\.sentence))
  }
}

extension TrainingOutcome<ClassificationTask> {
  /// Rows of the result: the model, the model with finer steps, and the baseline.
  var tableRows: [[String]] {
    var rows = [evaluation.classifier.cells(model.recipe.modelName)]
    if let flow = evaluation.flow { rows.append(flow.finerCells) }
    return rows + [evaluation.logistic.cells("logistic regression")]
  }

  /// Warnings for the reader.
  var lines: [String] {
    var lines: [String] = []
    if examples.training.incompleteRows > 0 {
      lines.append("\(examples.training.incompleteRows) rows with an empty cell were left out")
    }
    lines += evaluation.flow?.lines(beside: evaluation.classifier) ?? []
    if evaluation.logistic.accuracy >= evaluation.classifier.accuracy {
      lines.append("logistic regression is as good; the classes may be separable by planes")
    }
    return lines
  }

  /// `{"run", "model", "metrics": {…}, "baselines": {name: {…}}}`.
  fileprivate func json(run: String) -> JSONValue {
    [
      "run": .string(run), "model": .string(model.recipe.form.rawValue),
      "layers": .string(model.recipe.layers.rawValue),
      "augmentation": .string(model.recipe.augmentation.rawValue),
      "augmentedDimensions": model.recipe.furtherDimensions.map { JSONValue($0) } ?? .null,
      "metrics": evaluation.classifier.json, "finerSteps": evaluation.flow?.finer.json ?? .null,
      "reconstructionError": evaluation.flow.map { .number($0.reconstructionError) } ?? .null,
      "parameters": JSONValue(parameterCount), "trainingSeconds": .number(seconds),
      "steps": JSONValue(steps), "stepsPerEpoch": JSONValue(stepsPerEpoch),
      "trainingRows": JSONValue(examples.training.count),
      "testRows": JSONValue(examples.test.count),
      "baselines": ["logisticRegression": evaluation.logistic.json],
    ]
  }
}
