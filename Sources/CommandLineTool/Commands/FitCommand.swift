import ContinuousModels
import Experiments
import NumericCore

/// `neural-ode fit`: parameters and initial state of known equations, from data.
struct FitCommand: Command {
  static let page = CommandPage(
    verb: "fit", summary: "Estimates parameters and initial state of known equations from data.",
    discussion:
      "Columns of the data with the name of a state or an intermediate are fitted; --column maps others. Every parameter "
      + "and initial value is estimated unless it is 'fixed' in the equations or given by --fix; an "
      + "initial value, that at the first time of the data, is named as in 'x(0)'. Intervals are of 95 %: by the "
      + "curvature at the best point (Laplace), and by the profile of the likelihood. A name of a bundled file "
      + "('neural-ode data' lists them) is data as well.",
    examples: [
      "fit lotka-volterra --data lynx_hare.csv --column hare=prey --column lynx=predator",
      "fit sir --data tristan.csv --column infected=i --column recovered=r --fix 'r(0)=0'",
      "fit mine.ode --data mine.csv --likelihood lognormal --json",
    ])

  @Argument(
    value: "system", help: "A name ('neural-ode systems' lists them), or a file of equations.")
  var system: String
  @Option(value: "file", help: "CSV, wide or long, of one series.") var data: String
  @Option(
    value: "column=name",
    help: "A column of the data and the state or intermediate that it measures.")
  var column: [Assignment] = []
  @Option(help: "The distribution of the errors.") var likelihood = Likelihood.normal
  @Option(help: "Sets where the search for a value starts.") var set: [Assignment] = []
  @Option(help: "A known value, which is not estimated.") var fix: [Assignment] = []
  @Option(help: "Number of starting points.") var starts = 8
  @Option(value: "number", help: "Seed of the starting points.") var seed = 0

  enum Likelihood: String, CaseIterable, ArgumentValue {
    case normal, lognormal, robust

    var value: ParameterFit.Likelihood {
      switch self {
      case .normal: .normal
      case .lognormal: .lognormal
      case .robust: .robust
      }
    }
  }

  func validate() throws(UsageError) {
    if starts < 1 { throw .combination("--starts is \(starts)", remedy: "write 1 or more") }
    if seed < 0 { throw .combination("--seed is \(seed)", remedy: "write a number from 0 on") }
  }

  func run(_ console: Console) throws {
    let equations = try SystemArgument.equations(system)
    let series = try FitData.series(data)
    let measurements = try FitData(series, equations, source: data, mapping: column).measurements()
    var fit = ParameterFit(
      equations, to: measurements, likelihood: likelihood.value,
      startValues: try numbers(set, option: "--set"),
      knownValues: try numbers(fix, option: "--fix"))
    fit.starts = starts
    fit.key = RandomKey(UInt64(seed))
    let result = try fit.run()
    FitReport(equations, measurements, result, likelihood: likelihood.rawValue).print(to: console)
    if !result.hasConverged {
      console.note("error: the search did not converge; set other starting values with --set")
      throw ExitCode.failure
    }
  }

  private func numbers(
    _ assignments: [Assignment], option: String
  ) throws(UsageError) -> [String: Double] {
    var values: [String: Double] = [:]
    for assignment in assignments {
      guard let value = Double(argument: assignment.value) else {
        throw .combination(
          "\(option): '\(assignment.value)' is not a number",
          remedy: "write one as in \(option) '\(assignment.name)=1'")
      }
      values[assignment.name] = value
    }
    return values
  }
}
