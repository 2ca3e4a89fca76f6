import NumericCore
import Reports

// The quality of the forecasts.
extension ForecastReport {
  func result(_ section: inout ReportSection) {
    // For several channels the longest horizon of each, for one channel every horizon.
    let lines =
      isSingle
      ? evaluation.horizons
      : data.channels.compactMap { name in
        evaluation.horizons.last { $0.channel == name }
      }
    var facts: [ReportSection.Fact] = lines.map { line in
      let name = "RMSE" + (isSingle ? "" : " of \(line.channel)") + " at " + duration(line.length)
      let others = line.baselines.map {
        "\($0.name) \(ForecastEvaluation.error($0.forecasts.rootMeanSquaredError))"
      }
      return .init(
        name, ForecastEvaluation.error(line.score.rootMeanSquaredError),
        note: others.joined(separator: ", "))
    }
    facts.append(
      .init(
        "training", NumberText.fixed(outcome.seconds, 0) + " s",
        note: "\(outcome.steps) steps"))
    section.facts(Array(facts.suffix(6)))
    if isSingle {
      figures(&section)
    } else {
      section.table(
        errors(
          evaluation.horizons, "horizon",
          caption:
            "RMSE of the forecasts of the same test windows, in each channel's unit; the best of each row is "
            + "marked. Below, under All figures, with intervals and more."))
      if !evaluation.gaps.isEmpty {
        section.table(
          errors(evaluation.gaps, "gap", caption: "RMSE of the same hidden readings."))
      }
    }
    section.text(
      "Comparisons that a baseline wins come first: " + evaluation.balance
        + ". A difference counts if its "
        + "90 % interval, from a bootstrap of blocks of overlapping windows, does not contain 0.")
    // Several channels have too many rows to read them all.
    section.list(
      evaluation.verdicts(
        unit: data.unitName, of: isSingle ? [.worse, .undecided, .better] : [.worse]))
    if let check = evaluation.solverCheck { section.text(check.sentence.withCapital + ".") }
  }

  /// All figures of every forecaster.
  func figures(_ section: inout ReportSection) {
    section.table(
      table(
        evaluation.horizons, "horizon",
        caption:
          "Forecasts of the same test windows by all. RMSE, its 90 % interval by bootstrap and MAE in the data's "
          + "unit, the negative log likelihood (NLL) in nats per forecast; the best of each column "
          + "is marked. Baselines are fitted to the training part. The bands of last value and "
          + "linear autoregression come from their training residuals, those of the others from their "
          + "errors in the validation part."))
    if evaluation.gaps.isEmpty {
      section.text("No gap of the requested lengths fits into the test part.")
    } else {
      section.table(
        table(
          evaluation.gaps, "gap",
          caption:
            "Imputation of hidden observations, the same for all models, with observations on both "
            + "sides."))
    }
  }

  /// A row for each channel and length, a column for each forecaster.
  private func errors(
    _ lines: [ForecastEvaluation.Line], _ kind: String, caption: String
  ) -> Table {
    // Channels may have different baselines.
    var names = [evaluation.modelName]
    for name in lines.flatMap({ $0.baselines.map(\.name) }) where !names.contains(name) {
      names.append(name)
    }
    return Table(
      ["channel", kind] + names,
      rows: lines.map { line in
        let all = [(name: evaluation.modelName, forecasts: line.model)] + line.baselines
        let errors = Dictionary(
          all.map { ($0.name, $0.forecasts.rootMeanSquaredError) }, uniquingKeysWith: { $1 })
        let least = errors.values.min()
        return [.init(line.channel), .init(duration(line.length))]
          + names.map { name in
            errors[name].map { .init(ForecastEvaluation.error($0), isBest: $0 == least) }
              ?? .init("–")
          }
      }, caption: caption)
  }

  private func table(
    _ lines: [ForecastEvaluation.Line], _ kind: String, caption: String
  ) -> Table {
    var rows: [[Table.Cell]] = []
    for line in lines {
      let all = [(name: evaluation.modelName, forecasts: line.model)] + line.baselines
      let intervals = line.intervals
      let scores = all.map { ForecastScore($0.forecasts) }
      func best(_ path: (ForecastScore) -> Double) -> Double { scores.map(path).min() ?? 0 }
      for (place, (forecaster, score)) in zip(all, scores).enumerated() {
        func cell(_ path: (ForecastScore) -> Double, _ decimals: Int) -> Table.Cell {
          Table.Cell(
            decimals == 3
              ? NumberText.fixed(path(score), 3) : ForecastEvaluation.error(path(score)),
            isBest: path(score) == best(path))
        }
        rows.append([
          Table.Cell(line.channel), Table.Cell(duration(line.length)),
          Table.Cell(forecaster.name), cell(\.rootMeanSquaredError, 2),
          Table.Cell(
            intervals.isEmpty
              ? "–"
              : ForecastEvaluation.error(intervals[place].lowerBound) + " to "
                + ForecastEvaluation.error(intervals[place].upperBound)),
          cell(\.meanAbsoluteError, 2), cell(\.negativeLogLikelihood, 3),
          Table.Cell(NumberText.percent(score.coverage)),
        ])
      }
    }
    return Table(
      ["channel", kind, "forecaster", "RMSE", "90 % interval", "MAE", "NLL", "in 90 % band"],
      rows: rows,
      caption: caption)
  }
}
