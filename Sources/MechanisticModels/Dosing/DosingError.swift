/// What is wrong with a table of doses, where, and how to fix it.
public struct DosingError: Error, Equatable, Sendable {
  /// The name of the file.
  public var source: String
  /// The line in the file, from 1.
  public var line: Int
  /// What is wrong.
  public var reason: Reason

  package init(source: String, line: Int, reason: Reason) {
    self.source = source
    self.line = line
    self.reason = reason
  }

  /// The kinds of mistakes.
  public enum Reason: Equatable, Sendable {
    case missingColumn(String)
    case columnTwice(String)
    case notANumber(String, column: String)
    case missingValue(column: String)
    case negative(Double, column: String)
    /// `RATE` of −1 or −2, or any other negative one.
    case modelledRate(Double)
    case rateAndDuration
    case additionalWithoutInterval
    case steadyStateWithoutInterval
    /// `SS` is none of 0, 1, 2.
    case steadyState(Double)
    /// A constant infusion at steady state: a rate without an amount.
    case rateWithoutAmount
    /// `EVID` is none of 0 … 4.
    case event(Double)
    case compartmentNumber(Double, count: Int)
    case compartmentName(String, suggestion: String?)
    case noDose
    /// A time that is no number, or no date where the others are dates.
    case notATime(String, isDated: Bool)
    /// A date whose first number may be the day or the month.
    case ambiguousDate(String)
    /// The times of the table are numbers and those of the inputs dates, or the other way round.
    case otherKindOfTimes(String, areNumbers: Bool)
    /// A dose into a state that an algebraic equation determines.
    case algebraicCompartment(String)
  }
}

extension DosingError: CustomStringConvertible {
  /// `source:line: what is wrong; how to fix it`.
  public var description: String { "\(source):\(line): \(reason)" }
}

extension DosingError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingColumn(let name): "there is no column \(name); add it"
    case .columnTwice(let name): "the column \(name) occurs twice; remove one"
    case .notANumber(let text, let column):
      "'\(text)' in column \(column) is not a number; write a number, or '.' where there is none"
    case .missingValue(let column): "the column \(column) is empty in this row; write a number"
    case .negative(let value, let column):
      "\(column) is \(value); write a number that is not negative"
    case .modelledRate(let rate):
      "RATE is \(rate), a rate or duration that the model computes; write the rate, or DUR"
    case .rateAndDuration: "RATE and DUR are both given; keep one of them"
    case .additionalWithoutInterval: "ADDL has no interval; write the time between doses in II"
    case .steadyStateWithoutInterval: "SS has no interval; write the time between doses in II"
    case .steadyState(let value): "SS is \(value); write 0, 1 (replaces the state) or 2 (is added)"
    case .rateWithoutAmount:
      "RATE is given without AMT; write the amount (a constant infusion at steady state is not supported)"
    case .event(let value):
      "EVID is \(value); write 0 (observation), 1 (dose), 2 (other), 3 (reset) or 4 (reset and dose)"
    case .compartmentNumber(let number, let count):
      "CMT is \(number), and there are \(count) states; write a number from 1 to \(count) or a state's name"
    case .compartmentName(let name, let suggestion):
      "CMT is '\(name)', which is no state; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "write a state's name or number")
    case .notATime(let text, let isDated):
      isDated
        ? "'\(text)' is not a date; write all times as dates, as in 2024-05-31 18:30"
        : "TIME is '\(text)'; write a finite number"
    case .ambiguousDate(let text):
      "'\(text)' may begin with the day or the month; write it as in 2024-05-31"
    case .otherKindOfTimes(let text, let areNumbers):
      areNumbers
        ? "TIME is the number \(text), and the times of the inputs are dates; write both in one way"
        : "TIME is the date '\(text)', and the times of the inputs are numbers; write both in one way"
    case .algebraicCompartment(let name):
      "CMT is '\(name)', which an algebraic equation determines; choose a state that has a derivative"
    case .noDose: "there is no dose in the file; give AMT in the rows of doses"
    }
  }
}
