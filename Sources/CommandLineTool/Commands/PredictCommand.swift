import Tables
import LearningTasks
import TimeSeries
import ArgumentParsing
import NumericCore

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
  @Option(help: "What comes first in dates such as 5/4/2024; as in the training if not given.")
  var dates: DateOrder?
  @Option(value: "file", help: "Where the CSV goes; standard output if not given.") var out: String?
  @Option(
    value: "file",
    help:
      "Of a goku: where the parameters go that are inferred from each series' last history, as CSV."
  )
  var parameters: String?

  func validate() throws(UsageError) {
    if let out, let parameters, out == parameters || PathCalls.isSame(out, parameters) {
      throw .combination(
        "--out and --parameters name one file", remedy: "give each its own")
    }
    guard let times = at?.values.sorted() else { return }
    if let first = times.first, first <= 0 {
      throw .combination(
        "--at: \(shortText(first)) is not after the last reading", remedy: "write positive times")
    }
    for (earlier, later) in zip(times, times.dropFirst()) where earlier == later {
      throw .combination(
        "--at: \(shortText(later)) follows \(shortText(earlier))",
        remedy: "write the times in order, each once")
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
      guard case .ambiguousDate = error.reason else { throw error.withoutOptions }
      throw error
    }
  }

  private func predict(_ console: Console) throws {
    let work = otherWork
    var forecaster = work == nil ? try ForecastModelFile(reading: folder) : nil
    let options = [
      ("--at", at != nil, "forecasts", forecaster != nil),
      ("--parameters", parameters != nil, "a goku", forecaster?.recipe.model == .goku),
      (
        "--dates", dates != nil, "models of series",
        forecaster != nil || SeriesClassModelFile.isSeriesClassifier(folder)
      ),
    ]
    for (name, isGiven, owner, isHeeded) in options where isGiven && !isHeeded {
      throw UsageError.combination(
        "\(name) belongs to \(owner)", remedy: "leave it out for this model")
    }
    if let dates { forecaster?.recipe.reading.dates = dates }
    if let forecaster { try predictSeries(by: forecaster, console) } else { try work?(console) }
  }

  /// What is done with a model that forecasts nothing; nil for a forecaster.
  private var otherWork: ((Console) throws -> Void)? {
    if ClassifierModelFile.isClassifier(folder) { return predictClasses }
    if DensityModelFile.isDensity(folder) { return predictDensities }
    if SeriesClassModelFile.isSeriesClassifier(folder) { return predictSeriesClasses }
    return nil
  }

  /// The future of every series of the file.
  private func predictSeries(by file: ForecastModelFile, _ console: Console) throws {
    let prediction = try ForecastPrediction(of: data, by: file, at: at?.values.sorted())
    let lost = prediction.lines.count { !$0.isFinite }
    if lost > 0 && lost == prediction.lines.count {
      throw RunError.forecastsNotFinite(
        model: file.forecaster.kind.title, lost: lost, all: prediction.lines.count)
    }
    console.warn(prediction.warnings)
    if let parameters, let inferred = prediction.inferred {
      try Files.writeAtomically(inferred.csv, to: parameters)
    }
    try console.deliver(prediction.csv, to: out, what: "\(prediction.lines.count) forecasts")
    console.emit(
      .array(
        prediction.lines.map { line in
          [
            "id": .string(line.id), "time": .string(prediction.axis.text(of: line.time)),
            "channel": .string(line.channel), "mean": .number(line.mean),
            "lower": .number(line.lower), "upper": .number(line.upper),
          ]
        }))
  }

  /// The class of every row of the file.
  private func predictClasses(_ console: Console) throws {
    let file = try ClassifierModelFile(reading: folder)
    let rows = try file.rows(data)
    let evaluation = file.evaluation(on: rows)
    console.warn(
      DataWarning.notFinite(source: data, (0..<evaluation.rows).map(evaluation.isKnown)))
    try console.deliver(evaluation.csv, to: out, what: "\(evaluation.rows) classes")
    console.emit([
      "classes": JSONValue(evaluation.classes),
      "predicted": evaluation.predictedJSON,
      "probabilities": JSONValue(evaluation.probabilities),
    ])
  }

  /// The class of every series of the file.
  private func predictSeriesClasses(_ console: Console) throws {
    var file = try SeriesClassModelFile(reading: folder)
    if let dates { file.recipe.reading.dates = dates }
    let (ids, evaluation, warnings) = try file.prediction(of: data)
    console.warn(warnings)
    try console.deliver(evaluation.csv(ids: ids), to: out, what: "\(ids.count) classes")
    console.emit([
      "classes": JSONValue(evaluation.classes), "ids": JSONValue(ids),
      "predicted": evaluation.predictedJSON, "probabilities": JSONValue(evaluation.probabilities),
    ])
  }

  /// The log-density of every row of the file.
  private func predictDensities(_ console: Console) throws {
    let file = try DensityModelFile(reading: folder)
    let table = try PointTable(path: data, columns: file.normalization.channels)
    if table.incompleteRows > 0 {
      console.note(TableCaution.incompleteRows(table.incompleteRows).sentence)
    }
    let densities = file.logDensities(of: table)
    console.warn(DataWarning.notFinite(source: data, densities.map(\.isFinite)))
    try console.deliver(
      table.csv(logDensities: densities), to: out, what: "\(table.count) log-densities")
    console.emit([
      "columns": JSONValue(table.columns), "logDensities": JSONValue(densities),
      "incompleteRows": JSONValue(table.incompleteRows),
    ])
  }
}
