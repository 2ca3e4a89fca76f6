import Platform
import Serialization
import NumericCore
import Reports
import Tables
import ArgumentParsing
import TimeSeries

extension DataError {
  /// `file:line: what is wrong; what to do`.
  var sentence: String { sentenceWithoutOptions + (reason.optionAdvice ?? "") }

  /// The same for verbs that have no options of how to read a file.
  var sentenceWithoutOptions: String {
    let place = line.map { "\(source):\($0)" } ?? source
    return "\(place): \(reason.sentence)"
  }

  /// What verbs say that read files as a model was trained on them.
  var withoutOptions: ToolError { ToolError(sentenceWithoutOptions, code: exitCode) }

  /// A file that cannot be read is a missing input; all else is bad data.
  var exitCode: ExitCode {
    switch reason {
    case .unreadable, .notBundled, .noImageFiles: .noInput
    default: .badData
    }
  }
}

extension DataError.Reason {
  fileprivate var sentence: String {
    fileSentence ?? tableSentence ?? pointsSentence ?? seriesSentence ?? labelSentence
      ?? imageSentence ?? "\(self)"
  }

  /// What an option of the verbs that train and check can do about it, as the end of the sentence.
  fileprivate var optionAdvice: String? {
    switch self {
    case .notANumber(let text, _) where text.isNumberWithComma: nil
    case .notANumber(let text, let column):
      " (of series also: --missing '\(text)', --id '\(column)' if it tells series apart, or leave the column out with "
        + "--channels)"
    case .notFinite(let text, _): " (of series also: --missing '\(text)')"
    case .notATime: ", or name the column of times (--time) and that of ids (--id)"
    case .ambiguousDate: ", or say it (--dates day-first or month-first)"
    case .duplicateTime: ", or take the mean (--duplicates average)"
    case .neverObserved: " (--channels)"
    case .textInTable(_, let column, let columns):
      ", or choose columns of numbers: --set data.columns='"
        + "\(JSONValue(columns.filter { $0 != column }))'"
    default: nil
    }
  }

  private var fileSentence: String? {
    switch self {
    case .unreadable(let reason): reason.description
    case .notBundled(let names):
      "no bundled file has this name; the names are \(names.joined(separator: ", "))"
    case .empty: "the file is empty; it needs a header line and rows below it"
    case .noRows: "there is a header and no row below it; add the measurements"
    case .cellTooLong(let limit):
      "a cell has more than \(limit) bytes; close the quote that begins it, or check that the file is a table"
    case .tooManyColumns(let limit):
      "a row has \(limit) cells or more; split the columns over several files, or write them as rows (id,time,channel,value)"
    case .notText: "is not UTF-8 text; save the file as UTF-8"
    case .corruptGzip: "the gzip data are damaged; copy the file again"
    case .truncatedGzip: "the gzip data end too soon; copy the file again"
    default: nil
    }
  }

  private var tableSentence: String? {
    switch self {
    case .twoRoles(let column, let first, let second):
      first == second
        ? "the column '\(column)' is asked for twice as \(first.name); keep one"
        : "the column '\(column)' is asked for as \(first.name) and as \(second.name); a column has one role, keep one"
    case .tooManyCells(let found, let expected):
      "\(counted(found, "cell")) where the header has \(expected); remove cells or quote text with commas"
    case .tooFewCells(let found, let expected):
      "\(counted(found, "cell")) where the header has \(expected); leave a missing cell empty, keep its comma"
    case .unclosedQuote: "a quoted cell begins here and never ends; close the quote"
    case .textAfterQuote:
      "text follows a closing quote; write a quote inside a quoted cell twice"
    case .missingColumn(let name, let found):
      "there is no column '\(name)'"
        + (nearestName(to: name, among: found).map { "; did you mean '\($0)'? The" } ?? "; the")
        + " header has \(found.joined(separator: ", "))"
    case .missingChannel(let name, let found):
      "no row is of the channel '\(name)'; the rows are of \(found.joined(separator: ", ")); correct the "
        + "channel's name, or add its rows"
    case .duplicateColumn(let name): "the column '\(name)' occurs twice; rename one"
    case .decimalsMixed(let text):
      "'\(text)' has a point, and other numbers have decimal commas; write one of them throughout, and nothing between thousands"
    case .separatedByBlanks:
      "the cells are separated by blanks; separate them by commas, semicolons or tabs"
    case .noChannels: "there is no column beside the times; add one for each channel"
    case .noneNamed(let found):
      "no column (\(found.joined(separator: ", "))) has a name that is wanted; rename one"
    case .notTrajectories:
      "holds no trajectories; make the file with Benchmarks/Hopper/make_hopper.py"
    case .unnamedColumn: "a column has no name; name every column in the header"
    case .notANumber(let text, let column) where text.isNumberWithComma:
      "'\(text)' in column '\(column)' is not a number; write it with a decimal point and nothing between thousands, or "
        + "separate the cells by semicolons"
    case .notANumber(let text, let column):
      "'\(text)' in column '\(column)' is not a number; write a number, or nothing if it is missing"
    case .notFinite(let text, let column):
      "'\(text)' in column '\(column)' is not a finite number; leave a missing cell empty"
    default: nil
    }
  }

