package import Reports

/// The report of a `reproduce`: claims, notes and pictures, experiment by experiment.
package enum ReproductionReport {
  /// The page of experiments with their figures.
  package static func report(
    _ experiments: [(experiment: any Experiment, reproduction: Reproduction)]
  ) -> Report {
    var report = Report(
      title: "Reproduction", subtitle: "The papers\u{2019} claims beside our figures")
    for (experiment, reproduction) in experiments {
      report.section(experiment.name) { section in
        section.text(experiment.summary)
        section.table(
          Table(
            Array(Reproduction.Verdict.columns.dropFirst()),
            rows: reproduction.verdicts.map { verdict in
              verdict.row.dropFirst().map { Table.Cell($0) }
            }))
        for chart in reproduction.charts { section.chart(chart) }
        if !reproduction.notes.isEmpty { section.list(reproduction.notes) }
      }
    }
    return report
  }
}
