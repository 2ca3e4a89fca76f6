import Experiments
import NumericCore

/// `neural-ode evaluate RUN`.
struct EvaluateCommand: Command {
  static let page = CommandPage(
    verb: "evaluate", summary: "Measures a trained model on its test data beside the baselines.",
    discussion:
      "Root mean squared error with its 90 % interval by bootstrap, mean absolute error, negative log likelihood in "
      + "nats, and the share of observations in the 90 % band, by horizon and by length of a hidden gap; then for each "
      + "baseline whether the difference is more than chance, those that win first.",
    examples: ["evaluate runs/glucose", "evaluate runs/glucose --json"])

  @Argument(value: "run", help: "A run folder or a model file.") var folder: String
  @Option(value: "file", help: "Other data than the model was trained on, split in the same way.")
  var data: String?
  @Option(
    value: "file",
    help: "With --data, of classes of series: a file with an id and a label in each row.")
  var labels: String?

  func validate() throws(UsageError) {
    if labels != nil && data == nil {
      throw .combination("--labels belongs to --data", remedy: "add --data FILE")
    }
  }

  func run(_ console: Console) throws {
    if labels != nil && !SeriesClassModelFile.isSeriesClassifier(folder)
      && Files.exists(RunFolder.model(in: folder))
    {
      throw UsageError.combination(
        "--labels belongs to classes of series", remedy: "leave it out for this model")
    }
    if ClassifierModelFile.isClassifier(folder) { return try evaluateClassifier(console) }
    if DensityModelFile.isDensity(folder) { return try evaluateDensity(console) }
    if SeriesClassModelFile.isSeriesClassifier(folder) {
      return try evaluateSeriesClasses(console)
    }
    let file = try ForecastModelFile(reading: folder)
    var recipe = file.recipe
    if let data { recipe.file = data }
    let split = try ForecastData(recipe, encoding: file.covariates)
    for warning in split.warnings { console.note("warning: " + warning.sentence) }
    let channels = file.forecaster.normalization.channels
    guard split.channels + split.inputs == channels else {
      throw RunError.channelsDiffer(model: channels, data: split.channels + split.inputs)
    }
    let beside = try file.beside(in: folder)
    let evaluation = ForecastEvaluation(
      file.forecaster, beside: beside.map { [$0] } ?? [], on: split)
    console.table(ForecastEvaluation.header, evaluation.rows(unit: split.unitName))
    console.print()
    if let inferred = file.inferredParameters(of: split) {
      console.table(InferredParameters.header, inferred.rows(of: "test"))
      console.print()
    }
    console.print(evaluation.balance)
    for verdict in evaluation.verdicts(unit: split.unitName) { console.print(verdict) }
    console.emit(evaluation.json(run: folder))
  }

  /// Accuracy and calibration on the test rows, or on all rows of another file.
  private func evaluateClassifier(_ console: Console) throws {
    let file = try ClassifierModelFile(reading: folder)
    let evaluation = file.evaluation(on: try file.testRows(data))
    console.table(
      ClassifierEvaluation.header, [evaluation.cells(file.recipe.modelName)])
    console.emit([
      "run": .string(folder), "model": "ode-net", "metrics": evaluation.json,
      "confusion": evaluation.confusionJSON,
    ])
  }

  /// Says where labels may come from, if a file has none.
  private func measured(
    _ file: SeriesClassModelFile
  ) throws -> (evaluation: ClassifierEvaluation, warnings: [DataWarning]) {
    do {
      return try file.evaluation(on: data, labels: labels)
    } catch let error as DataError {
      let name = file.recipe.label ?? "label"
      switch error.reason {
      case .missingColumn(name, _), .missingChannel(name, _):
        guard labels == nil, data != nil else { throw error }
        throw ToolError(
          "\(error.source): there is no label '\(name)'; add --labels FILE with an id and a label in each row",
          code: .badData)
      default: throw error
      }
    }
  }

  /// Accuracy and calibration on the test series, or on all labelled series of another file.
  private func evaluateSeriesClasses(_ console: Console) throws {
    let file = try SeriesClassModelFile(reading: folder)
    let (evaluation, warnings) = try measured(file)
    for warning in warnings { console.note("warning: " + warning.sentence) }
    console.table(ClassifierEvaluation.header, [evaluation.cells(file.recipe.model.title)])
    console.print()
    let confusion = evaluation.confusionTable
    console.table(confusion.header, confusion.rows)
    console.emit([
      "run": .string(folder), "model": .string(file.recipe.model.rawValue),
      "metrics": evaluation.json, "classes": JSONValue(evaluation.classes),
      "confusion": evaluation.confusionJSON,
    ])
  }

  /// The negative log-likelihood of the test rows, or of all rows of another file.
  private func evaluateDensity(_ console: Console) throws {
    let file = try DensityModelFile(reading: folder)
    let rows = try data.map { try PointTable(path: $0, columns: file.normalization.channels) }
    let evaluation = try file.evaluation(on: rows)
    for line in evaluation.lines { console.print(line) }
    console.emit(evaluation.json(run: folder))
  }
}
