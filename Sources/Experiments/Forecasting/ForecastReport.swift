internal import NumericCore
import Tensors
import Training

/// The report of a forecasting run.
struct ForecastReport {
  let outcome: ForecastRun.Outcome

  private var data: ForecastData { outcome.data }
  private var evaluation: ForecastEvaluation { outcome.evaluation }
  private var forecaster: LatentForecaster { outcome.file.forecaster }

  /// The page.
  func report() -> Report {
    let days = data.test.reduce(0) { $0 + $1.span } / 24
    var report = Report(
      title: data.recipe.file == nil ? "Glucose: gaps and the next two hours" : "Forecast",
      subtitle: "Latent ODE on \(data.source), tested on "
        + (data.unitName == "hours"
          ? "the last \(NumberText.fixed(days, 0)) days, which training never saw"
          : "data that training never saw"))
    report.section("Result", result)
    report.section("Forecasts", forecasts)
    report.section("Hidden gaps", gaps)
    report.section("Calibration", calibration)
    report.section("Training", training)
    report.section("Latent trajectories", trajectories)
    report.section("Model and settings", settings)
    return report
  }

  // MARK: Result

  private func result(_ section: inout ReportSection) {
    var facts: [ReportSection.Fact] = evaluation.horizons.map { line in
      let name = "RMSE at " + duration(line.length)
      let others = line.baselines.map {
        "\($0.name) \(NumberText.fixed($0.forecasts.rootMeanSquaredError, 1))"
      }
      return .init(
        name, NumberText.fixed(line.score.rootMeanSquaredError, 1),
        note: others.joined(separator: ", "))
    }
    facts.append(
      .init(
        "training", NumberText.fixed(outcome.trainingSeconds, 0) + " s",
        note: "\(outcome.steps) steps"))
    section.facts(Array(facts.suffix(6)))
    section.table(
      table(
        evaluation.horizons, "horizon",
        caption: "Forecasts of the same test windows by all three. RMSE and MAE in the data's "
          + "unit, the negative log likelihood (NLL) in nats a forecast; the best of each column "
          + "is marked. Baselines are fitted to the training part; their bands come from their "
          + "training residuals."))
    section.table(
      table(
        evaluation.gaps, "gap",
        caption: "Filling of hidden readings, the same ones for both, with readings seen on both "
          + "sides."))
    section.list(verdicts())
  }

  /// What the figures say, whether it flatters the model or not.
  private func verdicts() -> [String] {
    (evaluation.horizons + evaluation.gaps).flatMap { line in
      line.baselines.map { baseline in
        let ours = line.score.rootMeanSquaredError
        let theirs = baseline.forecasts.rootMeanSquaredError
        let change = (ours / theirs - 1) * 100
        let word =
          change < -0.5 ? "better than" : change > 0.5 ? "worse than" : "on a par with"
        return "\(line.channel), \(duration(line.length)): the latent ODE is \(word) "
          + "\(baseline.name) (RMSE \(NumberText.fixed(change, 1)) %)."
      }
    }
  }

  private func table(
    _ lines: [ForecastEvaluation.Line], _ kind: String, caption: String
  ) -> Table {
    var rows: [[Table.Cell]] = []
    for line in lines {
      let all = [(name: "latent ODE", forecasts: line.model)] + line.baselines
      let scores = all.map { ForecastScore($0.forecasts) }
      func best(_ path: (ForecastScore) -> Double) -> Double { scores.map(path).min() ?? 0 }
      for (forecaster, score) in zip(all, scores) {
        func cell(_ path: (ForecastScore) -> Double, _ decimals: Int) -> Table.Cell {
          Table.Cell(
            NumberText.fixed(path(score), decimals), isBest: path(score) == best(path))
        }
        rows.append([
          Table.Cell(line.channel), Table.Cell(duration(line.length)),
          Table.Cell(forecaster.name), cell(\.rootMeanSquaredError, 2),
          cell(\.meanAbsoluteError, 2), cell(\.negativeLogLikelihood, 3),
          Table.Cell(NumberText.percent(score.coverage)),
        ])
      }
    }
    return Table(
      ["channel", kind, "forecaster", "RMSE", "MAE", "NLL", "in 90 % band"], rows: rows,
      caption: caption)
  }

