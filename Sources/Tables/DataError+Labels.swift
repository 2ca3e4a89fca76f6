import NumericCore

extension DataError {
  /// Labels that cannot train a classifier.
  public enum LabelProblem: Hashable, Sendable, CustomStringConvertible {
    /// Every row of a table has an empty cell.
    case noCompleteRow
    /// Rows with an empty cell where every row must be complete.
    case incompleteRows(Int)
    /// A class column without features.
    case noFeatures
    /// The data, or the file of labels, have no column of this name.
    case noLabel(String)
    case labelNotWhole(text: String, column: String)
    /// Numbers in some rows and names in others.
    case labelsMixed(text: String, column: String)
    case oneClass(String)
    case tooManyClasses(found: Int, rows: Int)
    case tooFewLabelledRows(found: Int, needed: Int)
    /// A class with fewer series than the data have parts.
    case tooFewOfClass(String, found: Int, needed: Int)
    /// A second label for an id, whose first label is in the given line.
    case labelTwice(id: String, line: Int)
    /// A file of labels without any id of the data.
    case noIDInCommon(labels: [String], data: [String])
    /// Only one series, or no column of ids.
    case noIDs
    case unknownClass(String, known: [String])

    /// What is wrong and how to fix it.
    public var description: String {
      switch self {
      case .noCompleteRow: "every row has an empty cell; fill them in or leave the column out"
      case .incompleteRows(let count):
        "\(count) row\(count == 1 ? " has" : "s have") an empty cell in a column that the model reads; fill them in or "
          + "remove the rows"
      case .noFeatures: "there is only one column; a classifier needs at least one feature"
      case .noLabel(let name):
        "there is no label '\(name)'; add a column of this name, or a file with an id and a label in each row"
      case .labelNotWhole(let text, let column):
        "'\(text)' in the label column '\(column)' is not a whole number; classes are whole numbers or names"
      case .labelsMixed(let text, let column):
        "'\(text)' in the label column '\(column)' is a number where other rows have names; use one kind in all rows"
      case .oneClass(let name):
        "all are of the class '\(name)'; add data of another class, or use another label column"
      case .tooManyClasses(let found, let rows):
        "\(found) classes in \(rows) examples; the label column looks like a measurement, use another one"
      case .tooFewLabelledRows(let found, let needed):
        "\(found) complete rows where \(needed) are needed, more than features and 10 per class; add rows or leave columns out"
      case .tooFewOfClass(let name, let found, let needed):
        "\(found) series of the class '\(name)' where \(needed) are needed, one for each part of the data; add some or leave "
          + "the class out"
      case .labelTwice(let id, let line):
        "the id '\(id)' has another label in line \(line); remove one"
      case .noIDInCommon(let labels, let data):
        labels.isEmpty
          ? "no series has a label; fill in the label column"
          : "no id is one of the data's: labels are of \(labels.joined(separator: ", ")), the data have "
            + "\(data.joined(separator: ", ")); check the columns of ids"
      case .noIDs:
        "there is only one series, and classes are of whole series; name the column of ids"
      case .unknownClass(let name, let known):
        "the model has no class '\(name)'; its classes are \(known.joined(separator: ", "))"
      }
    }
  }
}
