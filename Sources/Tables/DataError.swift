public import Platform

/// Invalid data: where, and what is wrong.
public struct DataError: Error, Hashable, Sendable {
  /// The file's path, or the name of a bundled file.
  public let source: String
  /// The line in the file, from 1; `nil` if the error is not in one line.
  public let line: Int?
  /// The cell in the line, from 1; `nil` if the error is not in one cell.
  public let column: Int?
  /// What is wrong.
  public let reason: Reason

  /// An error in a file.
  public init(source: String, line: Int? = nil, column: Int? = nil, _ reason: Reason) {
    self.source = source
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// The role of a column in a file of series.
  public enum ColumnRole: String, Hashable, Sendable {
    case time, id, channel
    /// One value per series: a static covariate or a label.
    case attribute
  }

  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The file could not be read at all.
    case unreadable(FileError.Reason)
    case notBundled(names: [String])
    /// No bytes, or only blank lines.
    case empty
    /// A header without rows.
    case noRows
    /// A column requested in two roles, or twice in one.
    case twoRoles(column: String, ColumnRole, ColumnRole)
    case tooManyCells(found: Int, expected: Int)
    case tooFewCells(found: Int, expected: Int)
    /// A quoted cell that never ends; the line is that of its beginning.
    case unclosedQuote
    /// Text between a closing quote and the next separator.
    case textAfterQuote
    /// A cell with too many bytes for a measurement.
    case cellTooLong(limit: Int)
    case tooManyColumns(limit: Int)
    case notText
    case corruptGzip
    case truncatedGzip
    case missingColumn(String, found: [String])
    /// A name that occurs in no row of a long file.
    case missingChannel(String, found: [String])
    case duplicateColumn(String)
    case unnamedColumn
    case notANumber(text: String, column: String)
    /// A spelled-out not-a-number or infinity.
    case notFinite(text: String, column: String)
    /// A number with a point in a file whose other numbers have decimal commas.
    case decimalsMixed(text: String)
    /// One column whose name or cells contain blanks.
    case separatedByBlanks
    /// No column has one of the expected names.
    case noneNamed(found: [String])
    /// No column besides the time.
    case noChannels
    case constantChannel(String, value: Double)
    /// A column of one value per series has two values in a series, the first in the given line.
    case attributeVaries(column: String, id: String, text: String, before: String, line: Int)
    /// A static covariate with too many distinct texts.
    case tooManyTexts(column: String, found: Int, limit: Int)
    case neverObserved(channel: String)
    case tooFewPoints(found: Int, needed: Int)
    /// Too few complete rows of a table for its columns; `incomplete` others have an empty cell.
    case tooFewRows(found: Int, needed: Int, columns: Int, incomplete: Int)
    /// The first line has only numbers or dates.
    case headerOfNumbers
    /// A text in a table of numbers; `columns` are all columns.
    case textInTable(text: String, column: String, columns: [String])
    /// A column that the columns before it determine linearly.
    case dependentColumn(String)
    /// Values so large that their variance is not a number.
    case tooLarge(column: String)
    /// Not a file of trajectories.
    case notTrajectories
    case windowLongerThanData(window: Double, span: Double)
    /// A validation or test part that contains no whole window.
    case partTooShort(window: Double, span: Double, spacing: Double)
    /// A time that cannot be used.
    case times(TimeProblem)
    /// Labels that cannot train a classifier.
    case labels(LabelProblem)
    /// Images that cannot be read or used.
    case images(ImageProblem)
  }
}
