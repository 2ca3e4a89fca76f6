import Experiments
import NumericCore

extension DataError {
  /// `file:line: what is wrong; what to do`.
  var sentence: String {
    let place = line.map { "\(source):\($0)" } ?? source
    return "\(place): \(reason.sentence)"
  }

  /// A file that cannot be read is a missing input; all else is bad data.
  var exitCode: ExitCode {
    switch reason {
    case .unreadable, .notBundled: .noInput
    default: .badData
    }
  }
}

extension DataError.Reason {
  fileprivate var sentence: String {
    fileSentence ?? tableSentence ?? pointsSentence ?? seriesSentence ?? labelSentence
      ?? imageSentence ?? "\(self)"
  }

  private var fileSentence: String? {
    switch self {
    case .unreadable(let reason): Sentence.what(reason)
    case .notBundled(let names):
      "no bundled file has this name; the names are \(names.joined(separator: ", "))"
    case .empty: "the file is empty; it needs a header line and rows below it"
    case .noRows: "there is a header and no row below it; add the measurements"
    case .notText: "is not UTF-8 text; save the file as UTF-8"
    case .corruptGzip: "the gzip data are damaged; copy the file again"
    case .truncatedGzip: "the gzip data end too soon; copy the file again"
    default: nil
    }
  }

  private var tableSentence: String? {
    switch self {
    case .tooManyCells(let found, let expected):
      "\(found) cells where the header has \(expected); remove cells or quote text with commas"
    case .tooFewCells(let found, let expected):
      "\(found) cells where the header has \(expected); leave a missing cell empty, keep its comma"
    case .unclosedQuote: "a quoted cell begins here and never ends; close the quote"
    case .textAfterQuote:
      "text follows a closing quote; write a quote inside a quoted cell twice"
    case .missingColumn(let name, let found):
      "there is no column '\(name)'; the header has \(found.joined(separator: ", "))"
    case .duplicateColumn(let name): "the column '\(name)' occurs twice; rename one"
    case .unnamedColumn: "a column has no name; name every column in the header"
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
      "\(found) complete rows\(incomplete > 0 ? " (\(incomplete) others have an empty cell)" : "")"
        + " where \(columns) columns need \(needed); add rows, or take fewer columns with "
        + "--set data.columns='[\"name\"]'"
    case .headerOfNumbers:
      "the first line is numbers; put a line with the columns' names above it"
    case .otherSeparator(let separator):
      "the cells are separated by '\(separator)'; separate them by commas"
    case .textInTable(let text, let column, let columns):
      "'\(text)' in column '\(column)' is not a number; write a number, nothing if it is missing, "
        + "or choose columns of numbers: --set data.columns='"
        + "\(JSONValue(columns.filter { $0 != column }))'"
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
    case .mixedTimes(let text):
      "'\(text)' mixes dates and numbers as times; use one of them in the whole file"
    case .timeGoesBackwards(let text, let id):
      "the time \(text)\(series(id)) is earlier than the one before; sort the rows by time"
    case .duplicateTime(let text, let id):
      "the time \(text)\(series(id)) occurs twice; merge or remove one row"
    case .constantChannel(let channel, let value):
      "the channel '\(channel)' is \(value) throughout; leave it out, there is nothing to learn"
    case .neverObserved(let channel):
      "the channel '\(channel)' has no value; leave it out"
    case .tooFewPoints(let found, let needed):
      "\(found) usable points where \(needed) are needed; add measurements or shorten the window"
    case .windowLongerThanData(let window, let span):
      "a window of \(window) is longer than the data's \(span); shorten the window"
    default: nil
    }
  }

  private func series(_ id: String) -> String { id.isEmpty ? "" : " of '\(id)'" }
}
