import NumericCore

/// Data that do not fit equations.
public struct EquationDataError: Error, Hashable, Sendable {
  /// What is wrong with the data.
  public enum Reason: Hashable, Sendable {
    /// A series was chosen by its id, and the file has no ids.
    case noColumnOfIDs
    case noSeries(String, known: [String])
    /// Several series, and none was chosen; their ids.
    case severalSeries([String])
    case tooFewRows(found: Int, needed: Int)
    case noColumn(String, known: [String])
    case noQuantity(String, equations: String, known: [String])
    case nothingMeasured(
      columns: [String], example: String, equations: String, states: [String])
    /// The times of these data are numbers and those of the other file dates, or the other way round.
    case otherKindOfTimes(other: String, areNumbers: Bool)
    /// A word such as `BLQ` without a limit.
    case noLimit(String, column: String, isLower: Bool)
    /// A known value of an experiment that is not the same in all its rows.
    case conditionVaries(String, id: String, value: Double, before: Double)
    case unknownCondition(String, known: [String])
    case conditionTwice(String)
    case noCondition(String, known: [String])
    /// A file of doses has an id that the data do not have.
    case dosesOfUnknown(String, data: String, known: [String])
  }

  /// The path of the file.
  public let source: String
  /// The line in the file, where one is meant.
  public let line: Int?
  /// What is wrong.
  public let reason: Reason

  package init(_ source: String, line: Int? = nil, _ reason: Reason) {
    self.source = source
    self.line = line
    self.reason = reason
  }
}

extension EquationDataError: CustomStringConvertible {
  public var description: String {
    "\(source)\(line.map { ":\($0)" } ?? ""): \(problem); \(fix)"
  }

  private var problem: String {
    switch reason {
    case .noColumnOfIDs: "no column has ids"
    case .noSeries(let id, _): "there is no series '\(id)'"
    case .severalSeries(let ids): "\(ids.count) series (\(list(ids)))"
    case .tooFewRows(let found, let needed):
      "\(found) \(found == 1 ? "row" : "rows"), at least \(needed) are needed"
    case .noColumn(let name, _): "there is no column '\(name)'"
    case .noQuantity(let name, let equations, _): "\(equations) has no state '\(name)'"
    case .nothingMeasured(let columns, _, let equations, let states):
      "no column (\(columns.joined(separator: ", "))) is named as a state of \(equations) "
        + "(\(states.joined(separator: ", ")))"
    case .otherKindOfTimes(let other, let areNumbers):
      areNumbers
        ? "the times are numbers, those of \(other) are dates"
        : "the times are dates, those of \(other) are numbers"
    case .noLimit(let text, let column, let isLower):
      "'\(text)' in column '\(column)' has no \(isLower ? "lower" : "upper") limit"
    case .conditionVaries(let name, let id, let value, let before):
      "'\(name)' is \(value) here and \(before) before"
        + (id.isEmpty ? "" : " in the series '\(id)'") + ", but a known value does not change"
    case .unknownCondition(let name, _):
      "'\(name)' is neither a parameter nor an initial value of the equations"
    case .conditionTwice(let id): "'\(id)' has two rows of conditions"
    case .noCondition(let id, _): "there is no row of conditions for '\(id)'"
    case .dosesOfUnknown(let id, let data, _):
      "has doses of '\(id)', which is no series of \(data)"
    }
  }

  private var fix: String {
    switch reason {
    case .noColumnOfIDs: "name the column of ids or choose no series"
    case .noSeries(let id, let known): suggestion(for: id, among: known, as: "the ids")
    case .severalSeries: "choose one by its id"
    case .tooFewRows: "add measurements"
    case .noColumn(let name, let known), .noQuantity(let name, _, let known):
      suggestion(for: name, among: known, as: "the names")
    case .nothingMeasured: "rename a column or map one to a state"
    case .otherKindOfTimes: "write both in one way"
    case .noLimit(_, let column, let isLower):
      "write the limit in the cell, as in \(isLower ? "<0.1" : ">50"), or in a column "
        + "\(column)_\(isLower ? "lloq" : "uloq")"
    case .conditionVaries(let name, _, _, _):
      "declare what varies as 'input \(name)' in the equations, or rename the column"
    case .unknownCondition(let name, let known):
      suggestion(for: name, among: known, as: "the names")
    case .conditionTwice: "keep one"
    case .noCondition(let id, let known), .dosesOfUnknown(let id, _, let known):
      suggestion(for: id, among: known, as: "the ids")
    }
  }

  private func suggestion(for name: String, among known: [String], as what: String) -> String {
    nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
      ?? "\(what) are \(list(known))"
  }

  private func list(_ names: [String]) -> String {
    names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
  }
}
