import ArgumentParsing
import LearningTasks
import MechanisticModels

extension TrainCommand {
  /// The equations of a GOKU-net and what is known of them, from the command line.
  func addLaw(to recipe: inout ForecastRecipe) throws {
    guard recipe.model == .goku else {
      let isGiven =
        system != nil || shared != nil || emission != nil
        || !(fix.isEmpty && range.isEmpty && column.isEmpty)
      if isGiven {
        throw UsageError.combination(
          "--system, --shared, --fix, --range, --column and --emission belong to equations",
          remedy: "add --model goku, or leave them out")
      }
      return
    }
    if let system {
      recipe.law.system = system
      recipe.law.equations = try SystemArgument.equations(system).text
    } else if recipe.law.equations == nil, let system = recipe.law.system {
      recipe.law.equations = try SystemArgument.equations(system).text
    }
    if recipe.law.equations == nil { throw LawError.noEquations }
    if recipe.file == nil {
      throw UsageError.combination(
        "a goku wants data of its equations", remedy: "add --data file.csv")
    }
    if let shared { recipe.law.shared = shared.names }
    if let emission { recipe.law.emission = emission }
    recipe.law.known += fix.map(\.argument)
    recipe.law.ranges += range.map(\.argument)
    recipe.law.columns += column.map(\.argument)
    recipe.law.ranges = recipe.law.ranges.filter { !$0.isEmpty }
  }

  /// What was inferred of the test series' parameters.
  func printParameters(of outcome: ForecastRun.Outcome, _ console: Console) {
    guard let inferred = outcome.inferred else { return }
    console.table(InferredParameters.header, inferred.rows(of: "test"))
    console.print()
  }
}
