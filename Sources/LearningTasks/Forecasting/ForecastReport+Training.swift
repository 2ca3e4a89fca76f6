import Serialization
import NumericCore
import TimeSeries
import Reports
import Training

// Calibration of the bands, training, states and settings.
extension ForecastReport {
  func calibration(_ section: inout ReportSection) {
    let probabilities = (1...19).map { Double($0) / 20 }
    section.chart(
      .calibration(
        calibrated.map {
          (
            (data.channels.count > 1 ? $0.channel + " " : "") + "+" + duration($0.length),
            probabilities, $0.model.calibration(at: probabilities)
          )
        },
        caption: "For each forecast quantile, the share of test observations below it. On the "
          + "diagonal the bands are calibrated."))
    guard let line = evaluation.horizons.last else { return }
    let scaled = (0..<line.model.count).map {
      (line.model.observed[$0] - line.model.means[$0]) / line.model.deviations[$0]
    }
    section.chart(
      .histogram(
        "Standardized errors" + (data.channels.count > 1 ? " of \(line.channel)" : "")
          + " at " + duration(line.length), of: scaled,
        x: Axis("(observed − mean) / σ", range: -4...4),
        caption: "Errors in units of the forecast's own standard deviation."))
  }

  /// The last horizons of one channel, or the last of each of the first four.
  private var calibrated: [ForecastEvaluation.Line] {
    if data.channels.count == 1 { return evaluation.horizons.suffix(4) }
    return data.channels.prefix(4).compactMap { name in
      evaluation.horizons.last { $0.channel == name }
    }
  }

  func training(_ section: inout ReportSection) {
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
        caption: "Training: the loss with its likelihood weighted by the variance. Validation: "
          + "the loss itself, on examples of the validation part.",
        marks: [
          .line(
            "training", x: blocks.map { Double($0.last?.step ?? 0) },
            y: blocks.map { block in block.reduce(0) { $0 + $1.loss } / Double(block.count) }),
          .line(
            "validation", x: validated.map(\.0), y: validated.map(\.1), color: .second,
            emphasis: .strong),
          .points("validation", x: validated.map(\.0), y: validated.map(\.1), color: .second),
        ]))
    if let chart = Chart.evaluations(of: blocks.compactMap(\.last)) { section.chart(chart) }
    if case .recurrent = forecaster.network { return }
    section.chart(
      Chart(
        "Divergence from the prior", x: Axis("step"),
        y: Axis("KL(q ‖ prior)", unit: "nats a series"), width: .half,
        caption: "The information about the latent initial state in the posterior.",
        marks: [
          .line(
            "training", x: blocks.map { Double($0.last?.step ?? 0) },
            y: blocks.map { block in
              block.reduce(0) { $0 + ($1.auxiliary("divergence") ?? 0) } / Double(block.count)
            })
        ]))
  }

  // MARK: Latent space

  func trajectories(_ section: inout ReportSection) {
    let windows = spread(data.testWindows, 24)
    let length = data.plan.history + data.plan.future
    let examples = windows.map { window in
      let start = window.now - data.plan.history
      let grid = (0...48).map { start + length * Double($0) / 48 }
      var example = SeriesExample(
        start: start, now: window.now, visible: window.history,
        asked: questions(at: grid, window.history, window.future))
      example.series = window.series
      return example
    }
    let forecasts = forecaster.forecasts(examples)
    let plane = PrincipalPlane(of: forecasts.flatMap(\.states))
    let colors: [SeriesColor] = [.first, .second, .third]
    // Colour by the trend of the forecast: falling, level, rising.
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
          + "through history and future, in the plane of largest variance ("
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

  func settings(_ section: inout ReportSection) {
    if case .law(let law) = forecaster.network { return mechanismSettings(law, &section) }
    section.formula(forecaster.kind == .latentODE ? latentFormula : recurrentFormula)
    section.text(
      "r(t) is the statistical forecast, or in a gap the straight line between the observations next to t "
        + "with a share of the season, "
        + "and c what is known about them: distances, values, slopes"
        + (data.covariates.names.isEmpty
          ? "" : ", and of the whole series: " + data.covariates.names.joined(separator: ", "))
        + ". "
        + "\(outcome.parameterCount) parameters, normalization from the training part, best of "
        + "\(data.recipe.validations) validations.")
    section.code(data.recipe.json.text(indented: true))
  }

  private var latentFormula: Formula {
    .row(
      .name("z").sub(.number("0")), .sign("∼"), .name("q"), .words(" (GRU read backwards),  "),
      .fraction(.name("dz"), .name("dt")), .sign("="), .name("s"), .sign("·"),
      .call("tanh", .name("f(z)")), .words(",  "), .name("x(t)"), .sign("∼"),
      .call("N", .name("r(t)+μ(z,c)"), .name("σ²(z,c)")))
  }

  private var recurrentFormula: Formula {
    return .row(
      forecaster.kind.betweenRows, .name("h"), .sign("="), .call("GRU", .name("h, x")),
      .words(" at readings,  "),
      .name("x(t)"), .sign("∼"), .call("N", .name("r(t)+μ(h,c)"), .name("σ²(h,c)")))
  }
}
