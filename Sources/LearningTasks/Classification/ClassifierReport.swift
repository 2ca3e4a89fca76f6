import Reports
import Tables
package import NumericCore
import Training

extension ClassifierEvaluation {
  package static let header = [
    "model", "accuracy", "± s.e.", "NLL (nats)", "calibration error",
  ]

  /// A line of the table.
  package func cells(_ name: String) -> [String] {
    [
      name, NumberText.fixed(accuracy, 2) + " %", NumberText.fixed(accuracyError, 2),
      NumberText.fixed(negativeLogLikelihood, 4), NumberText.fixed(calibrationError, 4),
    ]
  }
}

extension ClassifierRun.Outcome {
  /// The model, itself with finer steps, and the baseline.
  package var tableRows: [[String]] {
    var rows = [evaluation.cells(file.recipe.modelName)]
    if let flow { rows.append(flow.finerCells) }
    return rows + [logistic.cells("logistic regression")]
  }

  /// What a reader should be told.
  package var lines: [String] {
    var lines: [String] = []
    if split.training.incompleteRows > 0 {
      lines.append("\(split.training.incompleteRows) rows with an empty cell were left out")
    }
    lines += flow?.lines(beside: evaluation) ?? []
    if logistic.accuracy >= evaluation.accuracy {
      lines.append("logistic regression is as good; the classes may be separable by planes")
    }
    return lines
  }

  /// Writes `report.html` and `evaluation.json`.
  package func writeReport(to directory: String) throws(FileError) {
    try ClassifierReport(outcome: self).report().write(
      to: directory + "/report.html", followsLinks: false)
    try Files.writeAtomically(
      json(run: directory).text(indented: true) + "\n", to: directory + "/evaluation.json",
      followsLinks: false)
  }

  /// `{"run", "model", "metrics": {…}, "baselines": {name: {…}}}`.
  package func json(run: String) -> JSONValue {
    [
      "run": .string(run), "model": .string(file.recipe.form.rawValue),
      "layers": .string(file.recipe.layers.rawValue),
      "augmentation": .string(file.recipe.augmentation.rawValue),
      "augmentedDimensions": file.recipe.furtherDimensions.map { JSONValue($0) } ?? .null,
      "metrics": evaluation.json, "finerSteps": flow?.finer.json ?? .null,
      "reconstructionError": flow.map { .number($0.reconstructionError) } ?? .null,
      "parameters": JSONValue(parameterCount), "trainingSeconds": .number(trainingSeconds),
      "steps": JSONValue(steps), "stepsPerEpoch": JSONValue(stepsPerEpoch),
      "trainingRows": JSONValue(split.training.count), "testRows": JSONValue(split.test.count),
      "baselines": ["logisticRegression": logistic.json],
    ]
  }
}

/// The report of a classifier.
struct ClassifierReport {
  let outcome: ClassifierRun.Outcome

  private var evaluation: ClassifierEvaluation { outcome.evaluation }

  func report() -> Report {
    let data = outcome.split.test
    let recipe = outcome.file.recipe
    let name = recipe.file?.split(separator: "/").last.map(String.init) ?? recipe.name
    var report = Report(
      title: "Classes of \(name)",
      subtitle: "\(outcome.file.recipe.modelName) on \(outcome.split.training.source), tested on "
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
        .init("logistic regression", NumberText.fixed(outcome.logistic.accuracy, 2) + " %"),
      ] + (outcome.flow.map { [$0.fact] } ?? []) + [
        .init("parameters", "\(outcome.parameterCount)"),
        .init("training", NumberText.fixed(outcome.trainingSeconds, 0) + " s"),
      ])
    section.table(
      Table(
        ClassifierEvaluation.header, rows: outcome.tableRows.map { $0.map { .init($0) } },
        caption: "On the same test rows. With finer steps a flow must give the same."))
    for line in outcome.lines { section.text(line.withCapital + ".") }
    let bins = evaluation.reliability()
    let other = outcome.logistic.reliability()
    section.chart(
      .calibration(
        [
          (
            outcome.file.recipe.modelName, bins.map(\.confidence), bins.map(\.accuracy)
          ),
          ("logistic regression", other.map(\.confidence), other.map(\.accuracy)),
        ],
        caption: "Share of rows that are right among those of about the same confidence."))
  }

  private func training(_ section: inout ReportSection) {
    let epochs = { (step: Int) in Double(step) / Double(max(outcome.stepsPerEpoch, 1)) }
    let validated = outcome.history.filter { $0.validation != nil }
    section.chart(
      Chart(
        "Loss", x: Axis("epoch"), y: Axis("cross-entropy (nats)"), width: .half,
        marks: [
          .line(
            "training batches", x: outcome.history.map { epochs($0.step) },
            y: outcome.history.map(\.loss), color: .muted),
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
    if let chart = Chart.evaluations(of: outcome.history) { section.chart(chart) }
  }

  private func settings(_ section: inout ReportSection) {
    section.text(outcome.file.recipe.formSentence)
    for formula in outcome.file.recipe.formulas { section.formula(formula) }
    section.code(outcome.file.recipe.json.text(indented: true))
  }
}

extension ClassifierEvaluation {
  /// The most probable class and all probabilities of each row, as CSV.
  package var csv: String { csv(ids: nil) }

  /// The same with the id of each row before it.
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
