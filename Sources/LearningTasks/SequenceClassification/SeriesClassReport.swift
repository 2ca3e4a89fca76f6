import Serialization
import NumericCore
import TimeSeries
import Reports
import Training

/// The report of a classifier of series.
struct SeriesClassReport {
  let outcome: TrainingOutcome<SequenceClassificationTask>

  private var evaluation: ClassifierEvaluation { outcome.evaluation.classifier }
  private var title: String { outcome.model.recipe.model.title }

  func report() -> Report {
    var report = Report(
      title: "Classes of series",
      subtitle:
        "\(title) on \(outcome.examples.source), tested on \(outcome.examples.test.count) series that "
        + "training never saw")
    report.section("Result", result)
    report.dataWarnings(outcome.task.warnings(about: outcome.examples))
    report.section("Which class is taken for which") {
      $0.confusion(of: evaluation, examples: "Series")
    }
    report.section("Series", examples)
    report.section("Training", training)
    report.section("Model and settings", settings)
    return report
  }

  private func result(_ section: inout ReportSection) {
    section.facts(
      [
        .init(
          "test accuracy", NumberText.fixed(evaluation.accuracy, 1) + " %",
          note: "± \(NumberText.fixed(evaluation.accuracyError, 1)) standard error")
      ]
        + outcome.evaluation.baselines.map {
          .init($0.name, NumberText.fixed($0.evaluation.accuracy, 1) + " %")
        } + (outcome.evaluation.flow.map { [$0.fact] } ?? []) + [
          .init("training", NumberText.fixed(outcome.seconds, 0) + " s")
        ])
    section.table(
      Table(
        ClassifierEvaluation.header, rows: outcome.tableRows.map { $0.map { .init($0) } },
        caption: "On the same test series. The baselines see what is known of the whole series too."
      ))
    for line in outcome.lines { section.text(line.withCapital + ".") }
    let all =
      [(title, evaluation)]
      + outcome.evaluation.baselines.dropFirst().map { ($0.name, $0.evaluation) }
    section.chart(
      .calibration(
        all.map { name, evaluation in
          // Few series need few bins, or each bin contains one or two.
          let bins = evaluation.reliability(bins: evaluation.rows < 300 ? 4 : 10)
          return (name, bins.map(\.confidence), bins.map(\.accuracy))
        }, caption: "Share of series that are right among those of about the same confidence."))
  }

  /// The first channels of one test series per class.
  private func examples(_ section: inout ReportSection) {
    let data = outcome.examples
    section.text(
      "The first test series of each class (six classes at most), in units of each channel's standard "
        + "deviation, and the prediction of the model.")
    for (number, name) in data.classes.enumerated().prefix(6) {
      guard let place = data.test.firstIndex(where: { data.labels[$0] == number }) else { continue }
      let one = data.series[data.test[place]].thinned(to: 2_000)
      let start = one.firstTime ?? 0
      let own = evaluation.probabilities[
        place * data.classes.count..<(place + 1) * data.classes.count]
      let best = own.indices.max { own[$0] < own[$1] } ?? own.startIndex
      let marks = one.channels.enumerated().prefix(4).flatMap { channel, name -> [Mark] in
        let (times, values) = one.observations(of: channel)
        let color = SeriesColor(rawValue: channel) ?? .first
        return [
          .line(name, x: times.map { $0 - start }, y: values, color: color),
          .points(name, x: times.map { $0 - start }, y: values, color: color),
        ]
      }
      section.chart(
        Chart(
          "'\(one.id)' is \(name)", x: Axis("time since its first row"),
          y: Axis("value", unit: "σ"),
          width: .half, height: 220,
          caption: "Taken for \(data.classes[best - own.startIndex]) with probability "
            + "\(NumberText.significant(own[best], 2)).", marks: marks))
    }
  }

  private func training(_ section: inout ReportSection) {
    let records = outcome.shownHistory
    let validated = records.filter { $0.validation != nil }
    section.chart(
      Chart(
        "Loss", x: Axis("step"), y: Axis("loss", unit: "nats"), width: .half,
        caption:
          "Cross entropy of the class, plus, with a small weight, the likelihood of each "
          + "row given the rows before it.",
        marks: [
          .line("training", x: records.map { Double($0.step) }, y: records.map(\.loss)),
          .line(
            "validation", x: validated.map { Double($0.step) },
            y: validated.map { $0.validation ?? .nan }, color: .second, emphasis: .strong),
        ]))
    section.chart(
      Chart(
        "Accuracy", x: Axis("step"), y: Axis("share that is right"), width: .half,
        marks: [
          .line(
            "training batches", x: records.map { Double($0.step) },
            y: records.map { $0.auxiliary("accuracy") ?? .nan }),
          .line(
            "validation", x: validated.map { Double($0.step) },
            y: validated.map { $0.validationAuxiliary.last?.value ?? .nan }, color: .second,
            emphasis: .strong),
        ]))
  }

  private func settings(_ section: inout ReportSection) {
    section.formula(
      .row(
        outcome.model.recipe.model.betweenRows, .name("h"), .sign("="), .call("GRU", .name("h, x")),
        .words(" at rows,  "),
        .name("p"), .sign("="), .call("softmax", .name("head(hₙ, mean h, c)"))))
    section.text(
      "The head reads the last state, the mean of the states, and what is known of the whole series ("
        + (outcome.examples.form.covariates.names.isEmpty
          ? "nothing here"
          : outcome.examples.form.covariates.names.joined(separator: ", "))
        + "). \(outcome.parameterCount) parameters; the model of the best validation is used.")
    section.code(outcome.model.recipe.json.text(indented: true))
  }
}
