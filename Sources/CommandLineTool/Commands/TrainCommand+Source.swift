import ArgumentParsing
import LearningTasks
import NumericCore
import Training

extension TrainCommand {
  /// Where a recipe's values come from before the command line changes them.
  enum Source {
    /// A configuration file: the one given, or that of the run which is continued.
    case document(JSONValue)
    case named(String)
    /// The data and the model.
    case options
  }

  /// What kind of thing is trained.
  enum Subject {
    case forecast, density, classes, seriesClasses
  }

  private static let recipeNames = ["glucose", "cities", "digits", "fashion-mnist"]

  /// What a recipe is compared with to tell the settings that were changed: itself before the command line, or the usual one
  /// for a configuration that was written for this training.
  func base<Recipe: ConfigurableRecipe>(_ before: Recipe, of source: Source) -> Recipe {
    if case .document = source, resume == .never { before.usual } else { before }
  }

  /// The configuration file; or what the run folder says, if its run is to be continued; or the recipe's name.
  func source() throws -> Source {
    if let recipe, recipe.hasSuffix(".json") { return .document(try document(recipe)) }
    if let recipe, !Self.recipeNames.contains(recipe) {
      throw ConfigurationError.unknownRecipe(recipe, known: Self.recipeNames)
    }
    let path = RunFolder.configuration(in: out ?? "runs/" + usualName)
    if resume == .auto && Files.exists(path) {
      let document = try document(path)
      try check("recipe", recipe, document, path)
      try check("model", model?.kind, document, path)
      return .document(document)
    }
    if resume == .auto, let out, recipe == nil, data == nil, model == nil {
      throw ToolError(
        "\(out): holds no run to continue; name the data of a new one with --data, or a recipe",
        code: .noInput)
    }
    if let recipe { try checkModel(of: recipe) }
    return recipe.map(Source.named) ?? .options
  }

  /// A recipe's own kind of model is the only one that it can train.
  private func checkModel(of recipe: String) throws(UsageError) {
    guard let model else { return }
    let isForecaster = model != .cnf && model.form == nil
    let isRight =
      switch subject(of: .named(recipe)) {
      case .forecast: isForecaster && model != .goku
      case .density: model == .cnf
      case .classes: model.form != nil
      case .seriesClasses: false
      }
    if isRight { return }
    throw .combination(
      "the recipe '\(recipe)' trains no \(model.rawValue)",
      remedy: "leave --model out, or give your own file with --data in place of the recipe")
  }

  /// The run folder for a recipe of a name.
  func directory(_ name: String) -> String {
    if let out { return out }
    if resume == .auto, let recipe, recipe.hasSuffix("/config.json") {
      return String(recipe.dropLast("/config.json".count))
    }
    return "runs/" + name
  }

  /// The same, after a check that the training writes over none of the files that it reads.
  func directory(_ name: String, reading files: [String?]) throws(UsageError) -> String {
    let folder = directory(name)
    let configuration = recipe.flatMap { $0.hasSuffix(".json") && resume == .never ? $0 : nil }
    try CommandFiles.checkTraining(
      in: folder, inputs: (files + [system]).compactMap(\.self), configuration: configuration)
    return folder
  }

  func subject(of source: Source) -> Subject {
    switch source {
    case .document(let document):
      if document["recipe"]?.string == SeriesClassRecipe().name { return .seriesClasses }
      return switch document["model"]?.string {
      case Model.cnf.rawValue: .density
      case .some(let name) where ClassifierRecipe.Form(rawValue: name) != nil: .classes
      default: .forecast
      }
    case .named(let name):
      return name == "cities"
        ? .density : ClassifierRecipe.named[name] != nil ? .classes : .forecast
    case .options:
      return switch model {
      case .cnf: .density
      case .odeNet, .anode, .anodev2: .classes
      default: label != nil || labels != nil ? .seriesClasses : .forecast
      }
    }
  }

  /// The name of the recipe that the command line asks for.
  private var usualName: String {
    if let recipe { return recipe }
    return switch subject(of: .options) {
    case .forecast: (data.map(ForecastRecipe.forFile) ?? .glucose).name
    case .density: (data.map(DensityRecipe.forFile) ?? DensityRecipe()).name
    case .seriesClasses: SeriesClassRecipe().name
    case .classes: (data.map(ClassifierRecipe.forFile) ?? ClassifierRecipe()).name
    }
  }

  private func document(_ path: String) throws -> JSONValue {
    let text = String(decoding: try Files.read(path, limit: 1 << 24), as: UTF8.self)
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw ConfigurationError.notJSON(path: path, offset: error.offset)
    }
  }

  /// What is asked for by name must be what the folder holds.
  private func check(
    _ key: String, _ asked: String?, _ document: JSONValue, _ path: String
  ) throws(CheckpointError) {
    guard let asked, let there = document[key]?.string, there != asked else { return }
    throw .settingDiffers(path: path, name: key, checkpoint: there, now: asked)
  }
}