  // MARK: Examples

  private func forecasts(_ section: inout ReportSection) {
    let windows = data.windows(of: data.test).filter {
      Double($0.future.count) > 0.6 * data.plan.future / data.clock.spacing
    }
    section.text(
      "Six test windows, evenly spread over the test part and not selected. Times run from the "
        + "moment of the forecast; the model saw the grey readings, and the orange ones are what "
        + "happened.")
    for window in spread(windows, 6) {
      let grid = (1...24).map { window.now + data.plan.future * Double($0) / 24 }
      let example = SeriesExample(
        start: window.now - data.plan.history, now: window.now, visible: window.history,
        asked: unknown(at: grid, like: window.history))
      let forecast = forecaster.forecasts([example])[0]
      let (past, coming) = (window.history.observations(), window.future.observations())
      section.chart(
        .forecast(
          data.axis.text(of: window.now), x: timeAxis, y: valueAxis(0),
          history: (past.times.map { $0 - window.now }, past.values),
          future: (coming.times.map { $0 - window.now }, coming.values),
          forecastTimes: grid.map { $0 - window.now }, means: forecast.means.map { $0[0] },
          deviations: forecast.deviations.map { $0[0] }))
    }
  }

  private func gaps(_ section: inout ReportSection) {
    section.text(
      "Readings were hidden, and the model was asked for them. The dashed line is the straight "
        + "line between the readings beside the gap.")
    for length in (data.recipe.gaps ?? []).suffix(2) {
      for gap in spread(data.gaps(of: data.test, length: length), 2) {
        section.chart(gapChart(gap))
      }
    }
  }

  private func gapChart(_ gap: HiddenGap) -> Chart {
    let (seen, hidden) = (gap.visible.observations(), gap.hidden.observations())
    let left = seen.times.last { $0 <= gap.start } ?? gap.start
    let right = seen.times.first { $0 > gap.end } ?? gap.end
    let grid = (1..<24).map { left + (right - left) * Double($0) / 24 }
    var example = SeriesExample(filling: gap)
    example = SeriesExample(
      start: example.start, now: example.now, visible: example.visible,
      asked: unknown(at: grid, like: gap.visible))
    let forecast = forecaster.forecasts([example])[0]
    let means = forecast.means.map { $0[0] }
    let half = 1.644_853_626_951_472_7  // the normal distribution's 95 % quantile
    let widths = forecast.deviations.map { half * $0[0] }
    let shifted = grid.map { $0 - gap.start }
    let ends = [left, right].map { interpolated(seen.times, seen.values, at: $0) }
    return Chart(
      "Gap of \(duration(gap.end - gap.start)), \(data.axis.text(of: gap.start))",
      x: Axis("time since the gap began", unit: data.unitName), y: valueAxis(0), width: .half,
      height: 220,
      marks: [
        .band(
          "90 % band", x: shifted, low: zip(means, widths).map { $0 - $1 },
          high: zip(means, widths).map { $0 + $1 }),
        .line(
          "straight line", x: [left - gap.start, right - gap.start], y: ends, color: .third,
          emphasis: .dashed),
        .line("filled in", x: shifted, y: means, emphasis: .strong),
        .points("seen", x: seen.times.map { $0 - gap.start }, y: seen.values, color: .muted),
        .points("hidden", x: hidden.times.map { $0 - gap.start }, y: hidden.values, color: .second),
      ])
  }

  /// Members of a list at equal distances.
  private func spread<Element>(_ all: [Element], _ count: Int) -> [Element] {
    guard all.count > count else { return all }
    return (0..<count).map { all[(2 * $0 + 1) * all.count / (2 * count)] }
  }

  private func unknown(at times: [Double], like series: TimeSeries) -> TimeSeries {
    TimeSeries(
      id: series.id, channels: series.channels, times: times,
      values: [Double?](repeating: nil, count: times.count * series.channels.count))
  }

