import Reports
import TimeSeries
import LearningTasks
import Tables
import ArgumentParsing
import NumericCore
import Training

/// `neural-ode train`: the main job.
struct TrainCommand: Command {
  static let page = CommandPage(
    verb: "train", summary: "Trains a model on data and writes a run folder with a report.",
    discussion:
      "Without arguments, trains the recipe 'glucose' on bundled readings: four hours of history, gaps filled, the "
      + "next two hours forecast with a band, beside honest baselines. With --data, trains on your file: wide "
      + "(time,x1,x2; an empty cell is missing) or long (id,time,channel,value) CSV, one long series or many. "
      + "The models are latent-ode, ode-rnn, and the recurrent networks gru-d, rnn-dt, rnn-decay, rnn-impute and "
      + "rnn; --beside trains one of these as a further baseline. "
      + "With --label (a column that has one value a series) or --labels (a second file with id and label) the class "
      + "of whole series is learned, by ode-rnn or a recurrent network. "
      + "With --model goku the equations of --system are known; each series' initial state and parameters are "
      + "inferred, with their uncertainty, and reported; the time of the data is that of the equations (of dates: hours, or "
      + "--set data.unit=days). "
      + "With --model cnf the density of a table's rows is learned; its recipe 'cities' is the map of the world. "
      + "With --model ode-net classes are learned, of a table's rows (label column by name, or the last) or of a folder "
      + "of IDX images; its recipes are 'digits' and 'fashion-mnist'. Its state gets further dimensions by "
      + "--set network.augmentation=zeros|lift|second-order and network.augmentedDimensions=5 (of images: channels); "
      + "network.layers is rk-net, ode-net, resnet, or anodev2, whose weights follow an equation of their own. "
      + "--model anode (zeros, and of tables no stem) and --model anodev2 (configuration 1) are these with their "
      + "articles' settings.",
    examples: [
      "train digits", "train --model ode-net --data iris.csv", "train cities",
      "train --model anode --data iris.csv --set network.augmentedDimensions=2",
      "train --model anodev2 --data iris.csv --set solver.steps=2 --set solver.weightSteps=5",
      "train --model cnf --data points.csv --set training.method=likelihood",
      "train", "train --data readings.csv --out runs/mine --epochs 20",
      "train glucose --set training.steps=500 --seed 3",
      "train --data weather.csv --time time_hour --id origin --channels temp,wind_gust --beside gru-d",
      "train --model ode-rnn --data cases.csv --inputs births --missing NA",
      "train --model ode-rnn --data patients.csv --label outcome --statics age,sex",
      "train --model ode-rnn --data patients.csv --labels outcomes.csv",
      "train --model goku --system lotka-volterra --data lakes.csv --shared gamma,delta",
      "train --model goku --system swing.ode --data swings.csv --range length=0.5..3 --column x=angle",
      "train --out runs/mine --resume auto",
    ])

  enum Resume: String, CaseIterable, ArgumentValue {
    case auto, never
  }

  enum Model: String, CaseIterable, ArgumentValue {
    case latentODE = "latent-ode"
    case odeRNN = "ode-rnn"
    case gruD = "gru-d"
    case rnnDelta = "rnn-dt"
    case rnnDecay = "rnn-decay"
    case rnnImpute = "rnn-impute"
    case rnn
    case goku
    case cnf
    case odeNet = "ode-net"
    case anode, anodev2

    /// The form of a classifier of rows that it means; nil for the other models.
    var form: ClassifierRecipe.Form? { ClassifierRecipe.Form(rawValue: rawValue) }
    /// The model as configurations name it.
    var kind: String { form == nil ? rawValue : Self.odeNet.rawValue }
  }

  enum Beside: String, CaseIterable, ArgumentValue {
    case gruD = "gru-d"
    case rnnDelta = "rnn-dt"
    case rnnDecay = "rnn-decay"
    case rnnImpute = "rnn-impute"
    case rnn
    case odeRNN = "ode-rnn"
  }

