import Serialization
public import Reports
import Tables
import TimeSeries

extension SequenceClassificationTask {
  public func result(
    of outcome: TrainingOutcome<SequenceClassificationTask>, in directory: String
  ) -> TaskResult {
    TaskResult(
      tables: [.init(ClassifierEvaluation.header, rows: outcome.tableRows)], lines: outcome.lines,
      json: outcome.json(run: directory))
  }

  public func report(of outcome: TrainingOutcome<SequenceClassificationTask>) -> Report {
    SeriesClassReport(outcome: outcome).report()
  }

  public static func measure(
    _ model: SequenceClassifier, on data: MeasuredData
  ) throws -> TaskMeasurement {
    var model = model
    if data.isTraining {
      if let file = data.file { model.recipe.file = file }
      if let labels = data.labels { model.recipe.labelsFile = labels }
    }
    let source = data.file ?? model.recipe.file ?? ""
    let measured = try model.evaluation(
      on: data.isTraining ? nil : data.file, labels: data.labels)
    let (evaluation, flow) = (measured.evaluation, measured.flow)
    let confusion = evaluation.confusionTable
    let result = TaskResult(
      tables: [
        .init(
          ClassifierEvaluation.header,
          rows: [evaluation.cells(model.recipe.model.title)]
            + (flow.map { [$0.finerCells] } ?? [])),
        .init(confusion.header, rows: confusion.rows),
      ],
      lines: flow?.lines(beside: evaluation) ?? [],
      json: [
        "run": .string(data.run), "model": .string(model.recipe.model.rawValue),
        "part": .string(data.part), "metrics": evaluation.json,
        "seriesNotFinite": JSONValue(measured.lost.count),
        "finerSteps": flow?.finer.json ?? .null,
        "reconstructionError": flow.map { .number($0.reconstructionError) } ?? .null,
        "classes": JSONValue(evaluation.classes),
        "confusion": evaluation.confusionJSON,
      ])
    return TaskMeasurement(
      result, source: source, isTestPart: data.isTraining,
      warnings: measured.warnings.map(\.sentence), lost: measured.lost)
  }

  public static var predictionOptions: Set<PredictionOption> { [.dates] }

  public static func predict(
    with model: SequenceClassifier, _ request: PredictionRequest
  ) throws -> Prediction {
    var model = model
    if let dates = request.dates { model.recipe.reading.dates = dates }
    let (ids, evaluation, warnings) = try model.prediction(of: request.file)
    return Prediction(
      csv: evaluation.csv(ids: ids),
      json: [
        "classes": JSONValue(evaluation.classes), "ids": JSONValue(ids),
        "predicted": evaluation.predictedJSON,
        "probabilities": JSONValue(evaluation.probabilities),
      ],
      summary: "\(ids.count) classes", warnings: warnings.map(\.sentence))
  }
}

extension TrainingOutcome<SequenceClassificationTask> {
  /// Rows of the result: the model and the baselines.
  var tableRows: [[String]] {
    [evaluation.classifier.cells(model.recipe.model.title)]
      + (evaluation.flow.map { [$0.finerCells] } ?? [])
      + evaluation.baselines.map { $0.evaluation.cells($0.name) }
  }

  /// Warnings for the reader.
  var lines: [String] {
    let counts =
      "\(examples.training.count) series for training, \(examples.validation.count) for choosing "
      + "the best model, \(examples.test.count) for the test"
    let told = [counts] + (evaluation.flow?.lines(beside: evaluation.classifier) ?? [])
    guard
      let best = evaluation.baselines.max(by: { $0.evaluation.accuracy < $1.evaluation.accuracy }),
      best.evaluation.accuracy >= evaluation.classifier.accuracy
    else { return told }
    return told + [
      "\(best.name) is \(best.evaluation.accuracy > evaluation.classifier.accuracy ? "better" : "as good"): "
        + "the order of the observations may not depend on the class, or there are too few series"
    ]
  }

  /// `{"run", "model", "metrics": {…}, "confusion", "baselines": {name: {…}}}`.
  fileprivate func json(run: String) -> JSONValue {
    var others = JSONObject()
    for (name, one) in evaluation.baselines { others[name] = one.json }
    return [
      "run": .string(run), "model": .string(model.recipe.model.rawValue),
      "classes": JSONValue(examples.classes), "metrics": evaluation.classifier.json,
      "finerSteps": evaluation.flow?.finer.json ?? .null,
      "reconstructionError": evaluation.flow.map { .number($0.reconstructionError) } ?? .null,
      "confusion": evaluation.classifier.confusionJSON, "baselines": .object(others),
      "parameters": JSONValue(parameterCount), "trainingSeconds": .number(seconds),
      "steps": JSONValue(steps), "trainingSeries": JSONValue(examples.training.count),
      "testSeries": JSONValue(examples.test.count),
    ]
  }
}
