import NumericCore
import ArgumentParsing
import MechanisticModels

extension FitError {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .unknownName(let name, let suggestion):
      "'\(name)' is neither a parameter nor an initial value; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "initial values are written as in 'x(0)'")
    case .unknownColumn(let name, let suggestion):
      "'\(name)' is neither a state nor an intermediate; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "see the equations")
    case .unknownInput(let name, let suggestion):
      "'\(name)' is no input of the equations; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "write 'input \(name)' in them")
    case .tooFewMeasurements(let found, let unknowns):
      "\(counted(found, "measurement")) \(found == 1 ? "does" : "do") not determine \(counted(unknowns, "unknown")); fix some "
        + "with --fix"
    case .nothingToEstimate: "every value is fixed; leave one free"
    case .outOfRange(let name, let value, let lower, let upper):
      "\(name)=\(shortText(value)) is outside of the bounds \(shortText(lower))..\(shortText(upper)) of the "
        + "equations; choose a value within them"
    case .notPositive(let name, let time, let value):
      "'\(name)' is \(value) at time \(time), and lognormal errors want positive values; "
        + "remove it or choose --likelihood normal"
    case .inputWithoutSignal(let name):
      "the input '\(name)' has no values; give a column of that name, or write 'input \(name) = 0'"
    case .methodWithoutAdjoint(let name):
      "'\(name)' has no adjoint, which --search gradient wants; choose another search"
    case .jumpsWithoutAdjoint:
      "--search gradient has no adjoint of doses and events; choose another search"
    case .stiff(let method):
      "the equations are stiff, and '\(method)' cannot solve them over the data; "
        + "choose --method rodas5p"
    case .noSolution:
      "the equations have no solution over the data from any starting point; set others with --set"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .unknownName, .unknownColumn, .unknownInput, .nothingToEstimate, .methodWithoutAdjoint,
      .jumpsWithoutAdjoint,
      .outOfRange:
      .usage
    case .tooFewMeasurements, .notPositive, .inputWithoutSignal: .badData
    case .noSolution, .stiff: .failure
    }
  }
}
