import Serialization
import ArgumentParsing
import LearningTasks

/// `neural-ode train forecast`.
struct TrainForecastCommand: Command, TrainingJob {
  typealias Task = ForecastTask

  static let page = CommandPage(
    verb: "train forecast", summary: "Learns to forecast time series and to fill their gaps.",
    discussion:
      "Data are CSV, wide (time,x1,x2; an empty cell is missing) or long (id,time,channel,value), one long series or "
      + "many. The models are latent-ode, ode-rnn, and the recurrent networks gru-d, rnn-dt, rnn-decay, rnn-impute and "
      + "rnn; --beside trains one of these as a further baseline. Without --data, trains the recipe 'glucose' on "
      + "bundled readings.",
    examples: [
      "train forecast", "train forecast --data readings.csv --out runs/mine --epochs 20",
      "train forecast glucose --set training.steps=500 --seed 3",
      "train forecast --data weather.csv --time time_hour --id origin --channels temp,wind_gust --beside gru-d",
      "train forecast --model ode-rnn --data cases.csv --inputs births --missing NA",
      "train forecast --out runs/mine --resume auto",
    ])

  enum Model: String, CaseIterable, ArgumentValue {
    case latentODE = "latent-ode"
    case odeRNN = "ode-rnn"
    case gruD = "gru-d"
    case rnnDelta = "rnn-dt"
    case rnnDecay = "rnn-decay"
    case rnnImpute = "rnn-impute"
    case rnn

    var kind: ForecastKind? { ForecastKind(rawValue: rawValue) }
  }

  @Argument(value: "recipe", help: "The recipe's name (glucose) or a configuration file.")
  var recipe: String?
  @Option(value: "file", help: "A CSV file to train on.") var data: String?
  @Option(help: "The model.") var model: Model?
  var forecast = ForecastOptions()
  var training = TrainingOptions()

  static let verb = page.verb
  static let named = [(name: "glucose", recipe: ForecastRecipe.glucose)]

  var usual: ForecastRecipe { data.map(ForecastRecipe.forFile) ?? .glucose }
  var modelName: String? { model?.rawValue }

  func validate() throws(UsageError) {
    try training.validate()
    try forecast.validate()
    if let beside = forecast.beside, beside.rawValue == model?.rawValue {
      throw Self.besideItself(beside.rawValue)
    }
  }

  private static func besideItself(_ name: String) -> UsageError {
    .combination(
      "--beside \(name) is the model itself", fix: "take another baseline, or leave it out")
  }

  static func recipe(of document: JSONValue) throws(ConfigurationError) -> ForecastRecipe {
    try ForecastRecipe(document)
  }

  func change(_ recipe: inout ForecastRecipe) throws {
    if let kind = model?.kind { recipe.model = kind }
    forecast.change(&recipe)
  }

  func check(_ recipe: inout ForecastRecipe) throws {
    if let beside = recipe.beside, beside == recipe.model {
      throw Self.besideItself(beside.rawValue)
    }
  }

  func run(_ console: Console) throws { try train(console) }
}
