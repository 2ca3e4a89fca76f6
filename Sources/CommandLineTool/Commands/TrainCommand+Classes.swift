import ArgumentParsing
import LearningTasks
import NumericCore
import Training

extension TrainCommand {
  /// The recipe of a classifier, as the command line changes it.
  private func classifierRecipe(_ source: Source) throws -> ClassifierRecipe {
    var result =
      switch source {
      case .document(let document): try ClassifierRecipe().overridden(by: document)
      case .named(let name): ClassifierRecipe.named[name] ?? ClassifierRecipe()
      case .options: data.map(ClassifierRecipe.forFile) ?? ClassifierRecipe()
      }
    if let data { result.file = data }
    try takeForm(&result, source)
    let before = result
    if let label { result.label = label }
    if let epochs { result.epochs = epochs }
    if let seed { result.seed = seed }
    for assignment in set { try result.set(assignment.name, toWord: assignment.value) }
    try result.check()
    try result.checkHeeded(besides: base(before, of: source))
    return result
  }

  /// The settings of the form that --model names; a run that is continued has them already.
  private func takeForm(_ recipe: inout ClassifierRecipe, _ source: Source) throws {
    guard let form = model?.form else { return }
    if resume == .auto, case .document = source {
      if form != .odeNet && form != recipe.form {
        throw CheckpointError.settingDiffers(
          path: RunFolder.configuration(in: directory(recipe.name)), name: "model",
          checkpoint: recipe.form.rawValue, now: form.rawValue)
      }
      return
    }
    recipe.take(form)
  }

  /// Trains a classifier and says how good it is.
  func trainClasses(_ source: Source, _ console: Console) throws {
    let recipe = try classifierRecipe(source)
    let directory = try directory(recipe.name, reading: [recipe.file])
    var run = ClassifierRun(
      recipe: recipe, directory: directory, threads: threads, resumes: resume == .auto)
    run.whenNoticed = console.notice
    let outcome = try interruptibly { stop in
      try run.run(progress: ProgressReporter(), stop: stop)
    }
    try outcome.writeReport(to: directory)
    console.table(ClassifierEvaluation.header, outcome.tableRows)
    for line in outcome.lines { console.print(line) }
    console.trained(
      outcome.parameterCount, outcome.steps, seconds: outcome.trainingSeconds, in: directory)
    console.emit(outcome.json(run: directory))
  }
}
