import Platform
import NumericCore
import ArgumentParsing
import BundledData
import LearningTasks
import MechanisticModels
import Tables
import TimeSeries

/// The options that select one series of a file for equations.
struct EquationFile {
  var path: String
  /// Columns of times and ids; `nil` selects them by their usual names.
  var time: String?
  var id: String?
  /// The id of the series; `nil` selects the only one.
  var series: String?
  /// The unit of times that are dates; `nil` for hours.
  var unit: TimeUnit?
  var dates: DateOrder?
  var missing: [String] = []
  /// Whether the verb has options that select a series and map columns.
  var hasSeriesOptions = true

  /// Reads the named columns of a file or of a bundled file.
  ///
  /// - Parameter ifNone: the error about a file that has none of the columns, given those that it
  ///   has.
  func read(
    columns names: Set<String>, minimumRows: Int = 2, ifNone: ([String]) -> any Error
  ) throws -> EquationData {
    var options = TimeSeriesOptions(
      timeColumn: time, idColumn: id, unit: unit ?? .hours, missing: missing)
    options.names = names
    options.dates = dates
    options.readsLimits = false
    let file: TimeSeriesFile
    do {
      file = try TimeSeriesFile.named(path, options)
    } catch {
      if case .noneNamed(let found) = error.reason { throw ifNone(found) }
      throw described(error)
    }
    return try EquationData(file, series: series, minimumRows: minimumRows)
  }

  /// Reads the file, or a bundled file of that name, as the experiments of a fit.
  func readFit(for equations: EquationSystem, _ options: FitTableOptions) throws -> FitData {
    do throws(any Error) {
      let data = try FitData(named: path, for: equations, options)
      if let unit, data.axis == .number { throw Self.uselessUnit(unit, path) }
      return data
    } catch let error as DataError {
      throw described(error)
    }
  }

  /// The error with the option that helps.
  func described(_ error: DataError) -> ToolError {
    ToolError(error.description + advice(error.reason), code: error.exitCode)
  }

  private static func uselessUnit(_ unit: TimeUnit, _ path: String) -> UsageError {
    .combination(
      "--unit \(unit.rawValue): the times of \(path) are no dates but numbers, which have their unit already",
      fix: "leave --unit out")
  }

  /// Prints warnings, ignored columns, and the meaning of `t` if no unit was chosen.
  func report(_ data: FitData, to console: Console) {
    console.warn(data.warnings)
    for note in data.notes { console.note("note: \(path): \(note)") }
    report(ignored: data.ignored, axis: data.axis, to: console)
  }

  /// A hint which option helps, for the end of a message.
  private func advice(_ reason: DataError.Reason) -> String {
    if case .times(.ambiguousDate) = reason {
      return ", or choose --dates day-first or --dates month-first"
    }
    guard hasSeriesOptions else { return "" }
    switch reason {
    case .times(.timeGoesBackwards), .times(.duplicateTime):
      return id == nil
        ? "; if the file holds several series, name the column of their ids with --id" : ""
    case .notANumber(let text, _) where text.isNumberWithComma: return ""
    case .notANumber(let text, _), .notFinite(let text, _): return ", or write --missing '\(text)'"
    case .times(.notATime): return ", or name the column of times with --time"
    default: return ""
    }
  }

  /// Prints warnings, ignored columns, and the meaning of `t` if no unit was chosen.
  func report(_ data: EquationData, to console: Console) {
    console.warn(data.warnings)
    report(ignored: data.ignored, axis: data.axis, to: console)
  }

  private func report(ignored: [String], axis: TimeAxis, to console: Console) {
    if !ignored.isEmpty {
      console.note(
        "warning: \(path): \(list(of: ignored)) \(ignored.count == 1 ? "is" : "are") not named in the equations and "
          + "ignored" + (hasSeriesOptions ? "; --column maps a column to a name of theirs" : ""))
    }
    if unit == nil, let sentence = axis.sentence {
      console.note(
        "warning: \(path): \(sentence); choose the unit with --unit, as in --unit days")
    }
  }

