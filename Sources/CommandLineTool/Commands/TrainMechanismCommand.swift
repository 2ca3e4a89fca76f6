import Platform
import Serialization
import ArgumentParsing
import LearningTasks
import MechanisticModels
import Tables
import TimeSeries

/// `neural-ode train mechanism`: a GOKU-net.
struct TrainMechanismCommand: Command {
  static let page = CommandPage(
    verb: "train mechanism",
    summary: "Learns to infer the parameters of known equations from each series (GOKU-net).",
    discussion:
      "The equations of --system are known; each series' parameters, and what is not known of its initial state, are "
      + "inferred with their uncertainty. With --read windows, windows of long series are read that begin anywhere, and "
      + "the model forecasts. With --read experiments, every series is one experiment that is read whole, as 'fit' reads it: "
      + "from the start of the span, with 'fixed' and bounded initial values, doses (columns AMT, CMT, II, ADDL, EVID, or "
      + "--doses) and known values (columns, or --conditions). Without --read, series are experiments where the equations "
      + "fix an initial value or doses or known values are given. The time of the data is that of the equations (of dates: hours, or "
      + "--set data.unit=days).",
    examples: [
      "train mechanism --system lotka-volterra --data lakes.csv --shared gamma,delta",
      "train mechanism --system swing.ode --data swings.csv --range length=0.5..3 --column x=angle",
      "train mechanism --system oral.ode --data subjects.csv --column DV=cp --read experiments",
    ])

  enum Reading: String, CaseIterable, ArgumentValue {
    case experiments, windows
  }

  @Argument(value: "recipe", help: "A configuration file.") var recipe: String?
  @Option(value: "file", help: "A CSV file with series of the equations.") var data: String?
  @Option(
    help: "Whether series are experiments, read whole from their start, or read in windows.")
  var read: Reading?
  @Option(value: "file", help: "CSV of doses: TIME, AMT, CMT, II, ADDL, EVID, ID.")
  var doses: String?
  @Option(
    value: "file",
    help:
      "CSV with a column of ids, and one for each parameter or initial value that is known in each series."
  )
  var conditions: String?
  var equations = MechanismOptions()
  var forecast = ForecastOptions()
  var training = TrainingOptions()

  static let verb = page.verb

  func validate() throws(UsageError) {
    try training.validate()
    try forecast.validate()
    for (option, isGiven) in [("--doses", doses != nil), ("--conditions", conditions != nil)]
    where isGiven && read == .windows {
      throw .combination(
        "\(option) applies to experiments", fix: "leave --read windows out")
    }
  }

  func run(_ console: Console) throws {
    guard try isOfExperiments else {
      return try WindowTraining(command: self).train(console)
    }
    for name in forecast.givenOfWindows + (equations.emission == nil ? [] : ["--emission"]) {
      throw UsageError.combination(
        "\(name) applies to windows of series", fix: "leave it out, or add --read windows")
    }
    do {
      try ExperimentTraining(command: self).train(console)
    } catch let error as DataError {
      throw EquationFile(
        path: error.source, time: forecast.series.time, id: forecast.series.id
      ).described(error)
    }
  }

  // MARK: Kinds of training

  private var isOfExperiments: Bool {
    get throws {
      if let read { return read == .experiments }
      if doses != nil || conditions != nil { return true }
      let folder = training.resume == .auto ? training.out.map(RunFolder.configuration) : nil
      if let path = recipe.flatMap({ $0.hasSuffix(".json") ? $0 : nil }) ?? folder,
        Files.exists(path)
      {
        return try TrainingFolder.document(path)["model"]?.string == SubjectRecipe.model
      }
      guard let system = equations.system, let data else { return false }
      let written = try SystemArgument.equations(system)
      return EquationMechanism(written).startsSeries
        || hasExperiments(data, for: written)
    }
  }

  /// Whether a file holds doses or known values of each series; `false` for a file that cannot be read.
  private func hasExperiments(_ path: String, for written: EquationSystem) -> Bool {
    var options = FitTableOptions()
    (options.timeColumn, options.idColumn) = (forecast.series.time, forecast.series.id)
    options.missing = forecast.series.missing?.names ?? []
    options.mapping = equations.column.map { .init(column: $0.name, quantity: $0.value) }
    guard let data = try? FitData(named: path, for: written, options) else { return false }
    return data.experiments.experiments.contains {
      !$0.doses.doses.isEmpty || !$0.conditions.isEmpty
    }
  }

  /// The recipe's usual file.
  fileprivate func file() throws(UsageError) -> String {
    guard let data else {
      throw .combination(
        "'train mechanism' needs data of the equations", fix: "add --data file.csv")
    }
    return data
  }
}

/// The training on windows of series.
private struct WindowTraining: TrainingJob {
  typealias Task = ForecastTask
  let command: TrainMechanismCommand

  static let verb = TrainMechanismCommand.verb
  static let named: [(name: String, recipe: ForecastRecipe)] = []

  var recipe: String? { command.recipe }
  var data: String? { command.data }
  var training: TrainingOptions { command.training }
  var otherFiles: [String] { [command.equations.system].compactMap(\.self) }

  var usual: ForecastRecipe {
    get throws(UsageError) {
      var recipe = ForecastRecipe.forMechanism(try command.file())
      recipe.model = .goku
      return recipe
    }
  }

  static func recipe(of document: JSONValue) throws(ConfigurationError) -> ForecastRecipe {
    try ForecastRecipe(document)
  }

  func change(_ recipe: inout ForecastRecipe) throws {
    command.forecast.change(&recipe)
    if let emission = command.equations.emission { recipe.law.emission = emission }
  }

  func check(_ recipe: inout ForecastRecipe) throws {
    try command.equations.change(&recipe.law)
  }
}

/// The training on series that are experiments.
private struct ExperimentTraining: TrainingJob {
  typealias Task = SubjectTask
  let command: TrainMechanismCommand

  static let verb = TrainMechanismCommand.verb
  static let named: [(name: String, recipe: SubjectRecipe)] = []

  var recipe: String? { command.recipe }
  var data: String? { command.data }
  var training: TrainingOptions { command.training }
  var otherFiles: [String] {
    [command.equations.system, command.doses, command.conditions].compactMap(\.self)
  }

  var usual: SubjectRecipe {
    get throws(UsageError) {
      var recipe = SubjectRecipe()
      recipe.file = try command.file()
      return recipe
    }
  }

  func change(_ recipe: inout SubjectRecipe) {
    let series = command.forecast.series
    if let doses = command.doses { recipe.doses = doses }
    if let conditions = command.conditions { recipe.conditions = conditions }
    if let time = series.time { recipe.reading.timeColumn = time }
    if let id = series.id { recipe.reading.idColumn = id }
    if let missing = series.missing { recipe.reading.missing = missing.names }
    if let dates = series.dates { recipe.reading.dates = dates }
  }

  func check(_ recipe: inout SubjectRecipe) throws {
    try command.equations.change(&recipe.law)
  }
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

  func change(_ law: inout MechanismSettings) throws {
    if let system {
      law.system = system
      law.equations = try SystemArgument.equations(system).text
    } else if law.equations == nil, let system = law.system {
      law.equations = try SystemArgument.equations(system).text
    }
    if law.equations == nil { throw MechanismError.noEquations }
    if let shared { law.shared = shared.names }
    law.known += fix.map(\.argument)
    law.ranges += range.map(\.argument)
    law.columns += column.map(\.argument)
    law.ranges = law.ranges.filter { !$0.isEmpty }
  }
}
