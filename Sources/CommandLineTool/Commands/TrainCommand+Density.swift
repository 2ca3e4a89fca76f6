import Experiments
import NumericCore
import Training

extension TrainCommand {
  /// The recipe of a density, or nil where something else is to be trained.
  func densityRecipe() throws -> DensityRecipe? {
    var result: DensityRecipe
    if let recipe, recipe.hasSuffix(".json") {
      let text = String(decoding: try Files.read(recipe), as: UTF8.self)
      guard let document = try? JSONValue(parsing: text), document["model"]?.string == "cnf" else {
        return nil
      }
      result = try DensityRecipe().overridden(by: document)
    } else if recipe == "cities" || (recipe == nil && model == .cnf) {
      result = data.map(DensityRecipe.forFile) ?? DensityRecipe()
    } else {
      return nil
    }
    if let data { result.file = data }
    if let seed { result.seed = seed }
    for assignment in set { try result.set(assignment.name, toWord: assignment.value) }
    return result
  }

  /// Trains a density and says how good it is.
  func runDensity(_ recipe: DensityRecipe, _ console: Console) throws {
    let directory = out ?? "runs/" + recipe.name
    let outcome = try DensityRun(recipe: recipe, directory: directory, threads: threads)
      .run(progress: ProgressReporter())
    try outcome.writeReport(to: directory)
    for line in outcome.lines { console.print(line) }
    console.print("\(Figure(outcome.trainingSeconds)) s; see \(directory)/report.html")
    console.emit(outcome.json(run: directory))
  }
}