  // MARK: Quality of the bands, and training

  private func calibration(_ section: inout ReportSection) {
    let probabilities = (1...19).map { Double($0) / 20 }
    section.chart(
      .calibration(
        evaluation.horizons.suffix(4).map {
          ("+" + duration($0.length), probabilities, $0.model.calibration(at: probabilities))
        },
        caption: "For each forecast quantile, the share of test observations below it. On the "
          + "diagonal the bands say what they promise."))
    guard let line = evaluation.horizons.last else { return }
    let scaled = (0..<line.model.count).map {
      (line.model.observed[$0] - line.model.means[$0]) / line.model.deviations[$0]
    }
    section.chart(
      .histogram(
        "Standardized errors at " + duration(line.length), of: scaled,
        x: Axis("(observed − mean) / σ", range: -4...4),
        caption: "Errors in units of the forecast's own standard deviation."))
  }

  private func training(_ section: inout ReportSection) {
    let records = outcome.history
    let every = max(1, records.count / 250)
    let blocks = stride(from: 0, to: records.count, by: every).map {
      records[$0..<min($0 + every, records.count)]
    }
    let validated = records.compactMap { record in
      record.validation.map { (Double(record.step), $0) }
    }
    section.chart(
      Chart(
        "Loss", x: Axis("step"), y: Axis("loss", unit: "nats a reading"), width: .half,
        caption: "Training: the negative evidence lower bound, its likelihood weighted by the "
          + "variance. Validation: the bound itself, on examples of the validation part.",
        marks: [
          .line(
            "training", x: blocks.map { Double($0.last?.step ?? 0) },
            y: blocks.map { block in block.reduce(0) { $0 + $1.loss } / Double(block.count) }),
          .line(
            "validation", x: validated.map(\.0), y: validated.map(\.1), color: .second,
            emphasis: .strong),
          .points("validation", x: validated.map(\.0), y: validated.map(\.1), color: .second),
        ]))
    section.chart(
      Chart(
        "Divergence from the prior", x: Axis("step"),
        y: Axis("KL(q ‖ prior)", unit: "nats a series"), width: .half,
        caption: "How much the encoder says about the latent initial state.",
        marks: [
          .line(
            "training", x: blocks.map { Double($0.last?.step ?? 0) },
            y: blocks.map { block in
              block.reduce(0) { $0 + ($1.auxiliary("divergence") ?? 0) } / Double(block.count)
            })
        ]))
  }

  // MARK: Latent space

  private func trajectories(_ section: inout ReportSection) {
    let windows = spread(data.windows(of: data.test), 24)
    let length = data.plan.history + data.plan.future
    let examples = windows.map { window in
      let start = window.now - data.plan.history
      let grid = (0...48).map { start + length * Double($0) / 48 }
      return SeriesExample(
        start: start, now: window.now, visible: window.history,
        asked: unknown(at: grid, like: window.history))
    }
    let forecasts = forecaster.forecasts(examples)
    let plane = PrincipalPlane(of: forecasts.flatMap(\.states))
    let colors: [SeriesColor] = [.first, .second, .third]
    // Colour by how the forecast goes: falling, level, rising.
    var marks: [Mark] = []
    for forecast in forecasts {
      let points = forecast.states.map(plane.project)
      let change = forecast.means[48][0] - forecast.means[32][0]
      let limit = data.normalization.deviations[0] / 4
      let kind = change < -limit ? 0 : change > limit ? 2 : 1
      let name = ["falls", "stays", "rises"][kind]
      marks.append(.line(name, x: points.map(\.0), y: points.map(\.1), color: colors[kind]))
      marks.append(
        .points(name, x: [points[0].0], y: [points[0].1], color: colors[kind]))
    }
    section.chart(
      Chart(
        "Latent trajectories of 24 test windows", x: Axis("first principal direction"),
        y: Axis("second principal direction"), width: .half, height: 380,
        caption: "Each curve is the flow of one window's posterior mean, from its start (dot) "
          + "through history and future, seen in the plane in which they differ most ("
          + NumberText.percent(plane.share, 0)
          + " of the variance). Colour: the forecast falls, stays or rises.",
        marks: marks))
    let grid = (0...48).map { length * Double($0) / 48 - data.plan.history }
    let components = forecasts[0].states[0].indices.prefix(6)
    section.chart(
      Chart(
        "Coordinates over time", x: timeAxis, y: Axis("latent coordinate"), width: .half,
        height: 380, caption: "The first coordinates of one window's trajectory.",
        marks: [Mark(.verticalRule(0), color: .muted, emphasis: .dashed)]
          + components.map { index in
            .line(
              "z\(index + 1)", x: grid, y: forecasts[0].states.map { $0[index] },
              color: SeriesColor(rawValue: index) ?? .first)
          }))
  }

