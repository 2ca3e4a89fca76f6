import TimeSeries

extension ForecastData {
  /// The statistical forecasts that a network starts from.
  var anchor: Anchor? {
    let fits = anchorFits.value
    return AnchorFit.grid(of: fits).map { grid in
      let gaps = (recipe.gaps ?? []).flatMap { self.gaps(of: .training, length: $0).evenly(300) }
      return Anchor(
        channels: fits.map(\.chosen.forecaster), grid: grid,
        deviations: fits.map(\.chosen.errors),
        fills: fits.enumerated().map { channel, fit in
          .fitted(
            to: gaps, periods: fit.periods.map { $0 * grid.spacing }, channel: channel)
        })
    }
  }

  /// The number of futures that fit into a part one after the other.
  func futures(of part: Part) -> Double {
    series(of: part).reduce(0) { $0 + $1.origins(history: plan.history) } / plan.future
  }

  /// The validation part with the history of its first forecasts.
  var validationWithHistory: [TimeSeries] {
    series(of: .validation).map { one in
      one.range(withHistory: plan.history).map {
        one.series.part(after: $0.lowerBound.nextDown, through: $0.upperBound)
      } ?? one.rows
    }
  }
}

extension SeriesForecaster {
  /// The most windows that corrections are fitted to.
  private static let windowLimit = 1_000.0

  /// The forecaster with corrections that are fitted to the validation part; unchanged without
  /// statistical forecasts.
  func adjusted(on data: ForecastData) -> SeriesForecaster {
    guard anchor != nil else { return self }
    let windows = data.windows(of: .validation, limit: Self.windowLimit)
    var samples = [[ForecastAdjustment.Sample]](repeating: [], count: channels.count)
    for start in stride(from: 0, to: windows.count, by: 256) {
      let examples = windows[start..<min(start + 256, windows.count)].map {
        SeriesExample(forecasting: $0, history: data.plan.history).anchored(by: anchor)
      }
      add(examples, to: &samples)
    }
    var fills = [[ForecastAdjustment.Sample]](repeating: [], count: channels.count)
    for length in data.recipe.gaps ?? [] {
      let gaps = data.gaps(of: .validation, length: length).evenly(200)
      add(gaps.map { SeriesExample(filling: $0).anchored(by: anchor) }, to: &fills)
    }
    var result = self
    result.adjustment = ForecastAdjustment(
      fitting: samples, fills: fills, future: data.plan.future,
      futures: data.futures(of: .validation))
    return result
  }

  private func add(_ examples: [SeriesExample], to samples: inout [[ForecastAdjustment.Sample]]) {
    for (example, forecast) in zip(examples, networkForecasts(examples)) {
      for row in 0..<example.asked.count {
        for channel in samples.indices where forecast.isFinite(row, channel) {
          guard let observed = example.asked.value(row, channel),
            let anchor = example.anchored?[row][channel]
          else { continue }
          samples[channel].append(
            ForecastAdjustment.Sample(
              horizon: example.asked.time(row) - example.now, mean: forecast.means[row][channel],
              deviation: forecast.deviations[row][channel], anchor: anchor, observed: observed))
        }
      }
    }
  }
}
