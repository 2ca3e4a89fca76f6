import Platform
import Serialization
import ArgumentParsing
import LearningTasks
import Training

/// `neural-ode train classify`.
struct TrainClassifyCommand: Command {
  static let page = CommandPage(
    verb: "train classify", summary: "Learns classes: of rows, of images, or of whole series.",
    discussion:
      "Of rows: a table with a label column (by --label, by its name, or the last). Of images: a folder of IDX files. "
      + "Of series: --labels, --id, --time or a recurrent --model; the class of each series is a column with one value "
      + "a series, or a second file with id and label. Rows and images are classified by an ODE-Net, series by an "
      + "ODE-RNN or a recurrent network. The state of an ODE-Net gets further dimensions by "
      + "--set network.augmentation=zeros|lift|second-order and network.augmentedDimensions=5 (of images: channels); "
      + "network.layers is rk-net, ode-net, resnet, or anodev2, whose weights follow an equation of their own. "
      + "--model anode (zeros, and of tables no stem) and --model anodev2 (configuration 1) are these with their "
      + "articles' settings. Without --data, trains the recipe 'digits' on bundled images.",
    examples: [
      "train classify digits", "train classify --data iris.csv",
      "train classify --model anode --data iris.csv --set network.augmentedDimensions=2",
      "train classify --model anodev2 --data iris.csv --set solver.steps=2 --set solver.weightSteps=5",
      "train classify --model ode-rnn --data patients.csv --label outcome --statics age,sex",
      "train classify --data patients.csv --labels outcomes.csv",
    ])

  enum Model: String, CaseIterable, ArgumentValue {
    case odeNet = "ode-net"
    case anode, anodev2
    case odeRNN = "ode-rnn"
    case gruD = "gru-d"
    case rnnDelta = "rnn-dt"
    case rnnDecay = "rnn-decay"
    case rnnImpute = "rnn-impute"
    case rnn

    /// The form of a classifier of rows; `nil` for a network that reads series.
    var form: ClassifierRecipe.Form? { ClassifierRecipe.Form(rawValue: rawValue) }
  }

  @Argument(
    value: "recipe", help: "A recipe's name (digits, fashion-mnist) or a configuration file.")
  var recipe: String?
  @Option(value: "file", help: "A CSV file, or a folder of images, to train on.")
  var data: String?
  @Option(help: "The model.") var model: Model?
  @Option(value: "name", help: "The column with the class of each row or series.")
  var label: String?
  @Option(value: "file", help: "A file with an id and the class of that series in each row.")
  var labels: String?
  var series = SeriesOptions()
  var training = TrainingOptions()
  var length = EpochOptions()

  static let verb = page.verb

  func validate() throws(UsageError) {
    try training.validate()
    try length.validate()
    // With --labels the label is a column of another file.
    try series.validate(label: labels == nil ? label : nil)
    guard model?.form != nil else { return }
    for name in (labels == nil ? [] : ["--labels"]) + series.given {
      throw .combination(
        "\(name) applies to classes of series", fix: "leave it out, or add --model ode-rnn")
    }
  }

  func run(_ console: Console) throws {
    if try isOfSeries {
      try SeriesClassTraining(command: self).train(console)
    } else {
      try RowClassTraining(command: self).train(console)
    }
  }

  /// Whether series are classified, and not rows.
  private var isOfSeries: Bool {
    get throws {
      if let model { return model.form == nil }
      if labels != nil || !series.given.isEmpty { return true }
      let folder = training.resume == .auto ? training.out.map(RunFolder.configuration) : nil
      guard let path = recipe.flatMap({ $0.hasSuffix(".json") ? $0 : nil }) ?? folder,
        Files.exists(path)
      else { return false }
      return try TrainingFolder.document(path)["recipe"]?.string == SeriesClassRecipe().name
    }
  }
}

/// The training of a classifier of rows or images.
private struct RowClassTraining: TrainingJob {
  typealias Task = ClassificationTask
  let command: TrainClassifyCommand

  static let verb = TrainClassifyCommand.verb
  static let named = [
    (name: "digits", recipe: ClassifierRecipe()),
    (name: "fashion-mnist", recipe: ClassifierRecipe.fashion),
  ]

  var recipe: String? { command.recipe }
  var data: String? { command.data }
  var training: TrainingOptions { command.training }
  var modelName: String? {
    command.model == nil ? nil : TrainClassifyCommand.Model.odeNet.rawValue
  }

  var usual: ClassifierRecipe { data.map(ClassifierRecipe.forFile) ?? ClassifierRecipe() }

  /// Applies the settings of the form that `--model` names; a continued run has them already.
  func prepare(_ recipe: inout ClassifierRecipe, from source: RecipeSource) throws {
    guard let form = command.model?.form else { return }
    if training.resume == .auto, source.isDocument {
      if form != .odeNet && form != recipe.form {
        throw CheckpointError.settingDiffers(
          path: RunFolder.configuration(in: training.out ?? "runs/" + recipe.name), name: "model",
          checkpoint: recipe.form.rawValue, now: form.rawValue)
      }
      return
    }
    recipe.take(form)
  }

  func change(_ recipe: inout ClassifierRecipe) {
    if let label = command.label { recipe.label = label }
    if let epochs = command.length.epochs { recipe.epochs = epochs }
  }

  func check(_ recipe: inout ClassifierRecipe) throws { try recipe.check() }
}

/// The training of a classifier of series.
private struct SeriesClassTraining: TrainingJob {
  typealias Task = SequenceClassificationTask
  let command: TrainClassifyCommand

  static let verb = TrainClassifyCommand.verb
  static let named: [(name: String, recipe: SeriesClassRecipe)] = []

  var recipe: String? { command.recipe }
  var data: String? { command.data }
  var training: TrainingOptions { command.training }
  var modelName: String? { command.model?.rawValue }
  var usual: SeriesClassRecipe {
    get throws(UsageError) {
      if command.data == nil {
        throw .combination("classes of series need data", fix: "add --data FILE")
      }
      return SeriesClassRecipe()
    }
  }

  func change(_ recipe: inout SeriesClassRecipe) {
    if let kind = command.model.flatMap({ ForecastKind(rawValue: $0.rawValue) }) {
      recipe.model = kind
    }
    if let label = command.label { recipe.label = label }
    if let labels = command.labels { recipe.labelsFile = labels }
    command.series.change(&recipe.reading)
    if let epochs = command.length.epochs { recipe.epochs = epochs }
  }
}
