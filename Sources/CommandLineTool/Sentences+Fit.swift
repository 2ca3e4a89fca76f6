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
    case .dataBeforeStart(let id, let time, let start):
      "a measurement at time \(shortText(time))" + (id.isEmpty ? "" : " of '\(id)'")
        + " lies before the start at \(shortText(start)); choose an earlier start with --from"
    case .predictionBeforeStart(let name, let time, let start):
      "the prediction of '\(name)' at \(shortText(time)) lies before the start at \(shortText(start)); predict later, or "
        + "choose an earlier start with --from"
    case .standardError(let name, let time, let value):
      "the standard error of '\(name)' is \(shortText(value)) at time \(shortText(time)), and it must be positive; "
        + "correct it, or leave its cell empty to have it estimated"
    case .notACount(let name, let time, let value):
      "'\(name)' is \(shortText(value)) at time \(shortText(time)), which is not a count; "
        + "counts are whole numbers from 0 on; choose --likelihood normal for other values"
    case .zeroCurve(let name, let time, let noise):
      "the curve of '\(name)' is 0 at time \(shortText(time)), where \(noise.rawValue) noise has no size; leave this value out, "
        + "or choose --likelihood normal or combined"
    case .allCensored(let name):
      "every value of '\(name)' is censored, so the size of its noise cannot be estimated; give it, as in "
        + "--observe '\(name) ~ normal(0.1)', or leave the column out"
    case .noSteadyStateInTime:
      "the equations depend on the time t, so they have no steady state to start from; leave --pre-equilibrate out"
    case .nothingToEstimate: "every value is fixed; leave one free"
    case .outOfRange(let name, let value, let lower, let upper):
      "\(name)=\(shortText(value)) is outside of the bounds \(shortText(lower))..\(shortText(upper)) of the "
        + "equations; choose a value within them"
    case .notPositive(let name, let time, let value):
      "'\(name)' is \(shortText(value)) at time \(shortText(time)), and lognormal noise needs positive values; "
        + "write it as censored if it is below a limit, as in <0.1, or choose --likelihood normal or combined"
    case .inputWithoutSignal(let name):
      "the input '\(name)' has no values; give a column of that name, or write 'input \(name) = 0'"
    case .methodWithoutAdjoint(let name):
      "'\(name)' has no adjoint, which --search gradient wants; choose another search"
    case .jumpsWithoutAdjoint:
      "--search gradient has no adjoint of doses and events; choose another search"
    case .stiff(let method):
      "the equations are stiff, and '\(method)' cannot solve them over the data; "
        + "choose --method rodas5p"
    case .tooManySteps(let count):
      "from every starting point the equations take more than \(count) steps over the data; start nearer to the data's time scale "
        + "with --set"
    case .noSolution:
      "the equations have no solution over the data from any starting point; set others with --set"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .unknownName, .unknownColumn, .unknownInput, .nothingToEstimate, .methodWithoutAdjoint,
      .jumpsWithoutAdjoint,
      .outOfRange, .dataBeforeStart, .predictionBeforeStart, .noSteadyStateInTime:
      .usage
    case .standardError, .zeroCurve, .notACount, .allCensored: .badData
    case .tooFewMeasurements, .notPositive, .inputWithoutSignal: .badData
    case .noSolution, .stiff, .tooManySteps: .failure
    }
  }
}
