import TimeSeries
import Tables
import LearningTasks
import ArgumentParsing
import NumericCore

/// `neural-ode evaluate RUN`.
struct EvaluateCommand: Command {
  static let page = CommandPage(
    verb: "evaluate",
    summary: "Measures a trained model on its test data, forecasts beside their baselines.",
    discussion:
      "Of forecasts: root mean squared error with its 90 % interval by bootstrap, mean absolute error, negative log likelihood in "
      + "nats, and the share of observations in the 90 % band, by horizon and by length of a hidden gap; then for each "
      + "baseline whether the difference is more than chance, those that win first. A classifier and a density are "
      + "measured on the test rows of the data they were trained on, and on all rows of other data; the output says "
      + "which.",
    examples: ["evaluate runs/glucose", "evaluate runs/glucose --json"])

  @Argument(value: "run", help: "A run folder or a model file.") var folder: String
  @Option(
    value: "file",
    help: "Other data than the model was trained on; of forecasts, split in the same way.")
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
    do {
      try measure(console)
    } catch let error as DataError {
      guard data == nil, case .unreadable(.notFound) = error.reason else {
        throw error.withoutOptions
      }
      throw ToolError.trainingDataMissing(error.source)
    }
  }

  /// Whether `--data` are those of the training, and not other data: then the test part of them is measured.
  ///
  /// A file of the same name counts as moved, if that of the training is no longer where it was.
  private func isTraining(_ trained: String?) -> Bool {
    guard let data else { return true }
    guard let trained else { return false }
    return Files.mayBe(trained, data)
  }

  /// Refuses to open a file that the model names and the command line does not: the model may come from anybody.
  private func checkGiven(_ trained: String?, labels trainedLabels: String? = nil) throws {
    if data == nil, let trained {
      throw ToolError(
        "\(trained): is the data file that the model names, and is only read if you name it; add --data '\(trained)'",
        code: .noInput)
    }
    if isTraining(trained), labels == nil, let trainedLabels {
      throw ToolError(
        "\(trainedLabels): is the file of labels that the model names, and is only read if you name it; add --labels "
          + "'\(trainedLabels)'", code: .noInput)
    }
  }

  /// Says which rows were measured.
  private func say(_ isTest: Bool, of source: String, _ console: Console) {
    console.print("on \(isTest ? "the test part" : "all rows") of \(source)")
  }

  /// Warns of rows that the figures leave out; without any other there are none.
  private func tell(_ lost: LostRows, of source: String, _ console: Console) throws {
    guard let sentence = lost.sentence else { return }
    if lost.isTotal { throw ToolError("\(source): \(sentence)", code: .badData) }
    console.note("warning: \(source): \(sentence)")
  }

  private func measure(_ console: Console) throws {
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
    try checkGiven(recipe.file)
    if let data { recipe.file = data }
    let split = try ForecastData(recipe, encoding: file.covariates)
    console.warn(split.warnings)
    if isTraining(file.recipe.file) && split.normalization != file.forecaster.normalization {
      console.note(
        "warning: \(split.source): is not what the model was trained on, so that its test part may hold rows of the "
          + "training; train again, or give the data of the training with --data")
    }
    let channels = file.forecaster.normalization.channels
    guard split.channels + split.inputs == channels else {
      throw RunError.channelsDiffer(model: channels, data: split.channels + split.inputs)
    }
    let beside = try file.beside(in: folder)
    let evaluation = try ForecastEvaluation(
      file.forecaster, beside: beside.map { [$0] } ?? [], on: split)
    say(true, of: split.source, console)
    console.table(ForecastEvaluation.header, evaluation.rows(unit: split.unitName))
    console.print()
    if let inferred = file.inferredParameters(of: split) {
      console.table(InferredParameters.header, inferred.rows(of: "test"))
      console.print()
    }
    console.print(evaluation.balance)
    for verdict in evaluation.verdicts(unit: split.unitName) { console.print(verdict) }
    if let check = evaluation.solverCheck { console.print(check.sentence) }
    console.emit(evaluation.json(run: folder))
  }

  /// Accuracy and calibration on the test rows, or on all rows of another file.
  private func evaluateClassifier(_ console: Console) throws {
    var file = try ClassifierModelFile(reading: folder)
    try checkGiven(file.recipe.file)
    let isTest = isTraining(file.recipe.file)
    if isTest, let data { file.recipe.file = data }
    let rows = try file.testRows(isTest ? nil : data)
    let all = file.evaluation(on: rows)
    let known = all.knownRows
    let (evaluation, lost) = (all.of(rows: known), LostRows((0..<all.rows).map(all.isKnown)))
    try tell(lost, of: rows.source, console)
    say(isTest, of: rows.source, console)
    let flow = file.flowCheck(on: rows.rows(known))
    console.table(
      ClassifierEvaluation.header,
      [evaluation.cells(file.recipe.modelName)] + (flow.map { [$0.finerCells] } ?? []))
    for line in flow?.lines(beside: evaluation) ?? [] { console.print(line) }
    console.emit([
      "run": .string(folder), "model": .string(file.recipe.form.rawValue),
      "layers": .string(file.recipe.layers.rawValue),
      "augmentation": .string(file.recipe.augmentation.rawValue),
      "augmentedDimensions": file.recipe.furtherDimensions.map { JSONValue($0) } ?? .null,
      "part": .string(isTest ? "test" : "all"),
      "metrics": evaluation.json, "rowsNotFinite": JSONValue(lost.count),
      "finerSteps": flow?.finer.json ?? .null,
      "reconstructionError": flow.map { .number($0.reconstructionError) } ?? .null,
      "confusion": evaluation.confusionJSON,
    ])
  }

  /// Says where labels may come from, if a file has none.
  private func measured(
    _ file: SeriesClassModelFile, isTest: Bool
  ) throws -> SeriesClassModelFile.Measured {
    do {
      return try file.evaluation(on: isTest ? nil : data, labels: labels)
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
    var file = try SeriesClassModelFile(reading: folder)
    try checkGiven(file.recipe.file, labels: file.recipe.labelsFile)
    // Other labels make other parts.
    let isTest =
      isTraining(file.recipe.file)
      && labels.map { own in file.recipe.labelsFile.map { Files.mayBe($0, own) } ?? false }
        ?? true
    if isTest, let data { file.recipe.file = data }
    if isTest, let labels { file.recipe.labelsFile = labels }
    let measured = try measured(file, isTest: isTest)
    let (evaluation, flow) = (measured.evaluation, measured.flow)
    console.warn(measured.warnings)
    try tell(measured.lost, of: data ?? file.recipe.file ?? "", console)
    say(isTest, of: data ?? file.recipe.file ?? "", console)
    console.table(
      ClassifierEvaluation.header,
      [evaluation.cells(file.recipe.model.title)] + (flow.map { [$0.finerCells] } ?? []))
    for line in flow?.lines(beside: evaluation) ?? [] { console.print(line) }
    console.print()
    let confusion = evaluation.confusionTable
    console.table(confusion.header, confusion.rows)
    console.emit([
      "run": .string(folder), "model": .string(file.recipe.model.rawValue),
      "part": .string(isTest ? "test" : "all"), "metrics": evaluation.json,
      "seriesNotFinite": JSONValue(measured.lost.count),
      "finerSteps": flow?.finer.json ?? .null,
      "reconstructionError": flow.map { .number($0.reconstructionError) } ?? .null,
      "classes": JSONValue(evaluation.classes),
      "confusion": evaluation.confusionJSON,
    ])
  }

  /// The negative log-likelihood of the test rows, or of all rows of another file.
  private func evaluateDensity(_ console: Console) throws {
    var file = try DensityModelFile(reading: folder)
    try checkGiven(file.recipe.file)
    let isTest = isTraining(file.recipe.file)
    if isTest, let data { file.recipe.file = data }
    let other = isTest ? nil : data
    let rows = try other.map { try PointTable(path: $0, columns: file.normalization.channels) }
    let evaluation = try file.evaluation(on: rows)
    let source = data ?? file.recipe.file ?? "the bundled cities"
    try tell(evaluation.lost, of: source, console)
    say(isTest, of: source, console)
    for line in evaluation.lines { console.print(line) }
    console.emit(evaluation.json(run: folder, part: isTest ? "test" : "all"))
  }
}
