import Experiments
import NumericCore
import Training

extension TrainCommand {
  /// The recipe of a classifier, or nil where something else is to be trained.
  func classifierRecipe() throws -> ClassifierRecipe? {
    var result: ClassifierRecipe
    if let recipe, recipe.hasSuffix(".json") {
      let text = String(decoding: try Files.read(recipe), as: UTF8.self)
      guard let document = try? JSONValue(parsing: text), document["model"]?.string == "ode-net"
      else { return nil }
      result = try ClassifierRecipe().overridden(by: document)
    } else if let recipe, let named = ClassifierRecipe.named[recipe] {
      result = named
    } else if recipe == nil && model == .odeNet {
      result = data.map(ClassifierRecipe.forFile) ?? ClassifierRecipe()
    } else {
      return nil
    }
    if let data { result.file = data }
    if let label { result.label = label }
    if let epochs { result.epochs = epochs }
    if let seed { result.seed = seed }
    for assignment in set { try result.set(assignment.name, toWord: assignment.value) }
    return result
  }

  /// Trains a classifier and says how good it is.
  func runClassifier(_ recipe: ClassifierRecipe, _ console: Console) throws {
    let directory = out ?? "runs/" + recipe.name
    let stop = StopRequest()
    SignalNote.shared.begin()
    defer { SignalNote.shared.end() }
    let outcome = try ClassifierRun(
      recipe: recipe, directory: directory, threads: threads, resumes: resume == .auto
    ).run(progress: ProgressReporter(), stop: stop)
    try outcome.writeReport(to: directory)
    console.table(ClassifierEvaluation.header, outcome.tableRows)
    for line in outcome.lines { console.print(line) }
    console.print(
      "\(outcome.parameterCount) parameters, \(outcome.steps) steps in "
        + "\(NumberText.fixed(outcome.trainingSeconds, 1)) s; see \(directory)/report.html")
    console.emit(outcome.json(run: directory))
  }
}
