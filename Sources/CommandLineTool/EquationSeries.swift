import BundledData
import TimeSeries
import Tables
import ArgumentParsing
import NumericCore

/// One series of a file, of the columns that equations name.
struct EquationSeries {
  let source: String
  let series: TimeSeries
  let axis: TimeAxis
  /// Columns that the equations do not name.
  let ignored: [String]
  private let warnings: [DataWarning]
  private let choice: Choice?
  /// The unit that was asked for.
  private let unit: TimeUnit?

  /// All columns beside times and ids.
  var columns: [String] { series.channels + ignored }

  /// How the one series of a file is found.
  struct Choice {
    /// Columns of times and of ids; nil: by their usual names.
    var time: String?
    var id: String?
    /// The id of the series; nil: the file's only one.
    var series: String?
  }

  /// Reads a file, or a bundled file of that name.
  ///
  /// - Parameters:
  ///   - names: of the columns to read; others may hold anything.
  ///   - unit: of times that are dates; nil: hours.
  ///   - dates: what comes first in dates such as 5/4/2024.
  ///   - choice: nil if the verb has no options to choose by.
  ///   - ifNone: what to say where the file has none of the columns, given those that it has.
  init(
    _ path: String, columns names: Set<String>, unit: TimeUnit?, dates: DateOrder?,
    missing: [String] = [], _ choice: Choice?, needing minimum: Int = 2,
    ifNone: ([String]) -> UsageError
  ) throws {
    var options = TimeSeriesOptions(
      timeColumn: choice?.time, idColumn: choice?.id, unit: unit ?? .hours, missing: missing)
    options.names = names
    options.dates = dates
    let file: TimeSeriesFile
    do {
      file = try TimeSeriesFile.named(path, options)
    } catch {
      if case .noneNamed(let found) = error.reason { throw ifNone(found) }
      var advice = choice.flatMap { error.reason.advice(to: $0) } ?? ""
      if case .ambiguousDate = error.reason {
        advice = ", or say it with --dates day-first or --dates month-first"
      }
      throw ToolError(error.sentenceWithoutOptions + advice, code: error.exitCode)
    }
    let series = try Self.one(of: file, choice).inMemory
    guard series.count >= minimum else {
      throw DataError(source: path, .tooFewPoints(found: series.count, needed: minimum))
    }
    source = path
    self.series = series
    axis = file.axis
    ignored = file.passedOver
    // Of a chosen series it is no matter that others are short or odd.
    warnings = file.warnings.filter { $0.id == nil || $0.id == series.id }
    self.choice = choice
    self.unit = unit
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

  /// Says what is odd, which columns are ignored, and what `t` is if nobody chose its unit.
  func tell(_ console: Console) {
    console.warn(warnings)
    if !ignored.isEmpty {
      console.note(
        "warning: \(source): \(list(of: ignored)) \(ignored.count == 1 ? "is" : "are") not named in the equations and "
          + "ignored" + (choice == nil ? "" : "; --column maps a column to a name of theirs"))
    }
    if unit == nil, let sentence = axis.sentence {
      console.note(
        "warning: \(source): \(sentence); choose the unit with --unit, as in --unit days")
    }
  }

  /// Refuses a unit of times that are numbers.
  func checkUnit() throws(UsageError) {
    if let unit, axis == .number {
      throw .combination(
        "--unit \(unit.rawValue): the times of \(source) are no dates but numbers, which have their unit already",
        remedy: "leave --unit out")
    }
  }

  /// What is added to its times to make them those of other data.
  func shift(to other: EquationSeries) throws -> Double {
    switch (axis, other.axis) {
    case (.number, .number): return 0
    case (.calendar(let own, _), .calendar(let origin, let unit)):
      return (own - origin) / unit.seconds
    case (.number, .calendar), (.calendar, .number):
      let (here, there) = axis == .number ? ("numbers", "dates") : ("dates", "numbers")
      throw ToolError(
        "\(source): the times are \(here) where those of \(other.source) are \(there); write both in one way",
        code: .badData)
    }
  }

  private func list(of names: [String]) -> String {
    let quoted = names.prefix(6).map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
    return names.count > 6
      ? quoted.joined(separator: ", ") + " and \(names.count - 6) more"
      : quoted.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension TimeUnit: ArgumentValue {}

extension TimeAxis {
  /// What the time of equations is where times are dates.
  var sentence: String? {
    guard case .calendar(_, let unit) = self else { return nil }
    return
      "the times are dates, t counts \(unit.rawValue) from \(text(of: 0)) on, and rates are per \(unit.rawValue.dropLast())"
  }

  /// The unit of dates; nil: the times are numbers.
  var unit: TimeUnit? { if case .calendar(_, let unit) = self { unit } else { nil } }

  /// A time for a reader.
  func label(of time: Double) -> String { self == .number ? shortText(time) : text(of: time) }
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
  fileprivate func advice(to choice: EquationSeries.Choice) -> String? {
    switch self {
    case .timeGoesBackwards, .duplicateTime:
      choice.id == nil
        ? "; if the file holds several series, name the column of their ids with --id" : nil
    case .notANumber(let text, _) where text.isNumberWithComma: nil
    case .notANumber(let text, _), .notFinite(let text, _): ", or write --missing '\(text)'"
    case .notATime: ", or name the column of times with --time"
    default: nil
    }
  }
}
