import Platform
import NumericCore
import Tables
import LearningTasks
import TimeSeries
import ArgumentParsing

/// `neural-ode predict RUN --data file.csv`.
struct PredictCommand: Command {
  static let page = CommandPage(
    verb: "predict", summary: "Forecasts a file's series with a trained model, as CSV.",
    discussion:
      "Forecasts begin at each series' last reading; later rows may give what is known of the inputs. Columns: id (if "
      + "there are several series), time, channel, mean, and the lower and upper end of the 90 % band. For a density: the "
      + "file's rows with their log-density in nats. For a classifier: the class of each row and the probabilities of all; "
      + "of a classifier of series, the id before them.",
    examples: [
      "predict runs/glucose --data readings.csv",
      "predict runs/glucose --data readings.csv --at 0.5,1,2 --out forecast.csv",
    ])

  @Argument(value: "run", help: "A run folder or a model file.") var folder: String
  @Option(value: "file", help: "A CSV file with the model's channels.") var data: String
  @Option(
    help: "Times after the last reading, in the unit of the times; a regular grid if not given.")
  var at: NumberList?
  @Option(
    help: "The order of day and month in dates such as 5/4/2024; default: as in the training.")
  var dates: DateOrder?
  @Option(value: "file", help: "The CSV file; default: standard output.") var out: String?
  @Option(
    value: "file",
    help:
      "Of a goku: where the parameters go that are inferred from each series' last history, as CSV."
  )
  var parameters: String?

  func validate() throws(UsageError) {
    if let out, let parameters, out == parameters || FileSystem.isSame(out, parameters) {
      throw .combination(
        "--out and --parameters name one file", fix: "give each its own")
    }
    guard let times = at?.values.sorted() else { return }
    if let first = times.first, first <= 0 {
      throw .combination(
        "--at: \(shortText(first)) is not after the last reading", fix: "write positive times")
    }
    for (earlier, later) in zip(times, times.dropFirst()) where earlier == later {
      throw .combination(
        "--at: \(shortText(later)) follows \(shortText(earlier))",
        fix: "write the times in order, each once")
    }
  }

  var files: CommandFiles {
    CommandFiles(
      run: folder, inputs: [("--data", data)],
      outputs: [("--out", out), ("--parameters", parameters)])
  }

  func run(_ console: Console) throws {
    for path in [parameters, out].compactMap(\.self) { try Files.checkWritable(path) }
    do { try predict(console) } catch let error as DataError {
      guard case .times(.ambiguousDate) = error.reason else { throw error.withoutOptions }
      throw error
    }
  }

  private func predict(_ console: Console) throws {
    let archive = try ModelArchive(contentsOf: folder)
    try predict(with: try archive.task, archive, console)
  }

  private func predict<Task: LearningTask>(
    with task: Task.Type, _ archive: ModelArchive, _ console: Console
  ) throws {
    for (option, isGiven) in [
      (PredictionOption.at, at != nil), (.dates, dates != nil), (.parameters, parameters != nil),
    ] where isGiven && !Task.predictionOptions.contains(option) {
      throw Self.uselessOption(option)
    }
    let prediction = try Task.predict(
      with: try archive.load(Task.Model.self),
      PredictionRequest(file: data, times: at?.values.sorted(), dates: dates))
    console.warn(prediction.warnings)
    if let parameters {
      guard let text = prediction.parametersCSV else { throw Self.uselessOption(.parameters) }
      try Files.writeAtomically(text, to: parameters)
    }
    try console.deliver(prediction.csv, to: out, what: prediction.summary)
    console.emit(prediction.json)
  }

  private static func uselessOption(_ option: PredictionOption) -> UsageError {
    let owner =
      switch option {
      case .at: "forecasts"
      case .dates: "models of series"
      case .parameters: "models of 'train mechanism'"
      }
    return .combination(
      "--\(option.rawValue) applies to \(owner)", fix: "leave it out for this model")
  }
}
