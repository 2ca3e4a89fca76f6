public import Platform

/// Data that are not as they should be: where, and what.
public struct DataError: Error, Hashable, Sendable {
  /// The file's path, or the name of a bundled file.
  public let source: String
  /// The line in the file, from 1, where one line is to blame.
  public let line: Int?
  /// The cell in the line, from 1, where one cell is to blame.
  public let column: Int?
  public let reason: Reason

  public init(source: String, line: Int? = nil, column: Int? = nil, _ reason: Reason) {
    self.source = source
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// What a column of a file of series can be.
  public enum ColumnRole: String, Hashable, Sendable {
    case time, id, channel
    /// One value a series: a static covariate or a label.
    case attribute
  }

  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The file could not be read at all.
    case unreadable(FileError.Reason)
    case notBundled(names: [String])
    /// No bytes, or no line that is not blank.
    case empty
    /// A header and nothing below it.
    case noRows
    /// A column that is asked for in two roles, or twice in one.
    case twoRoles(column: String, ColumnRole, ColumnRole)
    case tooManyCells(found: Int, expected: Int)
    case tooFewCells(found: Int, expected: Int)
    /// A quoted cell that never ends; the line is where it began.
    case unclosedQuote
    /// Text between a closing quote and the next separator.
    case textAfterQuote
    /// A cell of more bytes than any measurement has.
    case cellTooLong(limit: Int)
    case tooManyColumns(limit: Int)
    case notText
    case corruptGzip
    case truncatedGzip
    case missingColumn(String, found: [String])
    /// A name that stands in no row of a long file.
    case missingChannel(String, found: [String])
    case duplicateColumn(String)
    case unnamedColumn
    case notANumber(text: String, column: String)
    /// A not-a-number or infinity that is spelled out.
    case notFinite(text: String, column: String)
    case missingTime
    case notATime(text: String)
    /// A date whose year comes last, and which does not say whether the day or the month comes first.
    case ambiguousDate(text: String)
    /// Dates in one line, numbers in another.
    case mixedTimes(text: String)
    case timeGoesBackwards(text: String, id: String)
    /// A step back of at most an hour, as of local clocks in autumn.
    case clockGoesBack(text: String, id: String)
    case duplicateTime(text: String, id: String)
    /// An id stands in two places, and the second begins before the first ended.
    case idComesAgain(id: String, text: String, lastLine: Int)
    /// A number with a point in a file whose other numbers have decimal commas.
    case decimalsMixed(text: String)
    /// One column whose name holds blanks, or whose cells do.
    case separatedByBlanks
    /// Columns, none of which has one of the names that are wanted.
    case noneNamed(found: [String])
    /// No column beside the time.
    case noChannels
    case constantChannel(String, value: Double)
    /// A column that has one value a series has two in one, the first in the given line.
    case attributeVaries(column: String, id: String, text: String, before: String, line: Int)
    /// A static covariate of too many different texts.
    case tooManyTexts(column: String, found: Int, limit: Int)
    /// A class of fewer series than parts of the data.
    case tooFewOfClass(String, found: Int, needed: Int)
    /// A second label for an id, which has the first in the given line.
    case labelTwice(id: String, line: Int)
    /// A file of labels that holds none of the ids of the data.
    case noIDInCommon(labels: [String], data: [String])
    /// One series, or no column of ids, where classes tell series apart.
    case noIDs
    case neverObserved(channel: String)
    case tooFewPoints(found: Int, needed: Int)
    /// Complete rows of a table, too few for its columns; so many others have an empty cell.
    case tooFewRows(found: Int, needed: Int, columns: Int, incomplete: Int)
    /// The first line has nothing but numbers or dates.
    case headerOfNumbers
    /// A text in a table of numbers; the names are of all columns.
    case textInTable(text: String, column: String, columns: [String])
    /// A column that the columns before it determine linearly.
    case dependentColumn(String)
    /// Values so large that their variance is not a number.
    case tooLarge(column: String)
    /// Not a file of trajectories as an experiment wants it.
    case notTrajectories
    case windowLongerThanData(window: Double, span: Double)
    /// A part of the data for validation or test that holds no whole window.
    case partTooShort(window: Double, span: Double, spacing: Double)
    /// Every row of a table has an empty cell.
    case noCompleteRow
    /// Rows with an empty cell where every row must be whole.
    case incompleteRows(Int)
    /// One column alone: a class and nothing to tell it from.
    case noFeatures
    case labelNotWhole(text: String, column: String)
    /// Numbers in some rows and names in others.
    case labelsMixed(text: String, column: String)
    case oneClass(String)
    case imagesOfOneClass(String)
    case tooManyClasses(found: Int, rows: Int)
    case tooFewLabelledRows(found: Int, needed: Int)
    /// Not an array of bytes in the IDX format.
    case notIDX
    /// Bytes in the file, and bytes that its head announces.
    case imagesCutShort(found: Int, expected: Int)
    case notImages(axes: Int)
    /// Images that take more bytes than the process may use.
    case imagesTooLarge(bytes: Int, limit: Int)
    /// A head of an image file and nothing after it.
    case noImages
    /// Fewer rows or columns of pixels than the network's strides need.
    case imagesTooSmall(found: [Int], needed: Int)
    case labelCountDiffers(labels: Int, images: Int)
    /// A folder without the image and label files of a data set.
    case noImageFiles
    /// Rows of another width than the model was trained on.
    case shapeDiffers(found: [Int], expected: [Int])
    case unknownClass(String, known: [String])
  }
}
