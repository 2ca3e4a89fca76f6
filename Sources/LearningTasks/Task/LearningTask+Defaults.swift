import Platform
import Serialization
public import Reports
import Training

// Default implementations of `LearningTask`.

extension TaskRecipe {
  /// The recipe with its default settings.
  public var usual: Self { Self() }
}

extension LearningTask where Evaluation == TaskResult {
  public func result(of outcome: TrainingOutcome<Self>, in directory: String) -> TaskResult {
    outcome.evaluation
  }

  /// The figures on the test part of the data, or on all rows if the data have no parts.
  public static func measure(_ model: Model, on data: MeasuredData) throws -> TaskMeasurement {
    var recipe = model.recipe
    if let file = data.file { recipe.file = file }
    let task = Self(recipe)
    return TaskMeasurement(
      try task.evaluate(model, beside: [], on: try task.examples(), threads: 1),
      source: recipe.file ?? recipe.name, isTestPart: data.isTraining)
  }
}

extension LearningTask {
  /// A page with the figures, the loss curves and the configuration.
  public func report(of outcome: TrainingOutcome<Self>) -> Report {
    let result = result(of: outcome, in: "")
    var report = Report(
      title: Model.title.withCapital, subtitle: outcome.task.recipe.file ?? outcome.task.recipe.name
    )
    report.section("Result") { section in
      for table in result.tables {
        section.table(Table(table.header, rows: table.rows.map { $0.map { .init($0) } }))
      }
      for line in result.lines { section.text(line.withCapital + ".") }
    }
    report.dataWarnings(outcome.task.warnings(about: outcome.examples))
    report.section("Training") { section in
      let records = outcome.shownHistory
      let validated = records.filter { $0.validation != nil }
      section.chart(
        Chart(
          "Loss", x: Axis("step"), y: Axis("loss"),
          marks: [
            .line("training", x: records.map { Double($0.step) }, y: records.map(\.loss)),
            .line(
              "validation", x: validated.map { Double($0.step) },
              y: validated.map { $0.validation ?? .nan }, color: .second, emphasis: .strong),
          ]))
      if let chart = Chart.evaluations(of: records) { section.chart(chart) }
    }
    report.section("Model and settings") {
      $0.text("\(outcome.parameterCount) parameters, \(outcome.steps) steps.")
      $0.code(outcome.task.recipe.json.text(indented: true))
    }
    return report
  }
}

extension LearningTask {
  /// Applies a stored model to a file on a thread of its own without blocking the caller.
  ///
  /// - Throws: as `predict`, and `CancellationError` if the task was cancelled before the end.
  public static func prediction(
    with model: Model, _ request: PredictionRequest
  ) async throws -> Prediction {
    try Task.checkCancellation()
    let prediction = try await onThread { try predict(with: model, request) }
    try Task.checkCancellation()
    return prediction
  }
}
