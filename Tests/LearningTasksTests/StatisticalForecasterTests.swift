import LearningTasks
import NumericCore
import Platform
import Serialization
import Tables
import Testing
import TimeSeries

/// Statistical forecasters against values that are known in closed form.
@Suite struct StatisticalForecasterTests {
  private func grid(_ values: [Double?], spacing: Double = 1) -> GridPast {
    let times = values.indices.map { spacing * Double($0) }
    let series = TimeSeries(channels: ["x"], times: times, values: values)
    return GridPast(
      SeriesGrid(
        series, now: times.last ?? 0, spacing: spacing, rows: values.count, channels: 1))
  }

  @Test func `a grid keeps the values of regular data and lies on lines between others`() {
    let past = grid([nil, 4, nil, 8, 2, nil], spacing: 0.1)
    #expect(past.grid.values == [[4, 4, 6, 8, 2, 2]])
    #expect(past.value(0, rowsBack: 1.5) == 5)
    #expect(past.value(0, rowsBack: 4) == 4 && past.value(0, rowsBack: 4.5) == nil)
  }

  @Test(arguments: [1, 2, 7, 12])
  func `the seasonal naive forecast repeats the last season`(period: Int) {
    let values = (0..<40).map { Double(($0 * $0) % 17) }
    let forecast = StatisticalForecaster.seasonalNaive(period: Double(period))
      .forecast(grid(values), channel: 0, steps: 30)
    for step in 0..<30 {
      #expect(forecast[step] == values[40 - period + step % period], "\(period) \(step)")
    }
  }

