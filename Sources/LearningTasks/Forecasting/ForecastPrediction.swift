import Platform
import NumericCore
public import Tables
public import TimeSeries

/// Forecasts of a user's series by a trained model.
public struct ForecastPrediction: Sendable {
  /// One forecast of one channel.
  public struct Line: Hashable, Sendable {
    /// The id of the series; empty without ids.
    public var id: String
    /// The time of the forecast, on the axis of the file.
    public var time: Double
    /// The forecast channel.
    public var channel: String
    /// The mean of the forecast, which is also its median, in the unit of the channel.
    public var mean: Double
    /// The central band of 90 %.
    public var lower: Double
    /// The upper end of the central band of 90 %.
    public var upper: Double

    /// Whether the forecast is finite.
    public var isFinite: Bool { mean.isFinite && lower.isFinite && upper.isFinite }
  }

  /// The forecasts: series by series, then time by time, then channel by channel.
  public var lines: [Line]
  /// Warnings about the file.
  public var warnings: [DataWarning]
  /// The time axis of the file.
  public var axis: TimeAxis
  /// Whether the series have names.
  public var hasIDs: Bool
  /// For a GOKU-net, the parameters inferred from each series' last history.
  public var inferred: InferredParameters?

  /// Forecasts every series of a file after its last observation.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - file: the trained model.
  ///   - offsets: times after the last observation, in the unit of the times; negative ones
  ///     are inside the history. `nil` selects a regular grid over the model's future.
  /// - Throws: `DataError` for invalid data, `RunError` if the file lacks a channel of the model.
  public init(
    of path: String, by file: Forecaster, at offsets: [Double]?
  ) throws {
    let recipe = file.recipe
    let data = try file.data(of: path)
    warnings = data.warnings
    let said = file.forecaster.channels
    let history = recipe.history ?? 1
    let future = recipe.future ?? 1
    let usual = ForecastPrediction.grid(future, file.forecaster.parts.clock.spacing)
    let wanted = offsets ?? usual
    // A recurrent network steps from query to query: the grid of its training is queried too, so
    // that a forecast does not depend on the other queried times.
    let further = usual.filter { time in
      // Times that differ only by rounding are one time.
      !wanted.contains { abs($0 - time) <= 1e-9 * future }
    }
    let grid = recipe.model.recurrent == nil ? wanted : (further + wanted).sorted()
    var contexts: [(id: String, readings: Int)] = []
    /// The last history of a series and its queries.
    func example(_ number: Int) throws -> SeriesExample {
      let series = data.series[number]
      // Rows after the last target observation contain the covariates known by then.
      guard let now = series.lastTime(observing: said.indices) else {
        throw DataError(source: path, .tooFewPoints(found: 0, needed: 1))
      }
      for (place, offset) in grid.enumerated() {
        let before = place > 0 ? now + grid[place - 1] : offset > 0 ? now : -.infinity
        if now + offset <= before {
          let isAsked = offsets?.contains(offset) == true
          throw RunError.timesCoincide(offset: isAsked ? offset : nil, now: now)
        }
      }
      // One unit in the last place includes an observation at the very start.
      let start = now - history
      let visible = series.after(start.nextDown, through: now)
      contexts.append((series.id, visible.count))
      var example = SeriesExample(
        start: start, now: now, visible: visible,
        asked: series.questions(at: grid.map { now + $0 }, inputsFrom: said.count))
      example.series = series
      return example
    }
    let half = normalQuantile(0.95)
    var lines: [Line] = []
    try file.forecaster.forEachForecast(of: Array(data.series.indices), as: example) {
      number, forecast in
      for (row, time) in forecast.times.enumerated() where wanted.contains(grid[row]) {
        for (channel, name) in said.enumerated() {
          let (mean, width) = (
            forecast.means[row][channel], half * forecast.deviations[row][channel]
          )
          lines.append(
            Line(
              id: data.series[number].id, time: time, channel: name, mean: mean,
              lower: mean - width, upper: mean + width))
        }
      }
    }
    self.lines = lines
    warnings += file.cautions(about: contexts, times: wanted, source: data.source)
    if case .law(let forecaster) = file.forecaster.network {
      inferred = try InferredParameters(
        forecaster, count: data.series.count, example: example)
    }
    axis = data.axis
    hasIDs = data.series.contains { !$0.id.isEmpty }
    let axis = data.axis
    warnings += DataWarning.notFinite(source: data.source, lines.map(\.isFinite)) { number in
      let line = lines[number]
      return
        "\(line.id.isEmpty ? line.channel : "\(line.channel) of '\(line.id)'") at \(axis.text(of: line.time))"
    }
  }

  private static func grid(_ future: Double, _ spacing: Double) -> [Double] {
    let count = Int(max(1, min((future / spacing).rounded(), 1_000)))
    return (1...count).map { future * Double($0) / Double(count) }
  }

  /// `id,time,channel,mean,lower,upper`; without ids if the series have none.
  public var csv: String {
    var text = (hasIDs ? "id," : "") + "time,channel,mean,lower,upper\n"
    for line in lines {
      if hasIDs { text += csvCell(line.id) + "," }
      text +=
        [
          csvCell(axis.text(of: line.time)), csvCell(line.channel),
        ].joined(separator: ",")
      for value in [line.mean, line.lower, line.upper] {
        text += "," + (line.isFinite ? Self.number(value) : "")
      }
      text += "\n"
    }
    return text
  }

  /// Six decimals, or seven digits of small values, exceed the accuracy of a forecast.
  static func number(_ value: Double) -> String {
    // Large values have no such decimals.
    guard value.magnitude < 1e9, value != 0 else { return value.description }
    let magnitude = (Double.logarithm(value.magnitude) / Double.logarithm(10)).rounded(.down)
    let scale = Double.power(10, max(6, min(6 - magnitude, 300))).rounded()
    return ((value * scale).rounded() / scale).description
  }
}
