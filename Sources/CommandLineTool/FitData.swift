import ContinuousModels
import Experiments
import NumericCore

/// Chooses what a fit sees of a series.
struct FitData {
  private let series: TimeSeries
  private let equations: EquationSystem
  private let source: String
  private let mapping: [Assignment]

  init(
    _ series: TimeSeries, _ equations: EquationSystem, source: String, mapping: [Assignment]
  ) {
    self.series = series
    self.equations = equations
    self.source = source
    self.mapping = mapping
  }

  /// How the one series of a file is found.
  struct Choice {
    /// Columns of times and of ids; nil: by their usual names.
    var time: String?
    var id: String?
    /// The id of the series; nil: the file's only one.
    var series: String?
  }

  /// One series of a file, or of a bundled file of that name, and what is odd about it.
  ///
  /// - Parameter choice: nil if the verb has no options to choose by.
  static func series(
    _ path: String, _ choice: Choice?, needing minimum: Int = 2
  ) throws -> (series: TimeSeries, warnings: [DataWarning]) {
    let options = TimeSeriesOptions(timeColumn: choice?.time, idColumn: choice?.id)
    let file: TimeSeriesFile
    do {
      file = try TimeSeriesFile.named(path, options)
    } catch {
      let advice = choice.flatMap { error.reason.advice(to: $0) } ?? ""
      throw ToolError(error.sentenceWithoutOptions + advice, code: error.exitCode)
    }
    let series = try one(of: file, choice).inMemory
    guard series.count >= minimum else {
      throw DataError(source: path, .tooFewPoints(found: series.count, needed: minimum))
    }
    // Of a chosen series it is no matter that others are short or odd.
    return (series, file.warnings.filter { $0.id == nil || $0.id == series.id })
  }

  private static func one(of file: TimeSeriesFile, _ choice: Choice?) throws -> TimeSeries {
    let ids = file.series.map(\.id)
    let list = ids.prefix(6).joined(separator: ", ") + (ids.count > 6 ? ", …" : "")
    if let wanted = choice?.series {
      if let found = file.series.first(where: { $0.id == wanted }) { return found }
      if ids == [""] {
        throw UsageError.combination(
          "--series: \(file.source) has no column of ids",
          remedy: "name it with --id, or leave --series out")
      }
      throw UsageError.combination(
        "--series: \(file.source) has no series '\(wanted)'",
        remedy: nearestName(to: wanted, among: ids).map { "did you mean '\($0)'?" }
          ?? "the ids are \(list)")
    }
    guard file.series.count == 1, let series = file.series.first else {
      let what = "\(file.source): \(ids.count) series (\(list)) where one is wanted; "
      throw ToolError(
        what
          + (choice == nil
            ? "keep the rows of one id" : "choose one by its id, as in --series '\(ids[0])'"),
        code: .badData)
    }
    return series
  }

  /// The fitted columns under their names in the equations.
  func measurements() throws -> ParameterFit.Measurements {
    let columns = try self.columns()
    let values = series.times.indices.map { row in
      columns.map { series.value(row, $0.channel) ?? .nan }
    }
    return ParameterFit.Measurements(
      times: series.times, names: columns.map(\.name), values: values)
  }

  private func columns() throws -> [(channel: Int, name: String)] {
    let known = equations.states.map(\.name) + equations.intermediates.map(\.name)
    var columns: [(channel: Int, name: String)] = []
    for assignment in mapping
    where !equations.inputs.contains(where: { $0.name == assignment.value }) {
      guard let channel = series.channels.firstIndex(of: assignment.name) else {
        throw UsageError.combination(
          "--column: \(source) has no column '\(assignment.name)'",
          remedy: remedy(for: assignment.name, among: series.channels))
      }
      guard known.contains(assignment.value) else {
        throw UsageError.combination(
          "--column: \(equations.name) has no state '\(assignment.value)'",
          remedy: remedy(for: assignment.value, among: known))
      }
      columns.append((channel, assignment.value))
    }
    for (channel, name) in series.channels.enumerated()
    where known.contains(name) && !columns.contains(where: { $0.channel == channel }) {
      columns.append((channel, name))
    }
    for (place, column) in columns.enumerated() {
      guard let other = columns[..<place].first(where: { $0.name == column.name }) else { continue }
      throw UsageError.combination(
        "--column: \(series.channels[other.channel]) and \(series.channels[column.channel]) both measure "
          + "'\(column.name)'",
        remedy: "map one of them elsewhere, or leave it out of \(source)")
    }
    if columns.isEmpty {
      throw UsageError.combination(
        "no column of \(source) (\(series.channels.joined(separator: ", "))) is named as a state of "
          + "\(equations.name) (\(equations.states.map(\.name).joined(separator: ", ")))",
        remedy: "map them, as in --column \(series.channels[0])=\(equations.states[0].name)")
    }
    return columns
  }

  private func remedy(for name: String, among known: [String]) -> String {
    nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
      ?? "the names are \(known.joined(separator: ", "))"
  }
}

extension TimeSeriesFile {
  /// A file, or the bundled file of that name if there is no other.
  static func named(
    _ path: String, _ options: TimeSeriesOptions
  ) throws(DataError) -> TimeSeriesFile {
    let isBundled = BundledData.entries.contains { $0.name == path } && !Files.exists(path)
    return isBundled
      ? try parse(try BundledData.contents(of: path), name: path, options)
      : try read(path, options)
  }
}

extension DataError.Reason {
  /// What the options that choose a series can do about it, as the end of the sentence.
  fileprivate func advice(to choice: FitData.Choice) -> String? {
    switch self {
    case .timeGoesBackwards, .duplicateTime:
      choice.id == nil
        ? "; if the file holds several series, name the column of their ids with --id" : nil
    case .notANumber(_, let column):
      choice.id == nil ? "; if it tells series apart, write --id '\(column)'" : nil
    case .notATime: ", or name the column of times with --time"
    default: nil
    }
  }
}
