import Integrators
public import Reports

/// What a report of a simulation shows: trajectories, phase portrait, inputs, events, step sizes and error.
public struct SimulationPage: Sendable {
  /// Something that happened at a time: an event, a dose, the end.
  public struct Moment: Hashable, Sendable {
    /// When it occurred.
    public var time: Double
    /// The text at the mark.
    public var label: String

    /// A marked time.
    public init(time: Double, label: String) {
      self.time = time
      self.label = label
    }
  }

  /// The solved equations.
  public var system: EquationSystem
  /// States on a fine grid of times, and the steps if the solver recorded them.
  public var solution: EquationSolution
  /// The intermediates at those times, `[time][intermediate]`.
  public var intermediates: [[Double]]
  /// The signals by the names of their inputs.
  public var inputs: [String: InputSignal]
  /// Times that are marked in the charts.
  public var moments: [Moment]
  /// The solution of the check on the same grid, and its verdict.
  public var finer: EquationSolution?
  /// The comparison with a finer solution; `nil` if there was none.
  public var check: SolutionCheck?
  /// The method and its settings, on one line.
  public var method: String

  /// A page of a solution.
  public init(
    _ system: EquationSystem, _ solution: EquationSolution, intermediates: [[Double]] = [],
    inputs: [String: InputSignal] = [:], method: String
  ) {
    self.system = system
    self.solution = solution
    self.intermediates = intermediates
    self.inputs = inputs
    self.method = method
    (moments, finer, check) = ([], nil, nil)
  }

  /// The page.
  public func report() -> Report {
    var report = Report(
      title: String(system.name.split(separator: "/").last ?? ""),
      subtitle: system.title.isEmpty ? "Simulation" : system.title)
    report.section("Result") { section in
      section.facts(facts)
      for chart in trajectories.prefix(Self.chartLimit) { section.chart(chart) }
      if trajectories.count > Self.chartLimit {
        section.text("The first \(Self.chartLimit) of \(trajectories.count) quantities.")
      }
      if let portrait { section.chart(portrait) }
    }
    if !inputs.isEmpty || !moments.isEmpty {
      report.section("Inputs and events") { section in
        for chart in inputCharts { section.chart(chart) }
        if !moments.isEmpty { section.table(momentTable) }
      }
    }
    let accuracy = (errorChart.map { [$0] } ?? []) + StepCharts(solution.steps).charts
    if !accuracy.isEmpty {
      report.section("Accuracy") { section in
        if let check { section.text(check.sentence(states: system.states.map(\.name))) }
        for chart in accuracy { section.chart(chart) }
      }
    }
    report.section("Equations") { $0.code(system.text) }
    return report
  }

  /// Charts of trajectories; a page does not grow with the number of states.
  private static let chartLimit = 40

  private static let colors: [SeriesColor] = [.first, .second, .third, .fourth, .fifth, .sixth]

  private var facts: [ReportSection.Fact] {
    let statistics = solution.statistics
    let span = [solution.times.first, solution.times.last].compactMap { $0 }
    return [
      .init("Status", solution.status.isCompleted ? "completed" : "ended early"),
      .init("Time", span.map { "\(Figure($0))" }.joined(separator: " to ")),
      .init("Method", method),
      .init(
        "Steps", "\(statistics.acceptedSteps)", note: "\(statistics.rejectedSteps) rejected"),
      .init("Evaluations", "\(statistics.evaluations)"),
    ]
  }

  private func column(_ rows: [[Double]], _ place: Int) -> [Double] { rows.map { $0[place] } }

  /// One chart for each state and intermediate.
  private var trajectories: [Chart] {
    let rules = moments.prefix(200).map {
      Mark(.verticalRule($0.time), color: .muted, emphasis: .faint)
    }
    func chart(_ name: String, _ note: String, _ values: [Double]) -> Chart {
      Chart(
        name, x: Axis("t"), y: Axis(name), width: .half, height: 220, caption: note,
        marks: rules + [.line(x: solution.times, y: values)])
    }
    let states = system.states.enumerated().map {
      chart($1.name, $1.note, column(solution.states, $0))
    }
    guard !intermediates.isEmpty else { return states }
    return states
      + system.intermediates.enumerated().map { chart($1.name, $1.note, column(intermediates, $0)) }
  }

  /// The first two states against each other.
  private var portrait: Chart? {
    guard system.states.count > 1 else { return nil }
    let (x, y) = (system.states[0].name, system.states[1].name)
    return Chart(
      "Phase portrait", x: Axis(x), y: Axis(y), width: .half, height: 260,
      marks: [.line(x: column(solution.states, 0), y: column(solution.states, 1))])
  }

  private var inputCharts: [Chart] {
    inputs.sorted { $0.key < $1.key }.map { name, signal in
      Chart(
        name, x: Axis("t"), y: Axis(name), width: .half, height: 200,
        marks: [.line(x: solution.times, y: solution.times.map { signal.value(at: $0) })])
    }
  }

  private var momentTable: Table {
    Table(
      ["event", "time"],
      rows: moments.prefix(100).map {
        [.init($0.label), .init("\($0.time)")]
      },
      caption: moments.count > 100 ? "The first 100 of \(moments.count)." : "")
  }

  /// The distance from the finer solution over time, for each state.
  private var errorChart: Chart? {
    guard let finer, finer.times.count > 1 else { return nil }
    let count = min(finer.times.count, solution.times.count)
    let marks = zip(system.states.indices, Self.colors).map { place, color in
      // A logarithmic axis has no zero.
      let errors = (0..<count)
        .map { (solution.states[$0][place] - finer.states[$0][place]).magnitude }
      let shown = (0..<count).filter { errors[$0] > 0 }
      return Mark.line(
        system.states[place].name, x: shown.map { solution.times[$0] },
        y: shown.map { errors[$0] }, color: color)
    }
    return Chart(
      "Error", x: Axis("t"), y: Axis("|y − y*|", scale: .logarithmic), width: .half, height: 240,
      caption: "Distance from a solution with a hundredth of the tolerance.", marks: marks)
  }
}

extension SolutionCheck {
  /// The verdict on one line.
  ///
  /// - Parameter states: names of the states.
  public func sentence(states: [String]) -> String {
    let finer = "a solve with a relative tolerance of \(Figure(finerTolerance))"
    if tolerances == .infinity && !finerStatus.isCompleted {
      return
        "\(finer) ends at time \(Figure(time)): the solution may be singular there"
    }
    let name = state < states.count ? states[state] : "a state"
    let distance = Figure((value - finerValue).magnitude)
    let place =
      "\(name) differs by \(distance) (\(Figure(tolerances)) tolerances) at time "
      + "\(Figure(time))"
    return isPassed
      ? "Compared with \(finer), \(place) at most." : "compared with \(finer), \(place)"
  }
}
