import Platform
import Serialization
import NumericCore
import ArgumentParsing
import Integrators
import MechanisticModels
import Reports
import Tables
import TimeSeries

extension FitCommand {
  func run(_ console: Console) throws {
    let equations = try self.equations()
    let file = EquationFile(
      path: table.data, time: table.time, id: table.id, series: table.series, unit: table.unit,
      dates: table.dates, missing: table.missing?.names ?? [])
    var measured = try file.readFit(for: equations, try tableOptions())
    file.report(measured, to: console)
    if let conditions = runs.conditions {
      try measured.addConditions(
        from: conditions, for: equations, missing: table.missing?.names ?? [])
    }
    if let doses = runs.doses {
      let notes = try measured.addDoses(
        from: doses, for: equations, order: table.dates, isPart: table.series != nil)
      for note in notes { console.note("note: " + note) }
    }
    try add(inputsTo: &measured, equations, console)
    console.warn(measured.countDosesOnce(for: equations, from: runs.from))
    let fit = try self.fit(equations, to: measured.experiments)
    let result = try fit.run()
    let page = FitPrinter(fit, measured, result)
    page.print(to: console)
    try write(page)
    if !result.isTrustworthy {
      for finding in result.findings where finding.isFatal {
        console.note("error: \(finding.sentence)")
      }
      throw ExitCode.failure
    }
  }

  /// Writes the result and its report to the requested files.
  private func write(_ printer: FitPrinter) throws {
    if let out = output.out {
      let text = FitDocument(printer).json.text(indented: true) + "\n"
      try Files.writeAtomically(Array(text.utf8), to: out)
    }
    guard let path = output.report ?? output.out.map(Self.pageBeside) else { return }
    let page = FitPage(
      printer.fit, printer.result, source: table.data,
      timeUnit: printer.data.axis.unit?.rawValue ?? "",
      remarks: printer.sentences + printer.startSentences)
    try page.report().write(to: path)
  }

  /// `fit.json` has its report in `fit.html`.
  private static func pageBeside(_ path: String) -> String {
    path.hasSuffix(".json") ? path.dropLast(5) + ".html" : path + ".html"
  }

  /// The equations with the statements of `--observe`, `--predict` and `--prior`.
  private func equations() throws -> EquationSystem {
    let written = try SystemArgument.equations(system)
    let statements =
      model.observe.map { (option: "--observe", text: "observe \($0)") }
      + model.predict.map { (option: "--predict", text: "predict \($0)") }
      + model.prior.map { (option: "--prior", text: "prior \(Self.priorStatement($0))") }
    if statements.isEmpty { return written }
    let own = written.text.hasSuffix("\n") ? written.text : written.text + "\n"
    let text = own + statements.map(\.text).joined(separator: "\n") + "\n"
    do {
      return try EquationSystem(text, name: written.name)
    } catch {
      let first = own.split(separator: "\n", omittingEmptySubsequences: false).count
      let place = error.position.line - first
      guard statements.indices.contains(place) else { throw error }
      throw UsageError.combination(
        "\(statements[place].option): \(error.reason)", fix: "see 'Docs/Equations.md'")
    }
  }

  /// `k=normal(1, 0.2)` is `k ~ normal(1, 0.2)`.
  private static func priorStatement(_ text: String) -> String {
    guard !text.contains("~"), let sign = text.firstIndex(of: "=") else { return text }
    return text[..<sign] + " ~ " + text[text.index(after: sign)...]
  }

  private func tableOptions() throws(UsageError) -> FitTableOptions {
    var options = FitTableOptions()
    options.timeColumn = table.time
    options.idColumn = table.id
    options.channelColumn = table.channelColumn
    options.valueColumn = table.valueColumn
    options.series = table.series
    options.unit = table.unit ?? .hours
    options.dates = table.dates
    options.missing = table.missing?.names ?? []
    options.mapping = table.column.map { .init(column: $0.name, quantity: $0.value) }
    options.errorColumns = Dictionary(table.error.map { ($0.name, $0.value) }) { $1 }
    options.lowerLimits = try limits(table.lowerLimit, option: "--lower-limit")
    options.upperLimits = try limits(table.upperLimit, option: "--upper-limit")
    options.interpolation = runs.interpolation
    return options
  }

