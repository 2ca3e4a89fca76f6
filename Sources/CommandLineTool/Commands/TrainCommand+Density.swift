import ArgumentParsing
import LearningTasks
import NumericCore
import Training

extension TrainCommand {
  /// The recipe of a density, as the command line changes it.
  private func densityRecipe(_ source: Source) throws -> DensityRecipe {
    var result =
      switch source {
      case .document(let document): try DensityRecipe().overridden(by: document)
      case .named, .options: data.map(DensityRecipe.forFile) ?? DensityRecipe()
      }
    let before = result
    if let data { result.file = data }
    if let seed { result.seed = seed }
    for assignment in set { try result.set(assignment.name, toWord: assignment.value) }
    try result.checkHeeded(besides: base(before, of: source))
    return result
  }

  /// Trains a density and says how good it is.
  func trainDensity(_ source: Source, _ console: Console) throws {
    let recipe = try densityRecipe(source)
    let directory = try directory(recipe.name, reading: [recipe.file])
    var run = DensityRun(
      recipe: recipe, directory: directory, threads: threads, resumes: resume == .auto)
    run.whenNoticed = console.notice
    run.whenCautioned = { cautions in
      for caution in cautions {
        console.note("warning: \(recipe.file ?? recipe.name): \(caution.sentence)")
      }
    }
    let outcome = try interruptibly { stop in
      try run.run(progress: ProgressReporter(), stop: stop)
    }
    try outcome.writeReport(to: directory)
    for line in outcome.lines { console.print(line) }
    console.trained(
      outcome.parameterCount, outcome.steps, seconds: outcome.trainingSeconds, in: directory)
    console.emit(outcome.json(run: directory))
  }
}