  @Test func `exponential smoothing without trend is the weighted mean of the past`() {
    let values = RandomKey(3).normal(50, as: Double.self)
    let smoothing = ExponentialSmoothing(level: 0.3, trend: 0, season: 0, damping: 0.9, period: 0)
    let forecast = smoothing.forecast(values[...], steps: 3)
    // l = (1 − α)ⁿ x₀ + α Σ (1 − α)ᵏ xₙ₋ₖ
    var level = Double.power(0.7, 49) * values[0]
    for back in 0..<49 { level += 0.3 * Double.power(0.7, Double(back)) * values[49 - back] }
    for value in forecast { #expect(abs(value - level) < 1e-12) }
  }

  @Test func `smoothing with trend and season continues a line with a season`() throws {
    let season = [3.0, -1, 0, -2]
    func value(_ row: Int) -> Double { 0.5 * Double(row) + season[row % 4] }
    let values = (0..<80).map(value)
    let fit = try #require(ExponentialSmoothing.fitted(to: [values[...]], period: 4))
    let forecast = fit.forecast(values[...], steps: 8)
    for step in 0..<8 { #expect(abs(forecast[step] - value(80 + step)) < 0.2) }
  }

  @Test func `a period is found in noise, and none in noise alone`() {
    let noise = RandomKey(8).normal(400, as: Double.self)
    for period in [5.0, 12, 31.5] {
      let values = noise.indices.map {
        0.02 * Double($0) + 2 * Double.sine(2 * .pi * Double($0) / period) + noise[$0]
      }
      let found = SeasonalPeriods.find(in: values, spacing: 1, axis: .number)
      #expect(found.count == 1 && abs(found[0] / period - 1) < 0.05, "\(period): \(found)")
    }
    #expect(SeasonalPeriods.find(in: noise, spacing: 1, axis: .number).isEmpty)
  }

  @Test func `ridge regression without penalty is least squares`() {
    let x = RandomKey(1).normal(60, as: Double.self)
    let y = RandomKey(2).normal(60, as: Double.self)
    let rows = (0..<60).map { [x[$0], 100 * y[$0]] }
    let targets = (0..<60).map { 3 + 2 * x[$0] - 0.01 * 100 * y[$0] }
    let path = RidgePath(rows: rows, targets: targets).coefficients([0, 1e9])
    for (found, exact) in zip(path[0], [3, 2, -0.01]) { #expect(abs(found - exact) < 1e-6) }
    // With an infinite penalty the mean remains.
    #expect(abs(path[1][1]) < 1e-6)
    #expect(abs(path[1][0] - targets.reduce(0, +) / 60) < 1e-6)
  }

  @Test func `forecasters are read again from their documents, and wrong ones are refused`() throws
  {
    let regression = LagRegression(
      lags: 2, otherLags: 1, periods: [4], base: 4, steps: [1, 3],
      coefficients: [[0, 1, 2, 3, 4], [1, 0, 0, 0, 0.5]])
    let all = StatisticalForecaster.mean([
      .init(weight: 0.5, forecaster: .regression(regression)),
      .init(weight: 0.25, forecaster: .logarithmic(.seasonalNaive(period: 12), floor: 0.1)),
      .init(
        weight: 0.25,
        forecaster: .smoothing(
          ExponentialSmoothing(level: 0.2, trend: 0.1, season: 0.3, damping: 0.9, period: 7))),
    ])
    #expect(StatisticalForecaster(all.json) == all)
    let text = all.json.description
    for (part, other) in [
      ("\"period\":12", "\"period\":0"), ("\"floor\":0.1", "\"floor\":-1"),
      ("\"lags\":2", "\"lags\":1e300"), ("[1,3]", "[3,1]"), ("0.25", "1e400"),
    ] {
      let changed = text.split(separator: part, omittingEmptySubsequences: false)
        .joined(separator: other)
      #expect(changed != text, "\(part) is not in \(text)")
      #expect((try? JSONValue(parsing: changed)).flatMap { StatisticalForecaster($0) } == nil)
    }
  }

  @Test func `a gap is filled like the same span of other seasons`() {
    let season = [0.0, 5, 1, -3, -2, 4]
    let values = (0..<60).map { 0.1 * Double($0) + season[$0 % 6] }
    let times = values.indices.map(Double.init)
    let series = TimeSeries(channels: ["x"], times: times, values: values)
    let plan = GapPlan(length: 4, context: 3, stride: 1, minimumVisible: 2)
    let gaps = plan.gaps(of: series, in: 0...59)
    let fill = SeasonalFill.fitted(to: gaps, periods: [5, 6], channel: 0)
    #expect(fill.period == 6 && abs(fill.share - 1) < 1e-9)
    let around = SeasonalFill.Neighbourhood(series, channel: 0, without: 20...26)
    for row in 21...26 {
      let filled = fill.value(at: Double(row), in: around) ?? .nan
      #expect(abs(filled - values[row]) < 1e-9, "\(row)")
    }
    #expect(fill.value(at: -1, in: around) == nil)
  }

  @Test func `the weight of a network is that of the least squared error`() {
    let noise = RandomKey(5).normal(400, as: Double.self)
    func samples(_ weight: Double) -> [ForecastAdjustment.Sample] {
      (0..<400).map { row in
        let deviation = Double.sine(Double(row))
        return ForecastAdjustment.Sample(
          horizon: Double(row % 10 + 1), mean: 2 + deviation, deviation: 0.1, anchor: 2,
          observed: 2 + weight * deviation + 0.2 * noise[row])
      }
    }
    for weight in [0.0, 0.5, 1] {
      let adjustment = ForecastAdjustment(
        fitting: [samples(weight)], fills: [[]], future: 10, futures: 1e6)
      #expect(adjustment.limits.count == 6)
      for correction in adjustment.corrections[0] {
        #expect(abs(correction.weight - weight) < 0.12)
        // The band of 0.1 is half as wide as the errors.
        #expect((1.4...2.7).contains(correction.scale))
      }
      #expect(ForecastAdjustment(adjustment.json, channels: 1) == adjustment)
      #expect(ForecastAdjustment(adjustment.json, channels: 2) == nil)
    }
  }
}