  private func limits(
    _ words: [String], option: String
  ) throws(UsageError) -> [String: Double] {
    var limits: [String: Double] = [:]
    for word in words {
      let assignment = Assignment(argument: word)
      guard let value = Double(argument: assignment?.value ?? word) else {
        throw .combination(
          "\(option): '\(word)' is not a limit",
          fix: "write a number, or a column and a number as in \(option) x=0.1")
      }
      limits[assignment?.name ?? ""] = value
    }
    return limits
  }

  // MARK: Experiments

  /// The inputs from a separate file, on the times of the data.
  private func add(
    inputsTo data: inout FitData, _ equations: EquationSystem, _ console: Console
  ) throws {
    var signals: [String: InputSignal] = [:]
    if let inputs = runs.inputs {
      let file = EquationFile(
        path: inputs, unit: data.axis.unit, dates: table.dates,
        missing: table.missing?.names ?? [], hasSeriesOptions: false)
      let others = try InputFile.read(file, for: equations)
      let shift = try others.shift(to: data.axis, of: data.source)
      file.report(others, to: console)
      signals = others.signals(for: equations, interpolation: runs.interpolation, shift: shift)
    }
    var remarks: [String] = []
    for place in data.experiments.experiments.indices {
      data.experiments.experiments[place].inputs.merge(signals) { $1 }
      let experiment = data.experiments.experiments[place]
      let times = experiment.measurements.map(\.time)
      guard let first = times.min(), let last = times.max() else { continue }
      for remark in InputFile.remarks(experiment.inputs, from: first, to: last, on: data.axis)
      where !remarks.contains(remark) {
        remarks.append(remark)
      }
    }
    for remark in remarks { console.note(remark) }
  }

  // MARK: The fit

  private func fit(
    _ equations: EquationSystem, to experiments: Experiments
  ) throws -> ParameterFit {
    var fit = ParameterFit(
      equations, to: experiments, noise: model.likelihood.noise,
      startValues: try numbers(model.set, option: "--set"),
      knownValues: try numbers(model.fix, option: "--fix"))
    for entry in model.bounds { fit.bounds[entry.name] = try range(entry) }
    fit.individual = Set(runs.perExperiment?.names ?? [])
    fit.startTime = runs.from
    fit.preEquilibrates = runs.preEquilibrate
    fit.method = try solvingMethod(for: equations)
    fit.search = searching.search.value
    fit.segments = searching.segments
    fit.profiles = output.intervals == .profile
    fit.draws = output.draws
    fit.networkPenalty = searching.networkPenalty
    let hasNetworks = equations.parameters.contains { $0.weightDeviation != nil }
    fit.starts = searching.starts ?? (hasNetworks ? 3 : 8)
    fit.key = RandomKey(UInt64(searching.seed))
    return fit
  }

  private func range(_ entry: Assignment) throws(UsageError) -> (lower: Double, upper: Double) {
    let text = entry.value
    let parts = Self.ends(of: text)
    let values = parts.map { parts in
      [
        parts.0.isEmpty ? -.infinity : Double(argument: parts.0),
        parts.1.isEmpty ? .infinity : Double(argument: parts.1),
      ]
    }
    guard let values, let lower = values[0], let upper = values[1], lower < upper else {
      throw .combination(
        "--bounds: '\(text)' is not a range",
        fix:
          "write one as in --bounds '\(entry.name)=0.1..10', or '\(entry.name)=0..' for one bound")
    }
    return (lower, upper)
  }

  /// The texts before and after the first `..`.
  private static func ends(of text: String) -> (String, String)? {
    var place = text.startIndex
    while place < text.endIndex {
      let next = text.index(after: place)
      if text[place] == ".", next < text.endIndex, text[next] == "." {
        return (String(text[..<place]), String(text[text.index(after: next)...]))
      }
      place = next
    }
    return nil
  }

  /// The chosen method, `nil` for the one that the equations need.
  private func solvingMethod(for equations: EquationSystem) throws(UsageError) -> ODEMethod? {
    guard let method = try searching.method.map(ODEMethod.argument) else { return nil }
    try SystemArgument.check(method, for: equations)
    guard method.isAdaptive else {
      throw .combination(
        "'\(method.name)' estimates no error, which a fit needs",
        fix: "choose another method, as in --method tsit5")
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
          fix: "write one as in \(option) '\(assignment.name)=1'")
      }
      values[assignment.name] = value
    }
    return values
  }
}
