import Serialization
import ContinuousModels
public import Reports
import Tables
import TimeSeries

extension DensityTask {
  public func result(
    of outcome: TrainingOutcome<DensityTask>, in directory: String
  ) -> TaskResult {
    TaskResult(lines: outcome.lines, json: outcome.json(run: directory))
  }

  public func report(of outcome: TrainingOutcome<DensityTask>) -> Report {
    DensityReport(outcome: outcome).report()
  }

  public static func measure(
    _ model: DensityEstimator, on data: MeasuredData
  ) throws -> TaskMeasurement {
    var model = model
    if data.isTraining, let file = data.file { model.recipe.file = file }
    let rows = try (data.isTraining ? nil : data.file).map {
      try PointTable(path: $0, columns: model.normalization.channels)
    }
    let evaluation = try model.evaluation(on: rows)
    return TaskMeasurement(
      TaskResult(lines: evaluation.lines, json: evaluation.json(run: data.run, part: data.part)),
      source: data.file ?? model.recipe.file ?? "the bundled cities",
      isTestPart: data.isTraining, lost: evaluation.lost)
  }

  public static func predict(
    with model: DensityEstimator, _ request: PredictionRequest
  ) throws -> Prediction {
    let table = try PointTable(path: request.file, columns: model.normalization.channels)
    let densities = model.logDensities(of: table)
    let incomplete =
      table.incompleteRows > 0
      ? ["\(request.file): \(TableCaution.incompleteRows(table.incompleteRows).sentence)"] : []
    return Prediction(
      csv: table.csv(logDensities: densities),
      json: [
        "columns": JSONValue(table.columns), "logDensities": JSONValue(densities),
        "incompleteRows": JSONValue(table.incompleteRows),
      ],
      summary: "\(table.count) log-densities",
      warnings: incomplete
        + DataWarning.notFinite(source: request.file, densities.map(\.isFinite)).map(\.sentence))
  }
}

extension TrainingOutcome<DensityTask> {
  /// `{"run", "model", "metrics": {…}, "baselines": {name: …}}`.
  fileprivate func json(run: String) -> JSONValue {
    [
      "run": .string(run), "model": "cnf",
      "metrics": [
        "testNegativeLogLikelihood": .number(evaluation.audit.fine),
        "byTheOwnSolver": .number(evaluation.audit.reported),
        "standardError": .number(evaluation.audit.standardError),
        "reconstructionError": .number(evaluation.audit.reconstructionError),
        "trainingSeconds": .number(seconds), "steps": JSONValue(steps),
        "trainingRows": JSONValue(examples.training.count),
        "testRows": JSONValue(examples.test.count),
      ],
      "baselines": ["gaussian": .number(evaluation.gaussian)],
    ]
  }

  /// Figures for a reader.
  fileprivate var lines: [String] {
    [
      "test NLL \(Figure(evaluation.audit.fine)) nats a row (Gaussian: \(Figure(evaluation.gaussian)))",
      evaluation.audit.sentence(of: "audit"),
    ] + (evaluation.lost.sentence.map { ["of the test \($0)"] } ?? [])
  }
}