  private func settings(_ section: inout ReportSection) {
    section.formula(
      .row(
        .name("z").sub(.number("0")), .sign("∼"), .name("q"), .words(" (GRU read backwards),  "),
        .fraction(.name("dz"), .name("dt")), .sign("="), .name("s"), .sign("·"),
        .call("tanh", .name("f(z)")), .words(",  "), .name("x(t)"), .sign("∼"),
        .call("N", .name("r(t)+μ(z,c)"), .name("σ²(z,c)"))))
    section.text(
      "r(t) is the straight line between the readings beside t (the last reading in a forecast), "
        + "and c what is known about them: distances, values, slopes. "
        + "\(outcome.parameterCount) parameters, normalization from the training part, best of "
        + "\(data.recipe.validations) validations.")
    section.code(data.recipe.json.text(indented: true))
  }

  private var timeAxis: Axis { Axis("time from now", unit: data.unitName) }
  private func valueAxis(_ channel: Int) -> Axis {
    Axis(data.channels[channel], unit: data.recipe.file == nil ? "mg/dL" : "")
  }
  private func duration(_ length: Double) -> String {
    ForecastEvaluation.duration(length, data.unitName)
  }
}

/// The plane in which points differ most: the two leading principal directions.
struct PrincipalPlane {
  private let mean: [Double]
  private let first: [Double]
  private let second: [Double]
  /// Share of the variance that lies in the plane.
  let share: Double

  init(of points: [[Double]]) {
    let width = points.first?.count ?? 0
    let count = Double(max(points.count, 1))
    let mean = (0..<width).map { axis in points.reduce(0) { $0 + $1[axis] } / count }
    self.mean = mean
    var covariance = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
    for point in points {
      for i in 0..<width {
        for j in 0..<width {
          covariance[i][j] += (point[i] - mean[i]) * (point[j] - mean[j]) / count
        }
      }
    }
    let total = (0..<width).reduce(0) { $0 + covariance[$1][$1] }
    let (direction, variance) = PrincipalPlane.leading(covariance)
    first = direction
    for i in 0..<width {
      for j in 0..<width { covariance[i][j] -= variance * direction[i] * direction[j] }
    }
    let (other, rest) = PrincipalPlane.leading(covariance)
    second = other
    share = total > 0 ? (variance + rest) / total : 1
  }

  /// Coordinates in the plane.
  func project(_ point: [Double]) -> (Double, Double) {
    var (x, y) = (0.0, 0.0)
    for axis in point.indices {
      x += (point[axis] - mean[axis]) * first[axis]
      y += (point[axis] - mean[axis]) * second[axis]
    }
    return (x, y)
  }

  /// The leading eigenvector and eigenvalue, by 300 rounds of power iteration.
  private static func leading(_ matrix: [[Double]]) -> ([Double], Double) {
    let width = matrix.count
    var vector = (0..<width).map { 1 + Double($0) / Double(max(width, 1)) }
    var value = 0.0
    for _ in 0..<300 {
      let next = matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
      value = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if value == 0 { return (vector, 0) }
      vector = next.map { $0 / value }
    }
    return (vector, value)
  }
}
