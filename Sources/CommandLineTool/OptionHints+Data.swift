import ArgumentParsing
import LearningTasks
import NumericCore
import Reports
import Serialization
import Tables
import TimeSeries

extension DataError {
  /// The description with the option that helps.
  var message: String { description + reason.optionHint }

  /// The error for verbs without options for reading, which read files as a model was trained on them.
  var withoutOptions: ToolError { ToolError(description, code: exitCode) }

  /// A file that cannot be read is a missing input; everything else is bad data.
  var exitCode: ExitCode {
    switch reason {
    case .unreadable, .notBundled, .images(.noImageFiles): .noInput
    default: .badData
    }
  }
}

extension DataError.Reason {
  /// The option of the verbs `train` and `data` that helps, as the end of the message.
  fileprivate var optionHint: String {
    switch self {
    case .notANumber(let text, _) where text.isNumberWithComma: ""
    case .notANumber(let text, let column):
      " (for series also: --missing '\(text)', --id '\(column)' if it has the ids of series, or omit the column with "
        + "--channels)"
    case .notFinite(let text, _): " (for series also: --missing '\(text)')"
    case .twoRoles: " (see --time, --id, --channels, --inputs, --statics, --label)"
    case .times(.notATime): ", or name the column of times (--time) and that of ids (--id)"
    case .times(.ambiguousDate): ", or choose the order (--dates day-first or month-first)"
    case .times(.timeGoesBackwards(_, let id)):
      id.isEmpty ? "; if the file holds several series, name the column of their ids with --id" : ""
    case .times(.duplicateTime): ", or use the mean (--duplicates average)"
    case .neverObserved: " (--channels)"
    case .constantChannel: " (for series: --channels)"
    case .tooManyTexts: " (--statics with the other columns)"
    case .textInTable(_, let column, let columns):
      ", or choose columns of numbers: --set data.columns='"
        + "\(JSONValue(columns.filter { $0 != column }))'"
    case .tooFewRows: " (--set data.columns='[\"name\"]')"
    case .dependentColumn: " (--set data.columns)"
    case .windowLongerThanData: " (for a training: --set windows.history=… --set windows.future=…)"
    case .partTooShort(_, let span, let spacing): Self.shorterWindow(span: span, spacing: spacing)
    case .labels(.noLabel): " (--labels FILE)"
    case .labels(.labelNotWhole), .labels(.labelsMixed), .labels(.oneClass),
      .labels(.tooManyClasses):
      " (another column: --label NAME)"
    case .labels(.noIDInCommon), .labels(.noIDs): " (--id)"
    default: ""
    }
  }

  /// Settings with which a short file contains whole windows.
  private static func shorterWindow(span: Double, spacing: Double) -> String {
    // A window of three spacings, and an additional row at either end of a part.
    guard span >= 12 * spacing else { return " (the file is too short for a training)" }
    let parts = " --set windows.validation=0.3 --set windows.test=0.3)"
    guard span < 60 * spacing else {
      return " (--set windows.history=… --set windows.future=…" + parts
    }
    return
      " (--set windows.history=\(shortText(2 * spacing)) --set windows.future=\(shortText(spacing))"
      + parts
  }
}

extension Console {
  /// Prints warnings, one per line.
  func warn(_ warnings: [String]) {
    for warning in warnings { note("warning: " + warning) }
  }

  func warn(_ warnings: [DataWarning]) { warn(warnings.map(\.sentence)) }
}
