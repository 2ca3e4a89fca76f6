import NumericCore
import Tables
import Reports
import TimeSeries
import Tensors
import Training

/// The report of a forecasting run.
struct ForecastReport {
  let outcome: TrainingOutcome<ForecastTask>

  var data: ForecastData { outcome.examples }
  var evaluation: ForecastEvaluation { outcome.evaluation }
  var forecaster: SeriesForecaster { outcome.model.forecaster }

  /// The page.
  func report() -> Report {
    let days = data.test.reduce(0) { $0 + $1.span } / 24
    var report = Report(
      title: data.recipe.file == nil ? "Glucose: gaps and the next two hours" : "Forecast",
      subtitle: "\(evaluation.modelName.withCapital) on \(data.source), tested on "
        + (data.unitName == "hours" && data.test.count == 1
          ? "the last \(NumberText.fixed(days, 0)) days, which training never saw"
          : "data that training never saw"))
    report.section("Result", result)
    report.dataWarnings(outcome.task.warnings(about: data))
    if let inferred = evaluation.inferred {
      report.section("Parameters of the equations") { parameters(inferred, &$0) }
    }
    report.section("Forecasts", forecasts)
    if !evaluation.gaps.isEmpty { report.section("Hidden gaps", gaps) }
    report.section("Calibration", calibration)
    if !isSingle { report.section("All figures", figures) }
    report.section("Training", training)
    report.section("Latent trajectories", trajectories)
    report.section("Model and settings", settings)
    return report
  }

  var isSingle: Bool { data.channels.count == 1 }

  // MARK: Examples

  private func forecasts(_ section: inout ReportSection) {
    let windows = data.testWindows.filter {
      Double($0.future.count) > 0.6 * data.plan.future / data.clock.spacing
    }
    section.text(
      "Six test windows, evenly spread over the test part and not selected. Times run from the "
        + "moment of the forecast; the model saw the grey readings, and the orange ones are what "
        + "happened." + (isSingle ? "" : " The channels take turns."))
    for (number, window) in spread(windows, 6).enumerated() {
      let channel = number % data.channels.count
      let grid = (1...24).map { window.now + data.plan.future * Double($0) / 24 }
      var example = SeriesExample(
        start: window.now - data.plan.history, now: window.now, visible: window.history,
        asked: questions(at: grid, window.history, window.future))
      example.series = window.series
      let forecast = forecaster.forecasts([example])[0]
      let past = window.history.observations(of: channel)
      let coming = window.future.observations(of: channel)
      section.chart(
        .forecast(
          moment(window.now, of: window.history), x: timeAxis, y: valueAxis(channel),
          history: (past.times.map { $0 - window.now }, past.values),
          future: (coming.times.map { $0 - window.now }, coming.values),
          forecastTimes: grid.map { $0 - window.now }, means: forecast.means.map { $0[channel] },
          deviations: forecast.deviations.map { $0[channel] }))
    }
  }

  private func gaps(_ section: inout ReportSection) {
    section.text(
      "Observations were hidden, and the model imputed them. The dashed line is the straight "
        + "line between the observations next to the gap.")
    var number = 0
    for length in (data.recipe.gaps ?? []).suffix(2) {
      for gap in spread(data.gaps(of: .test, length: length), 2) {
        section.chart(gapChart(gap, number % data.channels.count))
        number += 1
      }
    }
  }

  private func gapChart(_ gap: HiddenGap, _ channel: Int) -> Chart {
    let seen = gap.visible.observations(of: channel)
    let hidden = gap.hidden.observations(of: channel)
    let left = seen.times.last { $0 <= gap.start } ?? gap.start
    let right = seen.times.first { $0 > gap.end } ?? gap.end
    let grid = (1..<24).map { left + (right - left) * Double($0) / 24 }
    let filling = SeriesExample(filling: gap)
    var example = SeriesExample(
      start: filling.start, now: filling.now, visible: filling.visible,
      asked: questions(at: grid, gap.visible))
    (example.series, example.hidden) = (filling.series, filling.hidden)
    let forecast = forecaster.forecasts([example])[0]
    let means = forecast.means.map { $0[channel] }
    let half = 1.644_853_626_951_472_7  // the normal distribution's 95 % quantile
    let widths = forecast.deviations.map { half * $0[channel] }
    let shifted = grid.map { $0 - gap.start }
    let ends = [left, right].map { interpolated(seen.times, seen.values, at: $0) }
    return Chart(
      "Gap of \(duration(gap.end - gap.start)), \(moment(gap.start, of: gap.visible))",
      x: Axis("time since the gap began", unit: data.unitName), y: valueAxis(channel), width: .half,
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

  /// The series and the time; midnight is omitted.
  private func moment(_ time: Double, of series: TimeSeries) -> String {
    let text = data.axis.text(of: time)
    let midnight = " 00:00:00"
    let day = text.hasSuffix(midnight) ? String(text.dropLast(midnight.count)) : text
    return series.id.isEmpty ? day : "\(series.id), \(day)"
  }

  /// Evenly spaced elements of a list.
  func spread<Element>(_ all: [Element], _ count: Int) -> [Element] {
    guard all.count > count else { return all }
    return (0..<count).map { all[(2 * $0 + 1) * all.count / (2 * count)] }
  }

  /// Queries with the covariates known at the time.
  func questions(at times: [Double], _ parts: TimeSeries...) -> TimeSeries {
    let all = parts.dropFirst().reduce(parts[0]) { $0.followed(by: $1) }
    return all.questions(at: times, inputsFrom: data.channels.count)
  }

  var timeAxis: Axis { Axis("time from now", unit: data.unitName) }
  func valueAxis(_ channel: Int) -> Axis {
    Axis(data.channels[channel], unit: data.recipe.file == nil ? "mg/dL" : "")
  }
  func duration(_ length: Double) -> String {
    ForecastEvaluation.duration(length, data.unitName)
  }
}
