import NumericCore
import Tables
import ArgumentParsing
import MechanisticModels
import Integrators
import Tensors

/// `neural-ode solve`: integrates a system of equations.
struct SolveCommand: Command {
  static let page = CommandPage(
    verb: "solve", summary: "Solves a named system, or one written in a file.",
    discussion:
      "Start, end, initial values and parameters are those of the system ('neural-ode systems NAME' shows them) "
      + "unless they are given here. Steps adapt to --rtol and --atol; with --step they are equal. "
      + "Inputs follow the columns of --inputs that have their names, else they keep their default values. "
      + "A solve that fails writes what it has and exits with 1.",
    examples: [
      "solve lorenz --set rho=24 --to 5 --points 6",
      "solve lotka-volterra --initial 20,5 --at 0,1,2,5 --json",
      "solve forced.ode --inputs signal.csv",
      "solve two-compartments.ode --doses doses.csv --to 72",
      "solve robertson --method rodas5p --to 1e11",
      "solve mine.ode --method dopri5 --rtol 1e-10 --atol 1e-10 --report mine.html",
    ])

  @Argument(
    value: "system", help: "A name ('neural-ode systems' lists them), or a file of equations.")
  var system: String
  @Option(
    value: "name",
    help:
      "The method ('neural-ode methods' lists them); tsit5 unless given, rodas5p for stiff or algebraic equations."
  )
  var method: String?
  @Option(
    name: "rtol",
    help: "Relative tolerance of a step (1e-6 unless given, 1e-5 in single precision).")
  var relativeTolerance: Double?
  @Option(
    name: "atol",
    help:
      "Absolute tolerance of a step (unless given 1e-9, or less where a state stays below 1e-6).")
  var absoluteTolerance: Double?
  @Option(value: "size", help: "Equal steps of at most this size, instead of tolerances.")
  var step: Double?
  @Option(name: "max-steps", help: "The largest number of attempted steps.")
  var stepBudget = AdaptiveControl.defaultStepBudget
  @Option(value: "time", help: "Time of the initial state.") var from: Double?
  @Option(value: "time", help: "Last time; may lie before the first.") var to: Double?
  @Option(help: "Initial values in the order of the states.") var initial: NumberList?
  @Option(help: "Sets a parameter.") var set: [Assignment] = []
  @Option(value: "file", help: "CSV with the time and a column for each measured input.")
  var inputs: String?
  @Option(value: "file", help: "CSV of doses: TIME, AMT, RATE or DUR, CMT, II, ADDL, SS, EVID, ID.")
  var doses: String?
  @Option(value: "id", help: "The series of --doses, where the file has several.")
  var series: String?
  @Option(help: "The unit of t where the times of inputs or doses are dates; hours if not given.")
  var unit: TimeUnit?
  @Option(help: "The order of day and month in dates of inputs or doses such as 5/4/2024.")
  var dates: DateOrder?
  @Option(help: "What holds between two measured values of an input.")
  var interpolation = InputSignal.Interpolation.linear
  @Option(help: "Times at which the state is written.") var at: NumberList?
  @Option(help: "Number of evenly spaced times at which the state is written (11 unless given).")
  var points: Int?
  @Option(help: "Arithmetic of the state.") var scalar = Scalar.float64
  @Option(
    help:
      "Whether a solve with a tighter tolerance confirms the solution; auto: where that is cheap.")
  var check = Check.auto
  @Option(value: "file", help: "Writes a page with trajectories, inputs, step sizes and errors.")
  var report: String?

  enum Scalar: String, CaseIterable, ArgumentValue {
    case float32, float64
    var type: ScalarType { self == .float32 ? .float32 : .float64 }
  }

