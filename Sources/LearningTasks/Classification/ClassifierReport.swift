import Serialization
import NumericCore
import Reports
import Tables
import Training

extension ClassifierEvaluation {
  package static let header = [
    "model", "accuracy", "± s.e.", "NLL (nats)", "calibration error",
  ]

  /// A row of the table.
  package func cells(_ name: String) -> [String] {
    [
      name, NumberText.fixed(accuracy, 2) + " %", NumberText.fixed(accuracyError, 2),
      NumberText.fixed(negativeLogLikelihood, 4), NumberText.fixed(calibrationError, 4),
    ]
  }
}

/// The report of a classifier.
struct ClassifierReport {
  let outcome: TrainingOutcome<ClassificationTask>

  private var evaluation: ClassifierEvaluation { outcome.evaluation.classifier }

  func report() -> Report {
    let data = outcome.examples.test
    let recipe = outcome.model.recipe
    let name = recipe.file?.split(separator: "/").last.map(String.init) ?? recipe.name
    var report = Report(
      title: "Classes of \(name)",
      subtitle:
        "\(outcome.model.recipe.modelName) on \(outcome.examples.training.source), tested on "
        + "\(data.count) rows that training never saw")
    report.section("Result", result)
    report.section("Which class is taken for which") {
      $0.confusion(of: evaluation, examples: "Rows")
    }
    report.section("Training", training)
    report.section("Model and settings", settings)
    return report
  }

  private func result(_ section: inout ReportSection) {
    section.facts(
      [
        .init(
          "test accuracy", NumberText.fixed(evaluation.accuracy, 2) + " %",
          note: "± \(NumberText.fixed(evaluation.accuracyError, 2)) standard error"),
        .init(
          "logistic regression", NumberText.fixed(outcome.evaluation.logistic.accuracy, 2) + " %"),
      ] + (outcome.evaluation.flow.map { [$0.fact] } ?? []) + [
        .init("parameters", "\(outcome.parameterCount)"),
        .init("training", NumberText.fixed(outcome.seconds, 0) + " s"),
      ])
    section.table(
      Table(
        ClassifierEvaluation.header, rows: outcome.tableRows.map { $0.map { .init($0) } },
        caption: "On the same test rows. With finer steps a flow must give the same."))
    for line in outcome.lines { section.text(line.withCapital + ".") }
    let bins = evaluation.reliability()
    let other = outcome.evaluation.logistic.reliability()
    section.chart(
      .calibration(
        [
          (
            outcome.model.recipe.modelName, bins.map(\.confidence), bins.map(\.accuracy)
          ),
          ("logistic regression", other.map(\.confidence), other.map(\.accuracy)),
        ],
        caption: "Share of rows that are right among those of about the same confidence."))
  }

  private func training(_ section: inout ReportSection) {
    let epochs = { (step: Int) in Double(step) / Double(max(outcome.stepsPerEpoch, 1)) }
    let validated = outcome.shownHistory.filter { $0.validation != nil }
    section.chart(
      Chart(
        "Loss", x: Axis("epoch"), y: Axis("cross-entropy (nats)"), width: .half,
        marks: [
          .line(
            "training batches", x: outcome.shownHistory.map { epochs($0.step) },
            y: outcome.shownHistory.map(\.loss), color: .muted),
          .line(
            "validation", x: validated.map { epochs($0.step) },
            y: validated.map { $0.validation ?? .nan }, emphasis: .strong),
        ]))
    section.chart(
      Chart(
        "Accuracy", x: Axis("epoch"), y: Axis("share that is right"), width: .half,
        marks: [
          .line(
            "validation", x: validated.map { epochs($0.step) },
            y: validated.map { $0.validationAuxiliary.first?.value ?? .nan }, emphasis: .strong)
        ]))
    if let chart = Chart.evaluations(of: outcome.shownHistory) { section.chart(chart) }
  }

  private func settings(_ section: inout ReportSection) {
    section.text(outcome.model.recipe.formSentence)
    for formula in outcome.model.recipe.formulas { section.formula(formula) }
    section.code(outcome.model.recipe.json.text(indented: true))
  }
}

extension ClassifierEvaluation {
  /// The most probable class and all probabilities of each row, as CSV.
  package var csv: String { csv(ids: nil) }

  /// The same, preceded by the id of each row.
  package func csv(ids: [String]?) -> String {
    let header = (ids == nil ? [] : ["id"]) + ["class"] + classes.map { "p_\($0)" }
    var text = header.map(csvCell).joined(separator: ",") + "\n"
    for row in 0..<rows {
      let own = probabilities[row * classes.count..<(row + 1) * classes.count]
      text +=
        ((ids.map { [csvCell($0[row])] } ?? []) + [
          isKnown(row) ? csvCell(classes[prediction(row).label]) : ""
        ]
        + own.map { csvCell(Float($0)) })
        .joined(separator: ",") + "\n"
    }
    return text
  }
}
