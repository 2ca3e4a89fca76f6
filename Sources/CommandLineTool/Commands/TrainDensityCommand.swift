import ArgumentParsing
import LearningTasks

/// `neural-ode train density`.
struct TrainDensityCommand: Command, TrainingJob {
  typealias Task = DensityTask

  static let page = CommandPage(
    verb: "train density", summary: "Learns the density of a table's rows (a continuous flow).",
    discussion:
      "A continuous normalizing flow, trained by flow matching or by maximum likelihood (--set "
      + "training.method=likelihood). Without --data, trains the recipe 'cities', the map of the world's cities.",
    examples: [
      "train density", "train density --data points.csv",
      "train density --data points.csv --columns x,y --set training.method=likelihood",
    ])

  @Argument(value: "recipe", help: "The recipe's name (cities) or a configuration file.")
  var recipe: String?
  @Option(value: "file", help: "A CSV file to train on.") var data: String?
  @Option(help: "The columns of a row; all if not given.") var columns: NameList?
  var training = TrainingOptions()

  static let verb = page.verb
  static let named = [(name: "cities", recipe: DensityRecipe())]

  var usual: DensityRecipe { data.map(DensityRecipe.forFile) ?? DensityRecipe() }

  func validate() throws(UsageError) { try training.validate() }

  func change(_ recipe: inout DensityRecipe) {
    if let columns { recipe.columns = columns.names }
  }

  func run(_ console: Console) throws { try train(console) }
}