  func validate() throws(UsageError) {
    if at != nil && points != nil {
      throw .combination("--at and --points exclude each other", fix: "keep one of them")
    }
    if let points, points < 2 {
      throw .combination("--points is \(points)", fix: "write 2 or more")
    }
    if let points, points > 10_000_000 {
      throw .combination("--points is \(points)", fix: "write 10000000 at most")
    }
    if step != nil && (relativeTolerance ?? absoluteTolerance) != nil {
      throw .combination(
        "--step asks for equal steps, --rtol and --atol for adapted ones", fix: "keep one kind")
    }
    if let step, step <= 0 {
      throw .combination("--step is \(shortText(step))", fix: "write a positive size")
    }
    if let unit, inputs == nil, doses == nil {
      throw .combination(
        "--unit \(unit.rawValue) is of inputs or doses whose times are dates",
        fix: "give them with --inputs or --doses")
    }
    if series != nil && doses == nil {
      throw .combination("--series chooses a series of --doses", fix: "give --doses as well")
    }
    if stepBudget < 1 {
      throw .combination("--max-steps is \(stepBudget)", fix: "write a positive number")
    }
    for (name, value) in [("--rtol", relativeTolerance), ("--atol", absoluteTolerance)] {
      if let value, value < 0 {
        throw .combination("\(name) is \(shortText(value))", fix: "a tolerance is not negative")
      }
    }
    if relativeTolerance ?? 1 == 0 && absoluteTolerance ?? 1 == 0 {
      throw .combination("both tolerances are 0", fix: "make one of them positive")
    }
  }

  func run(_ console: Console) throws {
    let equations = try SystemArgument.equations(system)
    let solver = try self.solver(for: equations)
    let parameters = try SystemArgument.parameters(of: equations, setting: set)
    let file = inputs.map {
      EquationFile(path: $0, unit: unit, dates: dates, hasSeriesOptions: false)
    }
    let measured = try file.map { try InputFile.read($0, for: equations) }
    let signals = measured?.signals(for: equations, interpolation: interpolation) ?? [:]
    if let file, let measured {
      if doses == nil { try file.checkUnit(of: measured) }
      file.report(measured, to: console)
    }
    try checkInputs(of: equations, signals)
    let schedule = try self.schedule(for: equations, beside: measured?.axis, console)
    let axis = measured?.axis ?? schedule?.axis ?? .number
    let start = try initialState(of: equations, parameters)
    let times = try TimeChoice(self, equations).times()
    try checkDirection(times.all, equations, hasDoses: schedule != nil)
    try checkStepCount(over: abs(times.all[times.all.count - 1] - times.all[0]))
    for remark in InputFile.remarks(
      signals, from: times.all[0], to: times.all[times.all.count - 1], on: axis
    ) { console.note(remark) }
    let solve: Solve = { times, solver, scalar in
      equations.solution(
        from: start, at: times, parameters: parameters, inputs: signals,
        doses: schedule?.doses ?? DoseSchedule(), solver: solver, scalarType: scalar.type)
    }
    let (solution, resolving) = resolved(by: solver, solve, at: times.all)
    let verdict = checked(solution, by: resolving, solve, at: times.all)?.check
    let report = SolveReport(
      equations, solution, method: solver.method, check: verdict, axis: axis,
      writing: times.written)
    report.print(to: console)
    if let warning = verdict?.warning(states: equations.states.map(\.name)) {
      console.note(warning)
    }
    if let path = self.report {
      try writeReport(
        path, of: equations, over: times.all, by: resolving, (parameters, signals), solve)
    }
    if !solution.status.isCompleted {
      console.note("error: \(report.message)")
      throw ExitCode.failure
    }
  }

  /// The doses of `--doses` and the meaning of their times.
  private func schedule(
    for equations: EquationSystem, beside axis: TimeAxis?, _ console: Console
  ) throws -> (doses: DoseSchedule, axis: TimeAxis)? {
    guard let doses else { return nil }
    let dates = EventTable.Dates(unit: unit ?? .hours, order: self.dates, axis: axis)
    let found = try DoseData.schedule(doses, for: equations, series: series, dates: dates)
    if let unit, found.axis == .number {
      throw UsageError.combination(
        "--unit \(unit.rawValue): the times of \(doses) are no dates but numbers, which have their unit already",
        fix: "leave --unit out")
    }
    if unit == nil, axis == nil, let sentence = found.axis.sentence {
      console.note(
        "warning: \(doses): \(sentence); choose the unit with --unit, as in --unit days")
    }
    return found
  }

