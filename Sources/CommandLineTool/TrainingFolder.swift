import Platform
import Serialization
import NumericCore
import ArgumentParsing
import LearningTasks

/// Configurations and the verbs that train them.
enum TrainingFolder {
  /// Reads a configuration file.
  ///
  /// - Throws: `UsageError.combination` if another verb trains it.
  static func document(_ path: String, for verb: String) throws -> JSONValue {
    let document = try document(path)
    let owner = self.verb(of: document)
    if owner != verb {
      throw UsageError.combination(
        "\(path): is a configuration of '\(owner)'", fix: "write 'neural-ode \(owner)'")
    }
    return document
  }

  static func document(_ path: String) throws -> JSONValue {
    let text = String(decoding: try Files.read(path, limit: 1 << 24), as: UTF8.self)
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw ConfigurationError.notJSON(path: path, offset: error.offset)
    }
  }

  /// The verb that trains a configuration.
  static func verb(of document: JSONValue) -> String {
    if document["recipe"]?.string == SeriesClassRecipe().name { return TrainClassifyCommand.verb }
    let model = document["model"]?.string ?? ""
    if model == "cnf" { return TrainDensityCommand.verb }
    if ClassifierRecipe.Form(rawValue: model) != nil { return TrainClassifyCommand.verb }
    return [ForecastKind.goku.rawValue, SubjectRecipe.model].contains(model)
      ? TrainMechanismCommand.verb : TrainForecastCommand.verb
  }

  static func nothingToContinue(_ folder: String) -> ToolError {
    ToolError(
      "\(folder): holds no run to continue; name the data of a new one with --data, or a recipe",
      code: .noInput)
  }
}

extension Console {
  /// Prints tables and sentences.
  func show(_ result: TaskResult) {
    for (number, table) in result.tables.enumerated() {
      if number > 0 { print() }
      self.table(table.header, table.rows)
    }
    if result.tables.count > 1 { print() }
    for line in result.lines { print(line) }
  }

  /// Reports what happens to a run folder.
  @Sendable func notice(_ notice: RunFolder.Notice) {
    switch notice {
    case .kept(let place):
      note("note: the folder contained another run; its files are now in \(place)")
    case .nothingToContinue(let folder):
      note("note: \(folder) holds no run to continue; a new one begins")
    case .isComplete(let folder, let steps):
      note(
        "note: the run in \(folder) has made its \(counted(steps, "step")); ask for more with --epochs, or with --set "
          + "training.steps=… where there are steps")
    }
  }
}
