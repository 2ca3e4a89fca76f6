public import Reports
import MechanisticModels
import Serialization
import Tables
import Training

extension SubjectTask {
  /// Charts of experiments beyond these are left out.
  private static let chartLimit = 24

  public func report(of outcome: TrainingOutcome<SubjectTask>) -> Report {
    let evaluation = outcome.evaluation
    var report = Report(
      title: "Parameters of \(evaluation.subjects.count) experiments",
      subtitle: "GOKU-net of \(evaluation.law.system.name); data: \(evaluation.source)")
    let result = evaluation.result(run: "")
    report.section("Result") { section in
      for table in result.tables {
        section.table(Table(table.header, rows: table.rows.map { $0.map { .init($0) } }))
      }
      for line in result.lines { section.text(line.withCapital + ".") }
    }
    report.dataWarnings(warnings(about: outcome.examples))
    report.section("Parameters") { section in
      section.text("All experiments are in parameters.csv.")
      section.parameters(evaluation.parameters)
    }
    report.section("Data and curves") { section in
      let time = Axis("t", unit: outcome.examples.axis.unit?.rawValue ?? "")
      for curve in evaluation.curves.prefix(Self.chartLimit) {
        section.chart(curve.chart(time))
      }
      let left = evaluation.curves.count - Self.chartLimit
      if left > 0 { section.text("\(left) further curves are not shown.") }
    }
    report.section("Training") { section in
      let records = outcome.shownHistory
      section.chart(
        Chart(
          "Loss", x: Axis("step"), y: Axis("loss"),
          marks: [.line("training", x: records.map { Double($0.step) }, y: records.map(\.loss))]))
      section.text(
        "\(outcome.parameterCount) numbers are learned in \(outcome.steps) steps: \(recipe.steps) of the encoder, and "
          + "then those in which every experiment has a posterior of its own.")
    }
    report.section("Equations and settings") { section in
      section.code(evaluation.law.system.text)
      section.code(outcome.task.recipe.json.text(indented: true))
    }
    return report
  }
}