  private func solver(for equations: EquationSystem) throws(UsageError) -> ODESolver {
    let method = try method.map(ODEMethod.argument) ?? equations.defaultMethod
    try SystemArgument.check(method, for: equations)
    if let step { return ODESolver(method: method, control: .fixed(step)) }
    guard method.isAdaptive else {
      throw .combination(
        "'\(method.name)' estimates no error", fix: "give it equal steps, as in --step 0.01")
    }
    return ODESolver(
      method: method, control: .proportionalIntegral(try tolerance(), stepBudget: stepBudget))
  }

  /// Doses and events cannot be undone backwards in time.
  private func checkDirection(
    _ times: [Double], _ equations: EquationSystem, hasDoses: Bool
  ) throws(UsageError) {
    if times[times.count - 1] < times[0], hasDoses || equations.hasJumps {
      throw .combination(
        "doses and events go forward in time, and the span goes from \(shortText(times[0])) to "
          + "\(shortText(times[times.count - 1]))", fix: "change --from and --to")
    }
  }

  /// Equal steps are counted before they are computed.
  private func checkStepCount(over span: Double) throws(UsageError) {
    if let step, span / step > 1e9 {
      throw .combination(
        "--step \(shortText(step)) over \(shortText(span)) makes more than 1e9 steps",
        fix: "write a larger size")
    }
  }

  private func checkInputs(
    of equations: EquationSystem, _ signals: [String: InputSignal]
  ) throws(UsageError) {
    for input in equations.inputs where input.defaultValue == nil && signals[input.name] == nil {
      throw .combination(
        "\(equations.name) has the input '\(input.name)' without a value",
        fix: "give a column of that name with --inputs, or write 'input \(input.name) = 0'")
    }
  }

  private func initialState(
    of equations: EquationSystem, _ parameters: [Double]
  ) throws(UsageError) -> [Double] {
    let names = equations.states.map(\.name)
    if let values = initial?.values {
      guard values.count == names.count else {
        throw .combination(
          "--initial has \(values.count) values, \(equations.name) has \(names.count) states",
          fix: "write one for each of \(names.joined(separator: ", "))")
      }
      return values
    }
    if let missing = equations.states.first(where: { !$0.hasInitialValue }) {
      throw .combination(
        "\(equations.name) has no initial value of '\(missing.name)'",
        fix: "write '\(missing.name)(0) = …' in the equations, or give --initial")
    }
    return equations.initialState(parameters: parameters)
  }
}

/// The times that a solve covers and writes.
private struct TimeChoice {
  let command: SolveCommand
  let from: Double
  let to: Double

  init(_ command: SolveCommand, _ equations: EquationSystem) throws(UsageError) {
    self.command = command
    from = command.from ?? equations.span?.lowerBound ?? 0
    guard let to = command.to ?? command.at?.values.last ?? equations.span?.upperBound else {
      throw .combination(
        "\(equations.name) has no span", fix: "give --to, or write 'span = 0..10' in it")
    }
    guard (to - from).isFinite else {
      throw .combination(
        "the span from \(shortText(from)) to \(shortText(to)) is too long for the arithmetic",
        fix: "change --from or --to")
    }
    self.to = to
  }

  /// The times of the solve, beginning with the start, and which of them are written.
  func times() throws(UsageError) -> (all: [Double], written: Range<Int>) {
    guard let times = command.at?.values else {
      guard from != to else {
        throw .combination(
          "the span from \(from) to \(to) is empty", fix: "change --from or --to")
      }
      let count = command.points ?? 11
      return (TimeSpan(from: from, to: to).evenlySpaced(count), 0..<count)
    }
    let direction: Double = to < from ? -1 : 1
    for time in times where (time - from) * direction < 0 || (to - time) * direction < 0 {
      throw .combination(
        "--at: \(shortText(time)) is outside of the span from \(shortText(from)) to \(shortText(to))",
        fix: "change it, or --from and --to")
    }
    for (earlier, later) in zip(times, times.dropFirst()) where (later - earlier) * direction <= 0 {
      throw .combination(
        "--at: \(shortText(later)) follows \(shortText(earlier))",
        fix: "write the times in order, each once")
    }
    if times == [from] { return ([from, from], 0..<1) }
    return times.first == from
      ? (times, 0..<times.count) : ([from] + times, 1..<times.count + 1)
  }
}
