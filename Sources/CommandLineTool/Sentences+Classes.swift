import Tables
import ArgumentParsing
import LearningTasks
import Training

extension DataError.Reason {
  var labelSentence: String? {
    switch self {
    case .noCompleteRow: "every row has an empty cell; fill them in or leave the column out"
    case .incompleteRows(let count):
      "\(count) row\(count == 1 ? " has" : "s have") an empty cell in a column that the model reads; fill them in or "
        + "remove the rows"
    case .noFeatures: "there is one column; a class needs at least one more to be told from"
    case .labelNotWhole(let text, let column):
      "'\(text)' in the label column '\(column)' is not a whole number; classes are whole numbers or names "
        + "(another column: --label NAME)"
    case .labelsMixed(let text, let column):
      "'\(text)' in the label column '\(column)' is a number where other rows have names; use one kind in all rows "
        + "(another column: --label NAME)"
    case .oneClass(let name):
      "all are of the class '\(name)'; there is nothing to tell apart (another label column: --label NAME)"
    case .imagesOfOneClass(let name):
      "all images are of the class '\(name)', there is nothing to tell apart; take a folder with more classes"
    case .tooManyClasses(let found, let rows):
      "\(found) classes in \(rows) examples; the label column looks like a measurement (another one: --label NAME)"
    case .tooFewLabelledRows(let found, let needed):
      "\(found) complete rows where \(needed) are needed, more than features and 10 a class; add rows or leave columns out"
    case .tooFewOfClass(let name, let found, let needed):
      "\(found) series of the class '\(name)' where \(needed) are needed, one a part of the data; add some or leave "
        + "the class out"
    case .labelTwice(let id, let line):
      "the id '\(id)' has another label in line \(line); keep one"
    case .noIDInCommon(let labels, let data):
      labels.isEmpty
        ? "no series has a label; fill the label column in"
        : "no id is one of the data's: labels are of \(labels.joined(separator: ", ")), the data have "
          + "\(data.joined(separator: ", ")); check the columns of ids (--id)"
    case .noIDs:
      "there is one series, where classes tell series apart; name the column of ids (--id)"
    case .unknownClass(let name, let known):
      "the class '\(name)' is unknown to the model; it knows \(known.joined(separator: ", "))"
    default: nil
    }
  }

  var imageSentence: String? {
    switch self {
    case .notIDX: "is not an IDX file of unsigned bytes; download it again or convert it"
    case .imagesCutShort(let found, let expected):
      "has \(found) bytes where its head announces \(expected); the file is cut short or has a tail, copy it again"
    case .imagesTooLarge(let bytes, let limit):
      "the images take more than \(bytes) bytes, and \(limit) are free for them; take a part of the images"
    case .notImages(let axes):
      "has \(axes) axes where images have 3 or 4; are labels and images swapped?"
    case .noImages: "holds no image; take a file that holds some"
    case .imagesTooSmall(let found, let needed):
      "the images have \(found[0]) × \(found[1]) pixels where the network needs \(needed) × \(needed); enlarge them, or "
        + "write the pixels into a CSV table"
    case .labelCountDiffers(let labels, let images):
      "has \(labels) labels for \(images) images; take the two files of one data set"
    case .noImageFiles:
      "holds no train-images-idx3-ubyte and train-labels-idx1-ubyte (plain or .gz); name a folder that does, or fetch "
        + "one with `Scripts/fetch-fashion-mnist`"
    case .shapeDiffers(let found, let expected):
      "the rows are \(Self.rows(found)) where the model was trained on \(Self.rows(expected)); use data of the same kind"
    default: nil
    }
  }

  /// Rows of a shape, in words.
  private static func rows(_ shape: [Int]) -> String {
    shape.count == 3
      ? "images of \(shape[0]) × \(shape[1]) pixels, \(shape[2]) channel\(shape[2] == 1 ? "" : "s")"
      : "\(shape.map(String.init).joined(separator: " × ")) features"
  }
}
