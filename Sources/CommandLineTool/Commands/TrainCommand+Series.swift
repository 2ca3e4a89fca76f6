import Experiments
import NumericCore
import Training

extension TrainCommand {
  /// The recipe of a classifier of series, or nil where something else is to be trained.
  func seriesClassRecipe() throws -> SeriesClassRecipe? {
    var result: SeriesClassRecipe
    if let recipe, recipe.hasSuffix(".json") {
      let text = String(decoding: try Files.read(recipe), as: UTF8.self)
      guard let document = try? JSONValue(parsing: text),
        document["recipe"]?.string == SeriesClassRecipe().name
      else { return nil }
      result = try SeriesClassRecipe().overridden(by: document)
    } else if recipe == nil && (label != nil || labels != nil) && model != .odeNet {
      result = SeriesClassRecipe()
    } else {
      return nil
    }
    if let model { result.model = ForecastKind(rawValue: model.rawValue) ?? result.model }
    if let data { result.file = data }
    if let label { result.label = label }
    if let labels { result.labelsFile = labels }
    if let time { result.reading.timeColumn = time }
    if let id { result.reading.idColumn = id }
    if let channels { result.reading.channels = channels.names }
    if let statics { result.reading.statics = statics.names }
    if let missing { result.reading.missing = missing.names }
    if let duplicates { result.reading.duplicates = duplicates }
    if let epochs { result.epochs = epochs }
    if let seed { result.seed = seed }
    for assignment in set { try result.set(assignment.name, toWord: assignment.value) }
    return result
  }

  /// Trains a classifier of series and says how good it is.
  func runSeriesClasses(_ recipe: SeriesClassRecipe, _ console: Console) throws {
    let directory = out ?? "runs/" + recipe.name
    let stop = StopRequest()
    SignalNote.shared.begin()
    defer { SignalNote.shared.end() }
    let data = try SeriesClassData(recipe)
    for warning in data.warnings { console.note("warning: " + warning.sentence) }
    let outcome = try SeriesClassRun(
      recipe: recipe, directory: directory, threads: threads, resumes: resume == .auto
    ).run(on: data, progress: ProgressReporter(), stop: stop)
    try outcome.writeReport(to: directory, warnings: data.warnings.map(\.sentence))
    console.table(ClassifierEvaluation.header, outcome.tableRows)
    for line in outcome.lines { console.print(line) }
    console.print(
      "\(outcome.parameterCount) parameters, \(outcome.steps) steps in "
        + "\(NumberText.fixed(outcome.trainingSeconds, 1)) s; see \(directory)/report.html")
    console.emit(outcome.json(run: directory))
  }
}
