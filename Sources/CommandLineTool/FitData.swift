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

  /// The one series of a file, or of a bundled file of that name.
  static func series(_ path: String, needing minimum: Int = 2) throws -> TimeSeries {
    let isBundled = BundledData.entries.contains { $0.name == path } && !Files.exists(path)
    let file: TimeSeriesFile
    do {
      file =
        isBundled
        ? try TimeSeriesFile.parse(try BundledData.contents(of: path), name: path)
        : try TimeSeriesFile.read(path)
    } catch {
      throw ToolError(error.sentenceWithoutOptions, code: error.exitCode)
    }
    guard file.series.count == 1, let series = file.series.first else {
      throw ToolError(
        "\(path): \(file.series.count) series where a fit takes one; keep the rows of one id",
        code: .badData)
    }
    guard series.count >= minimum else {
      throw DataError(source: path, .tooFewPoints(found: series.count, needed: minimum))
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