  /// Of tables whose rows are points.
  private var pointsSentence: String? {
    switch self {
    case .tooFewRows(let found, let needed, let columns, let incomplete):
      counted(found, "complete row")
        + (incomplete > 0
          ? " (\(incomplete) \(incomplete == 1 ? "other has" : "others have") an empty cell)" : "")
        + " where \(columns) columns need \(needed); add rows, or take fewer columns with "
        + "--set data.columns='[\"name\"]'"
    case .headerOfNumbers:
      "the first line holds values and no names; put a line with the columns' names above it"
    case .textInTable(let text, let column, _):
      "'\(text)' in column '\(column)' is not a number; write a number, or nothing if it is missing"
    case .dependentColumn(let column):
      "the column '\(column)' follows from the columns before it, so that there is no density of "
        + "all of them; leave it out with --set data.columns"
    case .tooLarge(let column):
      "the values in column '\(column)' are too large; write it in a larger unit"
    default: nil
    }
  }

  private var seriesSentence: String? {
    switch self {
    case .missingTime: "the time is missing; every row needs one"
    case .notATime(let text):
      "'\(text)' is not a time; write a number or a date such as 2024-05-31 18:30"
    case .ambiguousDate(let text):
      "'\(text)' does not say whether the day or the month comes first; write dates as 2024-05-31"
    case .mixedTimes(let text):
      "'\(text)' mixes dates and numbers as times; use one of them in the whole file"
    case .timeGoesBackwards(let text, let id):
      "the time \(text)\(series(id)) is earlier than the one before; sort the rows by time"
        + (id.isEmpty
          ? "; if the file holds several series, name the column of their ids with --id" : "")
    case .clockGoesBack(let text, let id):
      "the time \(text)\(series(id)) is earlier than the one before, as when local clocks go back by an hour; "
        + "write the times with their offset (2024-10-27 02:30+01:00) or in UTC"
    case .duplicateTime(let text, let id):
      "the time \(text)\(series(id)) occurs twice; merge or remove one row"
    case .constantChannel(let channel, let value):
      "the channel '\(channel)' is \(value) throughout, there is nothing to learn; leave it out "
        + "(of series: --channels)"
    case .attributeVaries(let column, let id, let text, let before, let line):
      "'\(column)'\(series(id)) is '\(text)' here and '\(before)' in line \(line), where a series has one "
        + "value; correct one, or take a column that does not change within an id"
    case .tooManyTexts(let column, let found, let limit):
      "the column '\(column)' has \(found) different texts where at most \(limit) make sense; leave it out "
        + "(--statics with the columns to keep)"
    case .neverObserved(let channel):
      "the channel '\(channel)' has no value; leave it out"
    case .idComesAgain(let id, let text, let lastLine):
      "the id '\(id)' comes again after line \(lastLine), and its time goes back to \(text); give "
        + "the second series an id of its own, or sort the rows by id and time"
    case .tooFewPoints(let found, let needed):
      "\(counted(found, "usable point")) where \(needed) \(needed == 1 ? "is" : "are") needed; add measurements or "
        + "shorten the window"
    case .windowLongerThanData(let window, let span):
      "a window of \(shortText(window)) is longer than the data's \(shortText(span)); shorten the window "
        + "(of a training: --set windows.history=… --set windows.future=…)"
    case .partTooShort(let window, let span, let spacing):
      "the data span \(shortText(span)), and their validation or test part does not hold a whole window of "
        + "\(shortText(window)); \(Self.shortest(span: span, spacing: spacing))"
    default: nil
    }
  }

  /// What to write for windows that a short file can hold.
  private static func shortest(span: Double, spacing: Double) -> String {
    // A window of three spacings, and a row to spare at either end of a part.
    guard span >= 12 * spacing else {
      return "add measurements, it has too few for a training"
    }
    guard span < 60 * spacing else {
      return
        "shorten the window (--set windows.history=… --set windows.future=…), enlarge the parts "
        + "(--set windows.validation=0.3 --set windows.test=0.3), or add measurements"
    }
    return
      "write --set windows.history=\(shortText(2 * spacing)) --set windows.future=\(shortText(spacing)) "
      + "--set windows.validation=0.3 --set windows.test=0.3, or add measurements"
  }

  private func series(_ id: String) -> String { id.isEmpty ? "" : " of '\(id)'" }
}

extension String {
  /// Whether the text would be a number without its commas.
  var isNumberWithComma: Bool {
    contains(",") && Double(filter { $0 != "," && $0 != " " }) != nil
  }
}

extension DataError.ColumnRole {
  fileprivate var name: String {
    switch self {
    case .time: "the times (--time)"
    case .id: "the ids (--id)"
    case .channel: "a channel (--channels, --inputs)"
    case .attribute: "a value of whole series (--statics, --label)"
    }
  }
}

extension Console {
  /// What is odd about data, a line each.
  func warn(_ warnings: [String]) {
    for warning in warnings { note("warning: " + warning) }
  }

  func warn(_ warnings: [DataWarning]) { warn(warnings.map(\.sentence)) }
}
