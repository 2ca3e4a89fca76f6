import NumericCore
import Platform

extension DataError: CustomStringConvertible {
  /// `FILE:LINE: what is wrong; how to fix it`.
  public var description: String {
    "\(line.map { "\(source):\($0)" } ?? source): \(reason)"
  }
}

extension DataError.Reason: CustomStringConvertible {
  /// What is wrong and how to fix it, in terms of the data.
  public var description: String {
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
    case .twoRoles(let column, let first, let second): Self.twoRoles(column, first, second)
    case .tooManyCells(let found, let expected):
      "\(counted(found, "cell")) where the header has \(expected); remove cells or quote text with commas"
    case .tooFewCells(let found, let expected):
      "\(counted(found, "cell")) where the header has \(expected); leave a missing cell empty, keep its comma"
    case .unclosedQuote: "a quoted cell begins here and never ends; close the quote"
    case .textAfterQuote: "text follows a closing quote; write a quote inside a quoted cell twice"
    case .missingColumn(let name, let found):
      "there is no column '\(name)'"
        + (nearestName(to: name, among: found).map { "; did you mean '\($0)'? The" } ?? "; the")
        + " header has \(found.joined(separator: ", "))"
    case .missingChannel(let name, let found):
      "no row is of the channel '\(name)'; the rows are of \(found.joined(separator: ", ")); correct the "
        + "channel's name, or add its rows"
    case .duplicateColumn(let name): "the column '\(name)' occurs twice; rename one"
    case .unnamedColumn: "a column has no name; name every column in the header"
    case .notANumber(let text, let column) where text.isNumberWithComma:
      "'\(text)' in column '\(column)' is not a number; write it with a decimal point and nothing between thousands, or "
        + "separate the cells by semicolons"
    case .notANumber(let text, let column), .textInTable(let text, let column, _):
      "'\(text)' in column '\(column)' is not a number; write a number, or nothing if it is missing"
    case .notFinite(let text, let column):
      "'\(text)' in column '\(column)' is not a finite number; leave a missing cell empty"
    case .decimalsMixed(let text):
      "'\(text)' has a point, and other numbers have decimal commas; write one of them throughout, and nothing between thousands"
    case .separatedByBlanks:
      "the cells are separated by blanks; separate them by commas, semicolons or tabs"
    case .noneNamed(let found):
      "no column (\(found.joined(separator: ", "))) has one of the expected names; rename one"
    case .noChannels: "there is no column besides the times; add one for each channel"
    case .headerOfNumbers:
      "the first line has values and no names; put a line with the columns' names above it"
    case .tooFewRows(let found, let needed, let columns, let incomplete):
      counted(found, "complete row")
        + (incomplete > 0
          ? " (\(incomplete) \(incomplete == 1 ? "other has" : "others have") an empty cell)" : "")
        + " where \(columns) columns need \(needed); add rows, or use fewer columns"
    case .dependentColumn(let column):
      "the column '\(column)' follows from the columns before it, so that there is no density of all of them; leave it out"
    case .tooLarge(let column):
      "the values in column '\(column)' are too large; write it in a larger unit"
    case .notTrajectories:
      "the file has no trajectories; make it with Benchmarks/Hopper/make_hopper.py"
    case .times(let problem): problem.description
    case .labels(let problem): problem.description
    case .images(let problem): problem.description
    case .constantChannel(let channel, let value):
      "the channel '\(channel)' is \(value) throughout, so there is nothing to learn; leave it out"
    case .attributeVaries(let column, let id, let text, let before, let line):
      "'\(column)'\(Self.series(id)) is '\(text)' here and '\(before)' in line \(line), but a series has only one "
        + "value; correct one, or use a column that does not change within an id"
    case .tooManyTexts(let column, let found, let limit):
      "the column '\(column)' has \(found) distinct texts, and at most \(limit) can be encoded; leave it out"
    case .neverObserved(let channel): "the channel '\(channel)' has no value; leave it out"
    case .tooFewPoints(let found, let needed):
      "\(counted(found, "usable point")) where \(needed) \(needed == 1 ? "is" : "are") needed; add measurements or "
        + "shorten the window"
    case .windowLongerThanData(let window, let span):
      "a window of \(shortText(window)) is longer than the data's \(shortText(span)); shorten the window"
    case .partTooShort(let window, let span, _):
      "the data span \(shortText(span)), and their validation or test part does not contain a whole window of "
        + "\(shortText(window)); shorten the window, enlarge the parts, or add measurements"
    }
  }

  private static func twoRoles(
    _ column: String, _ first: DataError.ColumnRole, _ second: DataError.ColumnRole
  ) -> String {
    first == second
      ? "the column '\(column)' is requested twice as \(first.name); remove one"
      : "the column '\(column)' is requested as \(first.name) and as \(second.name); a column can have only one role"
  }

  static func series(_ id: String) -> String { id.isEmpty ? "" : " of '\(id)'" }
}

extension DataError.ColumnRole {
  fileprivate var name: String {
    switch self {
    case .time: "the time"
    case .id: "the id"
    case .channel: "a channel"
    case .attribute: "a value of whole series"
    }
  }
}

extension String {
  /// Whether the text is a number if commas and blanks are removed.
  package var isNumberWithComma: Bool {
    contains(",") && Double(filter { $0 != "," && $0 != " " }) != nil
  }
}
