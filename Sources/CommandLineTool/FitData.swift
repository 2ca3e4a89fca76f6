import TimeSeries
import ArgumentParsing
import MechanisticModels
import NumericCore

/// Chooses what a fit sees of a series.
struct FitData {
  private let data: EquationSeries
  private let equations: EquationSystem
  private let mapping: [Assignment]

  private var series: TimeSeries { data.series }
  private var source: String { data.source }

  init(_ data: EquationSeries, _ equations: EquationSystem, mapping: [Assignment]) {
    self.data = data
    self.equations = equations
    self.mapping = mapping
  }

  /// The columns of a file that equations name, or a mapping.
  static func columns(for equations: EquationSystem, mapping: [Assignment]) -> Set<String> {
    Set(measurable(of: equations) + equations.inputs.map(\.name) + mapping.map(\.name))
  }

  private static func measurable(of equations: EquationSystem) -> [String] {
    equations.states.map(\.name) + equations.intermediates.map(\.name)
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
    let known = Self.measurable(of: equations)
    var columns: [(channel: Int, name: String)] = []
    for assignment in mapping
    where !equations.inputs.contains(where: { $0.name == assignment.value }) {
      guard let channel = series.channels.firstIndex(of: assignment.name) else {
        throw Self.noColumn(assignment.name, of: source, data.columns)
      }
      guard known.contains(assignment.value) else {
        throw UsageError.combination(
          "--column: \(equations.name) has no state '\(assignment.value)'",
          remedy: Self.remedy(for: assignment.value, among: known))
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
      throw Self.noColumn(of: source, data.columns, for: equations, mapping: [])
    }
    return columns
  }

  /// What is said of a file without a column to fit.
  static func noColumn(
    of source: String, _ columns: [String], for equations: EquationSystem, mapping: [Assignment]
  ) -> UsageError {
    if let wrong = mapping.first(where: { !columns.contains($0.name) }) {
      return noColumn(wrong.name, of: source, columns)
    }
    let example = columns.first { name in !equations.inputs.contains { $0.name == name } }
    return .combination(
      "no column of \(source) (\(columns.joined(separator: ", "))) is named as a state of "
        + "\(equations.name) (\(equations.states.map(\.name).joined(separator: ", ")))",
      remedy: "map them, as in --column \(example ?? columns[0])=\(equations.states[0].name)")
  }

  private static func noColumn(
    _ name: String, of source: String, _ columns: [String]
  ) -> UsageError {
    .combination(
      "--column: \(source) has no column '\(name)'", remedy: remedy(for: name, among: columns))
  }

  private static func remedy(for name: String, among known: [String]) -> String {
    nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
      ?? "the names are \(known.joined(separator: ", "))"
  }
}
