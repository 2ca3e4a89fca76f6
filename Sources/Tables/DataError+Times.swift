extension DataError {
  /// A time that cannot be used.
  public enum TimeProblem: Hashable, Sendable, CustomStringConvertible {
    case missingTime
    case notATime(text: String)
    /// A date whose year is last and whose order of day and month is unknown.
    case ambiguousDate(text: String)
    /// Dates in one line, numbers in another.
    case mixedTimes(text: String)
    case timeGoesBackwards(text: String, id: String)
    /// A step back of at most an hour, as of local clocks in autumn.
    case clockGoesBack(text: String, id: String)
    case duplicateTime(text: String, id: String)
    /// An id occurs in two places, and the second begins before the first ends.
    case idComesAgain(id: String, text: String, lastLine: Int)

    /// What is wrong and how to fix it.
    public var description: String {
      switch self {
      case .missingTime: "the time is missing; every row needs one"
      case .notATime(let text):
        "'\(text)' is not a time; write a number or a date such as 2024-05-31 18:30"
      case .ambiguousDate(let text):
        "'\(text)' has an ambiguous order of day and month; write dates as 2024-05-31"
      case .mixedTimes(let text):
        "'\(text)' mixes dates and numbers as times; use one of them in the whole file"
      case .timeGoesBackwards(let text, let id):
        "the time \(text)\(Reason.series(id)) is earlier than the one before; sort the rows by time"
      case .clockGoesBack(let text, let id):
        "the time \(text)\(Reason.series(id)) is earlier than the one before, as when local clocks go back by an hour; "
          + "write the times with their offset (2024-10-27 02:30+01:00) or in UTC"
      case .duplicateTime(let text, let id):
        "the time \(text)\(Reason.series(id)) occurs twice; merge or remove one row"
      case .idComesAgain(let id, let text, let lastLine):
        "the id '\(id)' occurs again after line \(lastLine), and its time goes back to \(text); give "
          + "the second series another id, or sort the rows by id and time"
      }
    }
  }
}
