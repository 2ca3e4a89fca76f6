package import Serialization
import Platform
import TimeSeries

/// The statistical forecast of each channel to which the network adds a deviation.
///
/// It is chosen on the validation part among the last value, the value one season earlier,
/// exponential smoothing and regressions on lags, and means of them; see `AnchorFit`.
public struct Anchor: Hashable, Sendable {
  /// One forecaster for each target channel.
  var channels: [StatisticalForecaster]
  var grid: ForecastGrid

  /// The standard deviation of the error of each forecast step in the comparison of the forecasters,
  /// `[channel][step]`.
  var deviations: [[Double]]
  /// The imputation of each target channel.
  var fills: [SeasonalFill]

  /// The deviation of a channel's forecast at a horizon; `nil` if it is unknown.
  func deviation(_ channel: Int, horizon: Double) -> Double? {
    let all = deviations[channel]
    if all.isEmpty { return nil }
    let step = (horizon / grid.spacing).rounded()
    let deviation = all[Int(max(1, min(step, Double(all.count)))) - 1]
    return deviation > 0 ? deviation : nil
  }

  /// The starting points of the queries of an example, `[query][channel]`, in the unit of the data:
  /// forecasts after the moment of the forecast, and imputations between observations before it.
  func references(for example: SeriesExample) -> [[Double?]] {
    let (times, series) = (example.asked.times, example.series ?? example.visible)
    var references = grid.forecasts(
      of: channels.enumerated().map { ($0, $1) }, at: times, after: example.now, in: series)
    guard let first = times.first, first <= example.now else { return references }
    let around = channels.indices.map { channel in
      // As many seasons on both sides as the example is long, and one more.
      let period = fills[channel].share > 0 ? fills[channel].period : 0
      let length = example.now - example.start
      let reach = period > 0 ? period * (1 + (length / period).rounded(.up)) : 0
      let part = series.after((example.start - reach).nextDown, through: example.now + reach)
      return SeasonalFill.Neighbourhood(part, channel: channel, without: example.hidden)
    }
    for (row, time) in times.enumerated() where time <= example.now {
      references[row] = channels.indices.map { channel in
        fills[channel].value(at: time, in: around[channel])
      }
    }
    return references
  }
}

extension Anchor {
  package var json: JSONValue {
    [
      "channels": .array(channels.map(\.json)), "spacing": .number(grid.spacing),
      "steps": JSONValue(grid.steps), "lookback": JSONValue(grid.lookback),
      "deviations": .array(deviations.map { JSONValue($0) }),
      "fills": .array(fills.map { JSONValue([$0.period, $0.share]) }),
    ]
  }

  /// `nil` if the document does not describe an anchor.
  package init?(_ document: JSONValue) {
    guard let parts = document["channels"]?.array, !parts.isEmpty,
      let spacing = document["spacing"]?.number, (1e-30...1e30).contains(spacing),
      let steps = document["steps"]?.number, (1...1e4).contains(steps), steps == steps.rounded(),
      let lookback = document["lookback"]?.number, (1...1e5).contains(lookback),
      lookback == lookback.rounded()
    else { return nil }
    guard let fills = document["fills"]?.array?.compactMap(\.numbers), fills.count == parts.count,
      fills.allSatisfy({ $0.count == 2 && (0...1e30).contains($0[0]) && (0...1).contains($0[1]) }),
      fills.allSatisfy({ $0[1] == 0 || $0[0] >= spacing })
    else { return nil }
    guard let deviations = document["deviations"]?.array?.compactMap(\.numbers),
      deviations.count == parts.count,
      deviations.joined().allSatisfy({ $0 >= 0 && $0.isFinite })
    else { return nil }
    self.deviations = deviations
    self.fills = fills.map { SeasonalFill(period: $0[0], share: $0[1]) }
    channels = parts.compactMap { StatisticalForecaster($0) }
    guard channels.count == parts.count else { return nil }
    grid = ForecastGrid(spacing: spacing, steps: Int(steps), lookback: Int(lookback))
  }
}
