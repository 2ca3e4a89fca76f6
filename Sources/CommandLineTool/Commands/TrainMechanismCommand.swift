import Serialization
import ArgumentParsing
import LearningTasks
import MechanisticModels

/// `neural-ode train mechanism`: a GOKU-net.
struct TrainMechanismCommand: Command, TrainingJob {
  typealias Task = ForecastTask

  static let page = CommandPage(
    verb: "train mechanism",
    summary: "Learns to infer the parameters of known equations from each series (GOKU-net).",
    discussion:
      "The equations of --system are known; each series' initial state and parameters are inferred, with their "
      + "uncertainty, and reported. The time of the data is that of the equations (of dates: hours, or --set "
      + "data.unit=days).",
    examples: [
      "train mechanism --system lotka-volterra --data lakes.csv --shared gamma,delta",
      "train mechanism --system swing.ode --data swings.csv --range length=0.5..3 --column x=angle",
    ])

  @Argument(value: "recipe", help: "A configuration file.") var recipe: String?
  @Option(value: "file", help: "A CSV file with series of the equations.") var data: String?
  var equations = MechanismOptions()
  var forecast = ForecastOptions()
  var training = TrainingOptions()

  static let verb = page.verb
  static let named: [(name: String, recipe: ForecastRecipe)] = []

  var usual: ForecastRecipe {
    get throws(UsageError) {
      guard let data else {
        throw .combination(
          "'train mechanism' needs data of the equations", fix: "add --data file.csv")
      }
      var recipe = ForecastRecipe.forMechanism(data)
      recipe.model = .goku
      return recipe
    }
  }

  var otherFiles: [String] { [equations.system].compactMap(\.self) }

  func validate() throws(UsageError) {
    try training.validate()
    try forecast.validate()
  }

  static func recipe(of document: JSONValue) throws(ConfigurationError) -> ForecastRecipe {
    try ForecastRecipe(document)
  }

  func change(_ recipe: inout ForecastRecipe) throws {
    forecast.change(&recipe)
  }

  func check(_ recipe: inout ForecastRecipe) throws { try equations.change(&recipe) }

  func run(_ console: Console) throws { try train(console) }
}

/// The equations of a GOKU-net and their known parameters.
struct MechanismOptions: ParameterGroup {
  static let title = "Equations"

  @Option(
    value: "system",
    help: "The equations: a name ('neural-ode systems' lists them), or a file.")
  var system: String?
  @Option(
    help: "Parameters of the equations that all series have in common; others are each series' own."
  )
  var shared: NameList?
  @Option(help: "A parameter that is known, as in damping=0.") var fix: [Assignment] = []
  @Option(
    value: "name=range",
    help: "Where a parameter or an initial value may lie, as in length=0.5..3 or 'prey(0)=0..'.")
  var range: [Assignment] = []
  @Option(
    value: "column=name",
    help: "A column and the state or intermediate of the equations that it measures.")
  var column: [Assignment] = []
  @Option(
    help:
      "Whether columns that are no part of the equations are refused, or explained by a network.")
  var emission: MechanismSettings.Emission?

  func change(_ recipe: inout ForecastRecipe) throws {
    if let system {
      recipe.law.system = system
      recipe.law.equations = try SystemArgument.equations(system).text
    } else if recipe.law.equations == nil, let system = recipe.law.system {
      recipe.law.equations = try SystemArgument.equations(system).text
    }
    if recipe.law.equations == nil { throw MechanismError.noEquations }
    if let shared { recipe.law.shared = shared.names }
    if let emission { recipe.law.emission = emission }
    recipe.law.known += fix.map(\.argument)
    recipe.law.ranges += range.map(\.argument)
    recipe.law.columns += column.map(\.argument)
    recipe.law.ranges = recipe.law.ranges.filter { !$0.isEmpty }
  }
}
