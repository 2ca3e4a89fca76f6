import BundledData
public import MechanisticModels
import Platform
import NumericCore
public import Tables
import TimeSeries

/// The experiments of a recipe's files.
public struct SubjectData: Sendable {
  /// The path of the file of measurements.
  public let source: String
  /// The meaning of the times.
  public let axis: TimeAxis
  /// Warnings about the files and how they were understood.
  public let warnings: [String]
  package let inference: SubjectInference

  /// - Parameter scales: those of a trained network; `nil` for those of the data.
  /// - Throws: errors of the files; `MechanismError`; `SubjectDataError` for what a GOKU-net does not have.
  package init(_ recipe: SubjectRecipe, scales: SubjectScales? = nil) throws {
    let law = try recipe.law.lawOfExperiments()
    guard let file = recipe.file else { throw MechanismError.noData }
    var options = recipe.reading
    options.mapping = try recipe.law.columns.map { text throws(MechanismError) in
      let (column, quantity) = try MechanismSettings.parts(text, setting: "column")
      return EquationData.ColumnMapping(column: column, quantity: quantity)
    }
    var data = try FitData(named: file, for: law.system, options)
    var notes = data.notes
    if let conditions = recipe.conditions {
      try data.addConditions(from: conditions, for: law.system, missing: options.missing)
    }
    if let doses = recipe.doses {
      notes += try data.addDoses(from: doses, for: law.system, order: options.dates)
    }
    notes += data.countDosesOnce(for: law.system)
    source = data.source
    axis = data.axis
    let ignored = data.ignored.map { "'\($0)'" }.joined(separator: ", ")
    warnings =
      data.warnings.map(\.sentence)
      + notes.map { "\(data.source): \($0)" }
      + (ignored.isEmpty
        ? [] : ["\(data.source): not named in the equations and ignored: \(ignored)"])
    do throws(SubjectInference.Problem) {
      inference = try SubjectInference(law, data.experiments, scales: scales)
        .with(recipe)
    } catch {
      throw SubjectDataError(source: file, problem: error)
    }
  }
}

/// A file that a GOKU-net of experiments does not read.
public struct SubjectDataError: Error, Hashable, CustomStringConvertible, Sendable {
  /// The path of the file of measurements.
  public let source: String
  /// What a GOKU-net does not have.
  public let problem: SubjectInference.Problem

  /// What is wrong and how to fix it.
  public var description: String { "\(source): \(problem)" }
}

extension MechanismSettings {
  /// The equations with the roles of their parameters, for series that are read from their start.
  func lawOfExperiments() throws -> EquationMechanism {
    guard let text = equations else { throw MechanismError.noEquations }
    var law = EquationMechanism(try EquationSystem(text, name: system ?? "equations"))
    try law.assign(self)
    return law
  }
}

extension SubjectInference {
  /// With the sizes and lengths of a recipe.
  func with(_ recipe: SubjectRecipe) -> SubjectInference {
    var result = self
    (result.latent, result.recurrent, result.hidden) = (
      recipe.law.latent, recipe.law.recurrent, recipe.law.hidden
    )
    (result.iterations, result.refinements) = (recipe.steps, recipe.refinements)
    result.learningRate = recipe.learningRate
    result.tolerance = Tolerance(
      relative: recipe.tolerance, absolute: 0.1 * recipe.tolerance)
    result.key = RandomKey(UInt64(recipe.seed))
    return result
  }
}

extension FitData {
  /// Reads a file, or the bundled file of that name.
  package init(
    named path: String, for equations: EquationSystem, _ options: FitTableOptions
  ) throws {
    let isBundled = BundledData.entries.contains { $0.name == path } && !Files.exists(path)
    let reader =
      isBundled
      ? CSVReader(name: path, bytes: try BundledData.contents(of: path))
      : try CSVReader(path: path)
    try self.init(FitTable(reader), for: equations, options)
  }
}