  /// Refuses a unit if the times are numbers.
  func checkUnit(of data: EquationData) throws(UsageError) {
    if let unit, data.axis == .number { throw Self.uselessUnit(unit, path) }
  }

  private func list(of names: [String]) -> String {
    let quoted = names.prefix(6).map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
    return names.count > 6
      ? quoted.joined(separator: ", ") + " and \(names.count - 6) more"
      : quoted.dropLast().joined(separator: ", ") + " and " + last
  }
}

/// Measured inputs of equations, from a separate file.
enum InputFile {
  /// A file whose columns have the names of the inputs.
  static func read(_ file: EquationFile, for equations: EquationSystem) throws -> EquationData {
    let names = equations.inputs.map(\.name)
    guard !names.isEmpty else {
      throw UsageError.combination(
        "--inputs: \(equations.name) has no input", fix: "write 'input u = 0' in the equations")
    }
    return try file.read(columns: Set(names), minimumRows: 1) { columns in
      UsageError.combination(
        "--inputs: no column of \(file.path) (\(columns.joined(separator: ", "))) is named as an input of "
          + "\(equations.name) (\(names.joined(separator: ", ")))", fix: "rename a column")
    }
  }

  /// A note for every signal that does not cover a span; outside, it keeps its first or last value.
  static func remarks(
    _ signals: [String: InputSignal], from: Double, to: Double, on axis: TimeAxis = .number
  ) -> [String] {
    signals.sorted { $0.key < $1.key }.compactMap { name, signal in
      guard let first = signal.times.first, let last = signal.times.last,
        min(from, to) < first || last < max(from, to)
      else { return nil }
      return
        "warning: the input '\(name)' is known from \(axis.label(of: first)) to \(axis.label(of: last)); "
        + "outside of them the first and the last value apply"
    }
  }
}

extension EquationDataError {
  /// The description with the option that helps.
  var sentence: String {
    switch reason {
    case .severalSeries(let ids): description + ", as in --series '\(ids[0])'"
    case .noColumnOfIDs: description + " (--id, --series)"
    case .noSeries: "--series: " + description
    case .noColumn, .noQuantity: "--column: " + description
    case .noLimit(_, let column, let isLower):
      description + ", or give \(isLower ? "--lower-limit" : "--upper-limit") '\(column)=…'"
    case .nothingMeasured(_, let example, _, let states):
      description + ", as in --column "
        + (example.contains(" ") ? "'\(example)=\(states[0])'" : "\(example)=\(states[0])")
    case .unknownCondition, .conditionTwice, .noCondition: "--conditions: " + description
    case .dosesOfUnknown: "--doses: " + description
    case .tooFewRows, .otherKindOfTimes, .conditionVaries: description
    }
  }

  var exitCode: ExitCode {
    switch reason {
    case .severalSeries, .tooFewRows, .otherKindOfTimes, .noLimit, .conditionVaries,
      .conditionTwice, .noCondition, .unknownCondition:
      .badData
    default: .usage
    }
  }
}

extension TimeUnit: ArgumentValue {}
extension InputSignal.Interpolation: ArgumentValue {}

extension TimeAxis {
  /// The meaning of the equations' time if times are dates.
  var sentence: String? {
    guard case .calendar(_, let unit, _) = self else { return nil }
    return
      "the times are dates, t counts \(unit.rawValue) from \(text(of: 0)) on, and rates are per \(unit.rawValue.dropLast())"
  }

  /// A time for a reader.
  func label(of time: Double) -> String { self == .number ? shortText(time) : text(of: time) }
}

extension TimeSeriesFile {
  /// A file, or the bundled file of that name.
  static func named(
    _ path: String, _ options: TimeSeriesOptions
  ) throws(DataError) -> TimeSeriesFile {
    let isBundled = BundledData.entries.contains { $0.name == path } && !Files.exists(path)
    return isBundled
      ? try parse(try BundledData.contents(of: path), name: path, options)
      : try read(path, options)
  }
}
