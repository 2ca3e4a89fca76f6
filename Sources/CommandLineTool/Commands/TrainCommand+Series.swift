import ArgumentParsing
import LearningTasks
import NumericCore
import Training

extension TrainCommand {
  /// The recipe of a classifier of series, as the command line changes it.
  private func seriesClassRecipe(_ source: Source) throws -> SeriesClassRecipe {
    var result = SeriesClassRecipe()
    if case .document(let document) = source { result = try result.overridden(by: document) }
    let before = result
    if let model { result.model = ForecastKind(rawValue: model.rawValue) ?? result.model }
    if let data { result.file = data }
    if let label { result.label = label }
    if let labels { result.labelsFile = labels }
    changeReading(&result.reading)
    if let epochs { result.epochs = epochs }
    if let seed { result.seed = seed }
    for assignment in set { try result.set(assignment.name, toWord: assignment.value) }
    try result.checkHeeded(besides: base(before, of: source))
    return result
  }

  /// Trains a classifier of series and says how good it is.
  func trainSeriesClasses(_ source: Source, _ console: Console) throws {
    let recipe = try seriesClassRecipe(source)
    let directory = try directory(recipe.name, reading: [recipe.file, recipe.labelsFile])
    let data = try SeriesClassData(recipe)
    console.warn(data.warnings)
    var run = SeriesClassRun(
      recipe: recipe, directory: directory, threads: threads, resumes: resume == .auto)
    run.whenNoticed = console.notice
    let outcome = try interruptibly { stop in
      try run.run(on: data, progress: ProgressReporter(), stop: stop)
    }
    try outcome.writeReport(to: directory, warnings: data.warnings.map(\.sentence))
    console.table(ClassifierEvaluation.header, outcome.tableRows)
    for line in outcome.lines { console.print(line) }
    console.trained(
      outcome.parameterCount, outcome.steps, seconds: outcome.trainingSeconds, in: directory)
    console.emit(outcome.json(run: directory))
  }
}
