import Platform
import ArgumentParsing
import LearningTasks

/// `neural-ode train`: the bundled example, and the continuation of any run.
struct TrainCommand: Command {
  static let page = CommandPage(
    verb: "train",
    summary: "Trains the bundled example, or continues a run: the default of 'train forecast'.",
    discussion:
      "Without arguments, trains the recipe 'glucose' on bundled readings: four hours of history, gaps filled, the "
      + "next two hours with prediction intervals, compared with baselines. With --resume auto, continues the run in the folder "
      + "of --out, of whichever task. Your own data are trained on by 'train forecast', 'train classify', "
      + "'train density' and 'train mechanism'.",
    examples: ["train", "train --out runs/mine --resume auto", "train forecast --data mine.csv"])

  var training = TrainingOptions()
  var length = EpochOptions()

  func validate() throws(UsageError) {
    try training.validate()
    try length.validate()
  }

  func run(_ console: Console) throws {
    var forecast = TrainForecastCommand()
    (forecast.training, forecast.forecast.length) = (training, length)
    try forecast.run(console)
  }
}

extension TrainCommand {
  /// The verb of the run to continue; `nil` if the command line continues no run.
  static func continuedVerb(_ words: ArraySlice<String>) throws -> String? {
    guard value(of: "--resume", in: words) == "auto", let folder = value(of: "--out", in: words),
      words.first?.hasPrefix("-") == true
    else { return nil }
    let path = RunFolder.configuration(in: folder)
    guard Files.exists(path) else { throw TrainingFolder.nothingToContinue(folder) }
    return TrainingFolder.verb(of: try TrainingFolder.document(path))
  }

  /// The value of an option in a command line.
  private static func value(of option: String, in words: ArraySlice<String>) -> String? {
    if let place = words.firstIndex(of: option) { return words[(place + 1)...].first }
    return words.first { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)) }
  }

  /// The new spelling of a command line of earlier versions, in which one command trained every
  /// task; `nil` for any other.
  static func newSpelling(_ words: ArraySlice<String>) -> String? {
    func value(of option: String) -> String? { self.value(of: option, in: words) }
    let model = value(of: "--model")
    let recipe = words.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    if model == "cnf" || recipe == "cities" { return "train density" }
    if model == ForecastKind.goku.rawValue || value(of: "--system") != nil {
      return "train mechanism"
    }
    if ["ode-net", "anode", "anodev2"].contains(model)
      || ["digits", "fashion-mnist"].contains(recipe)
      || value(of: "--label") != nil || value(of: "--labels") != nil
    {
      return "train classify"
    }
    if let recipe, recipe.hasSuffix(".json"),
      let document = try? TrainingFolder.document(recipe)
    {
      return TrainingFolder.verb(of: document)
    }
    return model != nil || recipe != nil || value(of: "--data") != nil ? "train forecast" : nil
  }
}
