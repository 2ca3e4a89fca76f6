import NumericCore
import ArgumentParsing
import MechanisticModels
import Tables

/// Doses from a file in the columns of pharmacometrics.
enum DoseData {
  /// The doses of the only series of a file, or of the chosen one, and the meaning of its times.
  static func schedule(
    _ path: String, for equations: EquationSystem, series: String?, dates: EventTable.Dates
  ) throws -> (doses: DoseSchedule, axis: TimeAxis) {
    let table = try EventTable(contentsOf: path, for: equations, dates: dates)
    return (try schedule(of: table, path, series), table.axis)
  }

  private static func schedule(
    of table: EventTable, _ path: String, _ series: String?
  ) throws -> DoseSchedule {
    let ids = table.series.map(\.id)
    guard let series else {
      guard table.series.count <= 1 else {
        throw UsageError.combination(
          "--doses: \(path) has \(ids.count) series (\(ids.prefix(6).joined(separator: ", ")))",
          fix: "choose one by its id, as in --series '\(ids[0])'")
      }
      return try doses(of: table.series.first, path)
    }
    guard let found = table[series] else {
      throw UsageError.combination(
        "--series: \(path) has no series '\(series)'",
        fix: nearestName(to: series, among: ids).map { "did you mean '\($0)'?" }
          ?? "the ids are \(ids.prefix(6).joined(separator: ", "))")
    }
    return try doses(of: found, path)
  }

  private static func doses(
    of series: EventTable.Series?, _ path: String
  ) throws(DosingError) -> DoseSchedule {
    guard let schedule = series?.schedule, !schedule.doses.isEmpty else {
      throw DosingError(source: path, line: 1, reason: .noDose)
    }
    return schedule
  }
}
