import Platform
import TimeSeries
import Tables
import LearningTasks
import ArgumentParsing

/// `neural-ode evaluate RUN`.
struct EvaluateCommand: Command {
  static let page = CommandPage(
    verb: "evaluate",
    summary: "Evaluates a trained model on its test data, and compares forecasts with baselines.",
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
      throw .combination("--labels needs --data", fix: "add --data FILE")
    }
  }

  func run(_ console: Console) throws {
    do {
      try measure(console)
    } catch let error as DataError {
      if data == nil, case .unreadable(.notFound) = error.reason {
        throw ToolError.trainingDataMissing(error.source)
      }
      if case .labels(.noLabel) = error.reason { throw error }
      throw error.withoutOptions
    }
  }

  /// Whether `--data` names the training data, so that their test part is measured.
  ///
  /// A file of the same name counts as moved if the training data are no longer at their path.
  private func isTraining(_ trained: String?) -> Bool {
    guard let data else { return true }
    guard let trained else { return false }
    return Files.mayBe(trained, data)
  }

  /// Refuses to open a file that only the model names: the model may come from an untrusted source.
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

  private func measure(_ console: Console) throws {
    let archive = try ModelArchive(contentsOf: folder)
    try measure(try archive.task, archive, console)
  }

  private func measure<Task: LearningTask>(
    _ task: Task.Type, _ archive: ModelArchive, _ console: Console
  ) throws {
    if labels != nil && Task.self != SequenceClassificationTask.self {
      throw UsageError.combination(
        "--labels applies to classes of series", fix: "leave it out for this model")
    }
    let model = try archive.load(Task.Model.self)
    let (file, ownLabels) = (model.recipe.file, model.recipe.labelsFile)
    try checkGiven(file, labels: ownLabels)
    // Other labels give other parts.
    let isTraining =
      isTraining(file)
      && labels.map { own in ownLabels.map { Files.mayBe($0, own) } ?? false } ?? true
    let measured = try Task.measure(
      model, on: MeasuredData(file: data, labels: labels, isTraining: isTraining, run: folder))
    console.warn(measured.warnings)
    if let sentence = measured.lost?.sentence {
      if measured.lost?.isTotal == true {
        throw ToolError("\(measured.source): \(sentence)", code: .badData)
      }
      console.note("warning: \(measured.source): \(sentence)")
    }
    console.print("on \(measured.isTestPart ? "the test part" : "all rows") of \(measured.source)")
    console.show(measured.result)
    console.emit(measured.result.json)
  }
}
