import Platform
import Serialization
import NumericCore
import ArgumentParsing
import LearningTasks
import Tables
import Training

/// A training described by a command line.
///
/// A conforming type lists the recipes and applies its options; `train` does the rest.
protocol TrainingJob {
  associatedtype Task: LearningTask
  typealias Recipe = Task.Model.Recipe

  /// The verb that trains the task: "train density".
  static var verb: String { get }
  /// Recipes by name.
  static var named: [(name: String, recipe: Recipe)] { get }

  /// A recipe's name or a configuration file; `nil` if neither is given.
  var recipe: String? { get }
  /// The file of data.
  var data: String? { get }
  var training: TrainingOptions { get }
  /// Further input files.
  var otherFiles: [String] { get }

  /// The configuration that the options describe without a recipe.
  var usual: Recipe { get throws }

  /// The configuration of a document.
  static func recipe(of document: JSONValue) throws(ConfigurationError) -> Recipe

  /// The model that the options select, as configurations name it; `nil` if they select none.
  var modelName: String? { get }

  /// Applies options that represent a group of settings.
  func prepare(_ recipe: inout Recipe, from source: RecipeSource) throws

  /// Applies the options to a configuration, before `--seed` and `--set`.
  func change(_ recipe: inout Recipe) throws

  /// Refuses a configuration with parts that cannot be combined.
  func check(_ recipe: inout Recipe) throws
}

/// The source of a configuration, before the options are applied.
enum RecipeSource {
  /// A configuration file: the given one, or that of the continued run.
  case document(JSONValue)
  case named(String)
  /// The data and the options.
  case options

  var isDocument: Bool { if case .document = self { true } else { false } }
}

extension TrainingJob {
  var otherFiles: [String] { [] }
  var modelName: String? { nil }

  func prepare(_ recipe: inout Recipe, from source: RecipeSource) throws {}

  static func recipe(of document: JSONValue) throws(ConfigurationError) -> Recipe {
    try Recipe().overridden(by: document)
  }

  func check(_ recipe: inout Recipe) throws {}

  /// Trains, evaluates, writes the report and prints the result.
  func train(_ console: Console) throws {
    let source = try source()
    do {
      try train(try recipe(of: source), console)
    } catch let error as DataError {
      // A relative path of a configuration is valid in the folder of its training.
      guard source.isDocument, data == nil, case .unreadable(.notFound) = error.reason
      else { throw error }
      throw ToolError.trainingDataMissing(error.source, keepsName: true)
    }
  }

  private func train(_ recipe: Recipe, _ console: Console) throws {
    let directory = directory(recipe.name)
    let configuration = self.recipe.flatMap {
      $0.hasSuffix(".json") && training.resume == .never ? $0 : nil
    }
    try CommandFiles.checkTraining(
      in: directory, inputs: [recipe.file, recipe.labelsFile].compactMap(\.self) + otherFiles,
      configuration: configuration)
    let task = Task(recipe)
    let examples = try task.examples()
    console.warn(task.warnings(about: examples))
    var run = TrainingRun(
      task, in: directory, threads: training.threads, resumes: training.resume == .auto)
    run.onNotice = console.notice
    StopSignals.shared.begin()
    defer { StopSignals.shared.end() }
    let outcome = try run.run(on: examples, progress: ProgressReporter(), stop: StopRequest())
    let result = try outcome.writeReport()
    console.show(result)
    console.print(
      "\(counted(outcome.parameterCount, "parameter")), \(counted(outcome.steps, "step")) in "
        + "\(NumberText.fixed(outcome.seconds, 1)) s; see \(directory)/report.html")
    console.emit(result.json)
  }

  /// The configuration with the options of the command line applied.
  private func recipe(of source: RecipeSource) throws -> Recipe {
    var result =
      switch source {
      case .document(let document): try Self.recipe(of: document)
      case .named(let name): try Self.named.first { $0.name == name }?.recipe ?? usual
      case .options: try usual
      }
    if let data { result.file = data }
    try prepare(&result, from: source)
    // The recipe that a configuration is compared with to find changed settings: the default for a
    // configuration written for this training, or the recipe before the options.
    let base = source.isDocument && training.resume == .never ? result.usual : result
    try change(&result)
    if let seed = training.seed { result.seed = seed }
    for assignment in training.set { try result.set(assignment.name, toWord: assignment.value) }
    try check(&result)
    try result.checkHeeded(besides: base)
    return result
  }

  // MARK: Sources

  /// The configuration file; or that of the run folder, if its run is continued; or the recipe's
  /// name.
  private func source() throws -> RecipeSource {
    let names = Self.named.map(\.name)
    if let recipe, recipe.hasSuffix(".json") {
      return .document(try TrainingFolder.document(recipe, for: Self.verb))
    }
    if let recipe, !names.contains(recipe) {
      throw ConfigurationError.unknownRecipe(recipe, known: names)
    }
    let path = RunFolder.configuration(in: try training.out ?? "runs/" + (recipe ?? usual.name))
    if training.resume == .auto && Files.exists(path) {
      let document = try TrainingFolder.document(path, for: Self.verb)
      try check("recipe", recipe, document, path)
      try check("model", modelName, document, path)
      return .document(document)
    }
    if training.resume == .auto, let out = training.out, recipe == nil, data == nil {
      throw TrainingFolder.nothingToContinue(out)
    }
    return recipe.map(RecipeSource.named) ?? .options
  }

  /// Refuses a name that differs from that of the folder's run.
  private func check(
    _ key: String, _ asked: String?, _ document: JSONValue, _ path: String
  ) throws(CheckpointError) {
    guard let asked, let there = document[key]?.string, there != asked else { return }
    throw .settingDiffers(path: path, name: key, checkpoint: there, now: asked)
  }

  private func directory(_ name: String) -> String {
    if let out = training.out { return out }
    if training.resume == .auto, let recipe, recipe.hasSuffix("/config.json") {
      return String(recipe.dropLast("/config.json".count))
    }
    return "runs/" + name
  }
}
