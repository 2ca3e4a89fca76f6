import ArgumentParsing
import LearningTasks

/// The options of every training that forecasts.
struct ForecastOptions: ParameterGroup {
  static let title = "Forecasts"

  @Option(help: "A recurrent network that is trained in the same way as a baseline.")
  var beside: RecurrentModel?
  @Option(help: "Whether the test part is the last series or the end of each.")
  var split: ForecastRecipe.Split?
  var series = SeriesOptions()
  var length = EpochOptions()

  func validate() throws(UsageError) {
    try series.validate()
    try length.validate()
  }

  /// The given options that apply to windows of series and not to whole series, by name.
  var givenOfWindows: [String] {
    let options: [(name: String, isGiven: Bool)] = [
      ("--beside", beside != nil), ("--split", split != nil), ("--epochs", length.epochs != nil),
    ]
    let ofSeries = series.given.filter {
      !["--time", "--id", "--missing", "--dates"].contains($0)
    }
    return options.filter(\.isGiven).map(\.name) + ofSeries
  }

  func change(_ recipe: inout ForecastRecipe) {
    series.change(&recipe.reading)
    if let split { recipe.split = split }
    if let beside { recipe.beside = beside.kind }
    if let epochs = length.epochs { recipe.epochs = epochs }
  }
}
