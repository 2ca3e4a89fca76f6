import TimeSeries
import Tables
import ArgumentParsing
import MechanisticModels
import Integrators
import NumericCore

/// `neural-ode fit`: parameters and initial state of known equations, from data.
struct FitCommand: Command {
  static let page = CommandPage(
    verb: "fit", summary: "Estimates parameters and initial state of known equations from data.",
    discussion:
      "Columns of the data with the name of a state or an intermediate are fitted; --column maps others, and what "
      + "the equations do not name is ignored. Where times are dates, t counts hours from the first, or what --unit says. Every parameter "
      + "and initial value is estimated unless it is 'fixed' in the equations or given by --fix; an "
      + "initial value, that at the first time of the data, is named as in 'x(0)'. Intervals are of 95 %: by the "
      + "curvature at the best point (Laplace), and by the profile of the likelihood; '≤' and '≥' stand where the data bound a "
      + "value on one side only, 'open' where they do not bound it. Columns with the name of an input are "
      + "measured inputs, interpolated; those of --inputs have times of their own. A 'network(x, y)' in the "
      + "equations is fitted along with the parameters. A name of a bundled file "
      + "('neural-ode data' lists them) is data as well.",
    examples: [
      "fit lotka-volterra --data lynx_hare.csv --column hare=prey --column lynx=predator",
      "fit sir --data tristan.csv --column infected=i --column recovered=r --fix 'r(0)=0'",
      "fit mine.ode --data mine.csv --likelihood lognormal --json",
      "fit robertson --data kinetics.csv --likelihood lognormal --method rodas5p",
      "fit forced.ode --data cases.csv --inputs births.csv --search shooting",
    ])

  @Argument(
    value: "system", help: "A name ('neural-ode systems' lists them), or a file of equations.")
  var system: String
  @Option(value: "file", help: "CSV, wide or long; one series of it is fitted.") var data: String
  @Option(value: "id", help: "The id of the series, if the data hold several.") var series: String?
  @Option(value: "name", help: "The column of times.") var time: String?
  @Option(value: "name", help: "The column that tells series apart.") var id: String?
  @Option(help: "The unit of t, and of rates, where times are dates; hours if not given.")
  var unit: TimeUnit?
  @Option(help: "What comes first in dates such as 5/4/2024.") var dates: DateOrder?
  @Option(help: "Words that mean a missing value; an empty cell is one anyway.")
  var missing: NameList?
  @Option(
    value: "column=name",
    help: "A column of the data and the state or intermediate that it measures.")
  var column: [Assignment] = []
  @Option(value: "file", help: "CSV with a column for each measured input, at times of its own.")
  var inputs: String?
  @Option(help: "What holds between two measured values of an input.")
  var interpolation = InputSignal.Interpolation.linear
  @Option(
    help:
      "Growing stretches of the data, multiple shooting, or gradients by the adjoint; automatic: as the equations and the "
      + "agreement of the starts suggest.")
  var search = Search.automatic
  @Option(
    value: "name",
    help:
      "The method that solves the equations (see 'neural-ode methods'); tsit5 unless given, rodas5p if stiff or algebraic."
  )
  var method: String?
  @Option(
    value: "number", help: "Segments of multiple shooting; one for three times if not given.")
  var segments: Int?
  @Option(
    name: "network-penalty", value: "size",
    help: "What large weights of networks cost, relative to the spread of the data.")
  var networkPenalty = 1e-3
  @Option(help: "Intervals by the profile of the likelihood, or, faster, by its curvature alone.")
  var intervals = Intervals.profile
  @Option(help: "The distribution of the errors.") var likelihood = Likelihood.normal
  @Option(help: "Sets where the search for a value starts.") var set: [Assignment] = []
  @Option(help: "A known value, which is not estimated.") var fix: [Assignment] = []
  @Option(
    value: "number", help: "Number of starting points; 8, or 3 for networks, if not given.")
  var starts: Int?
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

  enum Intervals: String, CaseIterable, ArgumentValue {
    case profile, laplace
  }