  @Argument(
    value: "recipe",
    help: "A recipe's name (glucose, cities, digits, fashion-mnist) or a configuration file.")
  var recipe: String?
  @Option(value: "file", help: "A CSV file to train on.") var data: String?
  @Option(help: "What is trained.") var model: Model?
  @Option(
    value: "system",
    help: "Equations of a goku: a name ('neural-ode systems' lists them), or a file.")
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
  var emission: LawSettings.Emission?
  @Option(value: "name", help: "The column of times.") var time: String?
  @Option(value: "name", help: "The column that tells series apart.") var id: String?
  @Option(help: "The channels to forecast; all that are no inputs if not given.")
  var channels: NameList?
  @Option(help: "Channels that are known beforehand: read, and not forecast.")
  var inputs: NameList?
  @Option(
    help:
      "Columns with one value a series, numbers or words, as age,sex; found by themselves if not given."
  )
  var statics: NameList?
  @Option(
    value: "name", help: "The column with the class of each series (or row): classes are learned.")
  var label: String?
  @Option(value: "file", help: "A file with an id and the class of that series in each row.")
  var labels: String?
  @Option(help: "Words that mean a missing value.") var missing: NameList?
  @Option(help: "What is done with several rows at one time.")
  var duplicates: TimeSeriesOptions.Duplicates?
  @Option(help: "What comes first in dates such as 5/4/2024.") var dates: DateOrder?
  @Option(help: "Whether the test part is the last series or the end of each.")
  var split: ForecastRecipe.Split?
  @Option(help: "A recurrent network that is trained in the same way as a baseline.")
  var beside: Beside?
  @Option(value: "directory", help: "The run folder; runs/ and the recipe's name if not given.")
  var out: String?
  @Option(help: "Passes over the data, in place of the recipe's number of steps.") var epochs: Int?
  @Option(help: "Where all randomness comes from.") var seed: Int?
  @Option(help: "Changes one value of the configuration, for example training.steps=500.")
  var set: [Assignment] = []
  @Option(
    help:
      "Whether the run in the folder is continued, with the configuration that is there; if not, "
      + "its files are moved to earlier-1 in it.")
  var resume = Resume.never
  @Option(help: "Threads; they do not change the result.") var threads = 2

  func validate() throws(UsageError) {
    if threads < 1 || threads > 256 {
      throw .combination("--threads is \(threads)", remedy: "write 1 to 256")
    }
    if let epochs, epochs < 1 {
      throw .combination("--epochs is at least 1", remedy: "give a positive number")
    }
    if let epochs, epochs > 1_000_000_000 {
      throw .combination("--epochs is \(epochs)", remedy: "write 1000000000 at most")
    }
    if label != nil || labels != nil {
      if data == nil && recipe == nil {
        throw .combination("--label and --labels need series", remedy: "add --data FILE")
      }
      if model == .latentODE || model == .goku || model == .cnf {
        throw .combination(
          "\(model?.rawValue ?? "") learns no classes",
          remedy: "take \(ForecastKind.recurrentNames) for series, ode-net for rows")
      }
      if model == nil && recipe == nil {
        throw .combination(
          "--label and --labels need a model",
          remedy: "add --model ode-rnn for classes of series, --model ode-net for classes of rows")
      }
      if labels != nil && model?.form != nil {
        throw .combination(
          "--labels belongs to classes of series", remedy: "take --label, or --model ode-rnn")
      }
    }
    if let beside, beside.rawValue == model?.rawValue { throw Self.besideItself(beside.rawValue) }
    if let seed, seed < 0 {
      throw .combination("--seed is at least 0", remedy: "give a number from 0 on")
    }
    try checkRoles()
  }

  /// A column has one role.
  private func checkRoles() throws(UsageError) {
    let roles: [(option: String, names: [String])] = [
      ("--time", [time].compactMap(\.self)), ("--id", [id].compactMap(\.self)),
      ("--channels", channels?.names ?? []), ("--inputs", inputs?.names ?? []),
      ("--statics", statics?.names ?? []),
      // With --labels it is a column of another file.
      ("--label", labels == nil ? [label].compactMap(\.self) : []),
    ]
    var known: [String: String] = [:]
    for (option, names) in roles {
      for name in names {
        guard let other = known.updateValue(option, forKey: name) else { continue }
        throw .combination(
          other == option
            ? "\(option) names '\(name)' twice" : "\(other) and \(option) both name '\(name)'",
          remedy: "a column has one role, keep one")
      }
    }
  }

  private static func besideItself(_ name: String) -> UsageError {
    .combination(
      "--beside \(name) is the model itself", remedy: "take another baseline, or leave it out")
  }

