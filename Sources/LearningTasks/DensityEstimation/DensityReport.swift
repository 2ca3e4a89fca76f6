import Platform
import Serialization
import NumericCore
package import Reports
import ContinuousModels
import Integrators
import Transforms
import Tensors
import Training

/// The report of a density run.
package struct DensityReport {
  let outcome: TrainingOutcome<DensityTask>
  /// Other densities on the same split: name and test figure.
  var baselines: [(name: String, figure: Double)] = []

  package init(
    outcome: TrainingOutcome<DensityTask>, baselines: [(name: String, figure: Double)] = []
  ) {
    self.outcome = outcome
    self.baselines = baselines
  }

  private var columns: [String] { outcome.examples.training.columns }

  /// The page.
  func report() -> Report {
    var report = Report(
      title: outcome.model.recipe.file == nil ? "The density of the world's cities" : "Density",
      subtitle: "Continuous normalizing flow of \(outcome.examples.training.source), "
        + "tested on \(outcome.examples.test.count) rows that training never saw")
    let samples = outcome.model.samples(5000, seed: 1)
    report.section("Result", result)
    if columns.count == 2 { report.section("Density", density) }
    report.section("Marginals") { marginals(&$0, samples) }
    if columns.count > 2 { report.section("Pairs") { pairs(&$0, samples) } }
    report.section("Training", training)
    report.section("Model and settings", settings)
    return report
  }

  private func result(_ section: inout ReportSection) {
    let audit = outcome.evaluation.audit
    section.facts([
      .init("test NLL", NumberText.fixed(audit.fine, 3), note: "nats a row, finer solver"),
      .init("Gaussian", NumberText.fixed(outcome.evaluation.gaussian, 3), note: "full covariance"),
      .init("training", NumberText.fixed(outcome.seconds, 0) + " s"),
      .init(
        "round trip", NumberText.significant(audit.reconstructionError, 2),
        note: "largest error, in standard deviations"),
    ])
    var lines = [
      ("this flow", audit.fine), ("Gaussian, full covariance", outcome.evaluation.gaussian),
    ]
    lines += baselines.map { ($0.name, $0.figure) }
    let best = lines.map(\.1).min() ?? 0
    section.table(
      Table(
        ["density", "test NLL (nats)"],
        rows: lines.map {
          [.init($0.0), .init(NumberText.fixed($0.1, 3), isBest: $0.1 == best)]
        },
        caption:
          "Mean negative log-likelihood of the same test rows, in the units of the data. Lower "
          + "is better."))
    section.text(audit.sentence(of: "Audit"))
    if !outcome.examples.cautions.isEmpty {
      section.list(outcome.examples.cautions.map(\.sentence))
    }
  }

  private func density(_ section: inout ReportSection) {
    for chart in maps() { section.chart(chart) }
  }

  /// Learned density, data and samples of a table of two columns.
  package func maps() -> [Chart] {
    let grid = grid(isWorld: outcome.model.recipe.file == nil)
    let table = PointTable(source: "grid", columns: columns, values: grid.centers)
    let coarse = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 20))
    let logs = outcome.model.logDensities(of: table, solver: coarse)
    let top = logs.filter(\.isFinite).max() ?? 0
    let labels = (columns[0], columns[1])
    let counts = grid.counts(outcome.examples.training.values)
    return [
      DensityCharts.map(
        "Learned log-density", logs.map { max($0, top - 9) }, on: grid, labels: labels,
        width: .full, height: 460,
        caption: "Logarithm of the density, cut off 9 nats below its peak."),
      DensityCharts.map(
        "Data", counts.map { .logarithm(1 + $0) }, on: grid, labels: labels, width: .full,
        height: 460, caption: "Logarithm of 1 + the number of training rows in each cell."),
      DensityCharts.scatter(
        "Samples", outcome.model.samples(6000, seed: 2).values, x: grid.x, y: grid.y,
        labels: labels, width: .full, height: 460,
        caption: "6000 points drawn from the learned density."),
    ]
  }

  private func grid(isWorld: Bool) -> DensityCharts.Grid {
    if isWorld {
      return DensityCharts.Grid(x: -180...180, y: -60...80, columns: 300, rows: 140)
    }
    func range(_ column: Int) -> ClosedRange<Double> {
      let sorted = outcome.examples.training.column(column).sorted()
      let low = sorted[sorted.count / 200]
      let high = sorted[sorted.count - 1 - sorted.count / 200]
      let margin = 0.1 * (high - low)
      return low - margin...high + margin
    }
    return DensityCharts.Grid(x: range(0), y: range(1), columns: 120, rows: 120)
  }

  private func marginals(_ section: inout ReportSection, _ samples: PointTable) {
    for (place, name) in columns.enumerated().prefix(12) {
      let data = outcome.examples.training.column(place).sorted()
      let (low, high) = (data[data.count / 500], data[data.count - 1 - data.count / 500])
      let bins = 40
      func shares(_ values: [Double]) -> [Double] {
        var counts = [Double](repeating: 0, count: bins)
        for value in values where value >= low && value < high {
          counts[min(bins - 1, Int((value - low) / (high - low) * Double(bins)))] += 1
        }
        return counts.map { $0 / Double(max(values.count, 1)) }
      }
      let edges = (0...bins).map { low + (high - low) * Double($0) / Double(bins) }
      let centers = zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }
      section.chart(
        Chart(
          name, x: Axis(name), y: Axis("share"), width: .half, height: 200,
          marks: [
            Mark(
              .histogram(edges: edges, counts: shares(data)), name: "data", color: .muted),
            .line("samples", x: centers, y: shares(samples.column(place)), emphasis: .strong),
          ]))
    }
  }

  private func pairs(_ section: inout ReportSection, _ samples: PointTable) {
    let shown = Array(columns.indices.prefix(4))
    let rows = min(1500, outcome.examples.training.count)
    for i in shown {
      for j in shown where j > i {
        let (x, y) = (outcome.examples.training.column(i), outcome.examples.training.column(j))
        section.chart(
          Chart(
            "\(columns[i]) and \(columns[j])", x: Axis(columns[i]), y: Axis(columns[j]),
            width: .third, height: nil,
            marks: [
              .points(
                "data", x: Array(x.prefix(rows)), y: Array(y.prefix(rows)), color: .muted,
                emphasis: .faint),
              .points(
                "samples", x: Array(samples.column(i).prefix(rows)),
                y: Array(samples.column(j).prefix(rows)), emphasis: .faint),
            ]))
      }
    }
  }

  /// The terms of the loss in addition to the likelihood.
  private var penalties: String {
    let recipe = outcome.model.recipe
    let parts = [
      ("the path's kinetic energy", recipe.kinetic),
      ("the squared norm of the Jacobian along it", recipe.jacobian),
    ].filter { $0.1 != 0 }.map { "\(Figure($0.1)) times \($0.0)" }
    return parts.isEmpty ? "" : ", plus " + parts.joined(separator: " and ")
  }

  private func training(_ section: inout ReportSection) {
    section.chart(
      Chart(
        "Loss", x: Axis("step"), y: Axis("loss"),
        caption: outcome.model.recipe.method == .flowMatching
          ? "Mean squared error of the velocity: its floor is the spread of velocities at a point, not 0."
          : "Negative log-likelihood in nats, in units of standard deviations\(penalties).",
        marks: [
          .line(
            x: outcome.shownHistory.map { Double($0.step) }, y: outcome.shownHistory.map(\.loss))
        ]))
    if let chart = Chart.evaluations(of: outcome.shownHistory) { section.chart(chart) }
  }

  private func settings(_ section: inout ReportSection) {
    section.text(
      "The density of a row is that of the point of a normal distribution to which the flow of a "
        + "learned field carries it, times how much the flow compresses space on the way.")
    section.formula(
      .row(
        .call("log p", .name("x")), .sign("="),
        .call("log N", .row(.name("z"), .sign("("), .name("T"), .sign(")"))), .sign("+"),
        .sign("∫").limits(.number("0"), .name("T")), .name("tr"),
        .fraction(.row(.sign("∂"), .name("f")), .row(.sign("∂"), .name("z"))), .name("dt")))
    section.code(outcome.model.recipe.json.text(indented: true))
  }
}