  enum Search: String, CaseIterable, ArgumentValue {
    case automatic, growing, shooting, gradient

    var value: ParameterFit.Search {
      switch self {
      case .automatic: .automatic
      case .growing: .growing
      case .shooting: .shooting
      case .gradient: .gradient
      }
    }
  }

  func validate() throws(UsageError) {
    if let segments, segments < 2 {
      throw .combination("--segments is \(segments)", remedy: "write 2 or more")
    }
    if networkPenalty < 0 {
      throw .combination(
        "--network-penalty is \(shortText(networkPenalty))", remedy: "write 0 or more")
    }
    if let starts, starts < 1 {
      throw .combination("--starts is \(starts)", remedy: "write 1 or more")
    }
    if seed < 0 { throw .combination("--seed is \(seed)", remedy: "write a number from 0 on") }
    var known: Set<String> = []
    for name in (set + fix).map(\.name) where !known.insert(name).inserted {
      throw .combination("'\(name)' is given twice by --set and --fix", remedy: "keep one of them")
    }
  }

  func run(_ console: Console) throws {
    let equations = try SystemArgument.equations(system)
    let mapping = column.map {
      EquationData.ColumnMapping(column: $0.name, quantity: $0.value)
    }
    let file = EquationFile(
      path: data, time: time, id: id, series: series, unit: unit, dates: dates,
      missing: missing?.names ?? [])
    let measured = try file.read(
      columns: EquationData.columns(for: equations, mapping: mapping)
    ) { EquationData.nothingMeasured(data, $0, equations, mapping) }
    try file.checkUnit(of: measured)
    file.report(measured, to: console)
    let measurements = try measured.measurements(for: equations, mapping: mapping)
    let signals = try self.signals(for: equations, beside: measured, mapping, console)
    var fit = ParameterFit(
      equations, to: measurements, likelihood: likelihood.value,
      startValues: try numbers(set, option: "--set"),
      knownValues: try numbers(fix, option: "--fix"), inputs: signals)
    fit.method = try solvingMethod(for: equations)
    fit.search = search.value
    fit.segments = segments
    fit.profiles = intervals == .profile
    fit.networkPenalty = networkPenalty
    let hasNetworks = equations.parameters.contains { $0.weightDeviation != nil }
    fit.starts = starts ?? (hasNetworks ? 3 : 8)
    fit.key = RandomKey(UInt64(seed))
    let result = try fit.run()
    FitReport(equations, measured, measurements, result, likelihood: likelihood.rawValue)
      .print(to: console)
    if !result.hasConverged {
      console.note("error: the search did not converge; set other starting values with --set")
      throw ExitCode.failure
    }
  }

  /// The inputs, from the data and from a file of their own, on the times of the data.
  private func signals(
    for equations: EquationSystem, beside data: EquationData,
    _ mapping: [EquationData.ColumnMapping], _ console: Console
  ) throws -> [String: InputSignal] {
    let series = data.series
    var signals = data.signals(for: equations, mapping: mapping, interpolation: interpolation)
    if let inputs {
      let file = EquationFile(
        path: inputs, unit: data.axis.unit, dates: dates, missing: missing?.names ?? [],
        hasSeriesOptions: false)
      let others = try InputFile.read(file, for: equations)
      let shift = try others.shift(to: data)
      file.report(others, to: console)
      signals.merge(
        others.signals(for: equations, interpolation: interpolation, shift: shift)
      ) { $1 }
    }
    for remark in InputFile.remarks(
      signals, from: series.times[0], to: series.times[series.count - 1], on: data.axis)
    { console.note(remark) }
    return signals
  }

  private func solvingMethod(for equations: EquationSystem) throws(UsageError) -> ODEMethod {
    let method = try method.map(ODEMethod.argument) ?? equations.defaultMethod
    try SystemArgument.check(method, for: equations)
    guard method.isAdaptive else {
      throw .combination(
        "'\(method.name)' estimates no error, which a fit wants",
        remedy: "choose another method, as in --method tsit5")
    }
    return method
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