  func run(_ console: Console) throws {
    let source = try source()
    let subject = subject(of: source)
    try checkOptions(of: subject)
    do {
      switch subject {
      case .forecast: try trainForecast(source, console)
      case .density: try trainDensity(source, console)
      case .classes: try trainClasses(source, console)
      case .seriesClasses: try trainSeriesClasses(source, console)
      }
    } catch let error as DataError {
      // A relative path of a configuration holds in the folder of its training.
      guard case .document = source, data == nil, case .unreadable(.notFound) = error.reason
      else { throw error }
      throw ToolError.trainingDataMissing(error.source, keepsName: true)
    }
  }

  /// How a file of series is to be understood, as the command line changes it.
  func changeReading(_ reading: inout SeriesReading) {
    if let time { reading.timeColumn = time }
    if let id { reading.idColumn = id }
    if let channels { reading.channels = channels.names }
    if let inputs { reading.inputs = inputs.names }
    if let statics { reading.statics = statics.names }
    if let missing { reading.missing = missing.names }
    if let duplicates { reading.duplicates = duplicates }
    if let dates { reading.dates = dates }
  }

  /// Work that a signal stops, with a checkpoint.
  func interruptibly<Result>(_ work: (StopRequest) throws -> Result) rethrows -> Result {
    SignalNote.shared.begin()
    defer { SignalNote.shared.end() }
    return try work(StopRequest())
  }

  private func trainForecast(_ source: Source, _ console: Console) throws {
    var recipe = try forecastRecipe(source)
    try addLaw(to: &recipe)
    let directory = try directory(recipe.name, reading: [recipe.file])
    var run = ForecastRun(
      recipe: recipe, directory: directory, threads: threads, resumes: resume == .auto)
    run.whenNoticed = console.notice
    // Said before the training, which may be long, and kept in the report.
    let data = try ForecastData(recipe)
    console.warn(data.warnings)
    let outcome = try interruptibly { stop in
      try run.run(on: data, progress: ProgressReporter(), stop: stop)
    }
    try outcome.writeReport(to: directory, warnings: data.warnings.map(\.sentence))
    console.table(
      ForecastEvaluation.header, outcome.evaluation.rows(unit: outcome.data.unitName))
    console.print()
    printParameters(of: outcome, console)
    console.print(outcome.evaluation.balance)
    if let check = outcome.evaluation.solverCheck { console.print(check.sentence) }
    console.trained(
      outcome.parameterCount, outcome.steps, seconds: outcome.trainingSeconds, in: directory)
    console.emit(outcome.json(run: directory))
  }

  private func forecastRecipe(_ source: Source) throws -> ForecastRecipe {
    var result =
      switch source {
      case .document(let document): try ForecastRecipe(document)
      case .named, .options:
        data.map(model == .goku ? ForecastRecipe.forLaw : ForecastRecipe.forFile) ?? .glucose
      }
    let before = result
    if let data { result.file = data }
    if let kind = model.flatMap({ ForecastKind(rawValue: $0.rawValue) }) { result.model = kind }
    changeReading(&result.reading)
    if let split { result.split = split }
    if let beside { result.beside = ForecastKind(rawValue: beside.rawValue) }
    if let epochs { result.epochs = epochs }
    if let seed { result.seed = seed }
    for assignment in set { try result.set(assignment.name, toWord: assignment.value) }
    try result.checkHeeded(besides: base(before, of: source))
    if let beside = result.beside, beside == result.model {
      throw Self.besideItself(beside.rawValue)
    }
    return result
  }
}

extension Console {
  /// Says how long a training was and where its report is.
  func trained(_ parameters: Int, _ steps: Int, seconds: Double, in directory: String) {
    print(
      "\(counted(parameters, "parameter")), \(counted(steps, "step")) in "
        + "\(NumberText.fixed(seconds, 1)) s; see \(directory)/report.html")
  }

  /// Says what becomes of a run folder.
  @Sendable func notice(_ notice: RunFolder.Notice) {
    switch notice {
    case .kept(let place):
      note("note: the folder held another run; its files are kept in \(place)")
    case .nothingToContinue(let folder):
      note("note: \(folder) holds no run to continue; a new one begins")
    case .isComplete(let folder, let steps):
      note(
        "note: the run in \(folder) has made its \(counted(steps, "step")); ask for more with --epochs, or with --set "
          + "training.steps=… where there are steps")
    }
  }
}

extension TimeSeriesOptions.Duplicates: ArgumentValue {}
extension DateOrder: ArgumentValue {}
extension LawSettings.Emission: ArgumentValue {}
extension ForecastRecipe.Split: ArgumentValue {}
