import Platform
import NumericCore
import BundledData
import LearningTasks
import TimeSeries
import Testing

@Suite struct BaselinesTests {
  private func series(_ count: Int, _ value: (Double) -> Double) -> TimeSeries {
    let times = (0..<count).map { Double($0) * 0.25 }
    return TimeSeries(channels: ["x"], times: times, values: times.map { value($0) })
  }

  private let plan = WindowPlan(
    history: 4, future: 2, stride: 0.25, minimumHistory: 4, tolerance: 0.01)

  @Test func `autoregression continues what a linear recurrence made`() {
    // A sum of two cosines obeys a recurrence of order four: the fit is exact up to its conditioning.
    let wave = series(400) { 5 + Double.cosine(0.7 * $0) + 0.5 * Double.cosine(1.9 * $0 + 1) }
    let windows = plan.windows(of: wave, in: 0...99.75)
    let baseline = AutoregressionBaseline(
      fitting: windows, horizons: [0.5, 1, 2], history: 4, spacing: 0.25, tolerance: 0.01)
    for forecasts in baseline.forecasts(of: windows, tolerance: 0.01) {
      // The penalty of 1e-10 relative leaves errors of about its square root.
      #expect(forecasts.rootMeanSquaredError < 1e-4)
    }
  }

  /// A window without a future.
  private func origin(_ history: TimeSeries, _ now: Double) -> Window {
    Window(now: now, history: history, future: history.rows(0..<0), series: history)
  }

  @Test func `autoregression fills drop-outs before it forecasts`() {
    let line = series(80) { 2 * $0 }
    let windows = plan.windows(of: line, in: 0...19.75)
    let baseline = AutoregressionBaseline(
      fitting: windows, horizons: [1], history: 4, spacing: 0.25, tolerance: 0.01)
    let kept = line.rows(20..<40)
    let gappy = TimeSeries(
      channels: ["x"], times: [0, 5, 19].map { kept.times[$0] },
      values: [0, 5, 19].map { kept.values[$0] })
    let now = kept.times[19]
    let full = baseline.means(origin(kept, now))[0]
    // On a line interpolation is exact: the same features up to rounding.
    #expect(abs(baseline.means(origin(gappy, now))[0] - full) < 1e-9)
    #expect(abs(full - 2 * (now + 1)) < 1e-3)
  }

  @Test func `last value has the deviation of its own errors`() {
    let line = series(200) { 3 * $0 }
    let windows = plan.windows(of: line, in: 0...49.75)
    let baseline = LastValueBaseline(fitting: windows, horizons: [0.5, 2], tolerance: 0.01)
    // A slope of 3 over the horizon, exact in binary fractions.
    #expect(baseline.deviations == [1.5, 6])
    #expect(baseline.means(origin(line, 49.75)) == [149.25, 149.25])
  }

  @Test func `interpolation is exact on a line and calibrated on a random walk`() {
    let line = series(200) { 3 * $0 }
    let gapPlan = GapPlan(length: 1, context: 2, stride: 1, minimumVisible: 2)
    let exact = InterpolationBaseline(fitting: gapPlan.gaps(of: line, in: 0...49.75))
    let gaps = gapPlan.gaps(of: line, in: 0...49.75)
    #expect(exact.forecasts(of: gaps).rootMeanSquaredError < 1e-12)

    var height = 0.0
    let steps = RandomKey(1).normal(8_000, as: Double.self)
    let walk = TimeSeries(
      channels: ["x"], times: (0..<8_000).map { Double($0) * 0.25 },
      values: steps.map { step -> Double? in
        height += step
        return height
      })
    let walkGaps = gapPlan.gaps(of: walk, in: 0...1_999.75)
    let bridge = InterpolationBaseline(fitting: walkGaps)
    // Steps of 1 every quarter: σ = 2; four errors in 2,000 correlated bridges leave about 3 %.
    #expect(abs(bridge.scale - 2) < 0.1)
    #expect(abs(bridge.forecasts(of: walkGaps).coverage(ofCentral: 0.9) - 0.9) < 0.02)
  }

  @Test func `windows see the past only and cross no border`() throws {
    let file = try GlucoseData.series()
    let series = try #require(file.series.first)
    let split = TimeSplit(of: series)
    #expect(split.training.upperBound == split.validation.lowerBound)
    #expect(split.validation.upperBound == split.test.lowerBound)
    let share = (split.test.upperBound - split.test.lowerBound) / series.span
    // One rounding of a difference of times near 5,000.
    #expect(abs(share - 0.15) < 1e-12)
    let data = WindowedData(of: series, GlucoseData.plan, split)
    for (windows, part) in [
      (data.training, split.training), (data.validation, split.validation),
      (data.test, split.test),
    ] {
      for window in windows {
        #expect(window.history.times.allSatisfy { $0 <= window.now && part.contains($0) })
        #expect(window.future.times.allSatisfy { $0 > window.now && part.contains($0) })
        #expect(window.history.count >= 12)
      }
    }
    // Drop-outs are kept: some histories lack readings.
    #expect(data.test.contains { $0.history.count < 40 })
  }

  @Test func `the glucose baselines are as good as they were measured to be`() throws {
    let file = try GlucoseData.series()
    let series = try #require(file.series.first)
    let split = TimeSplit(of: series)
    let plan = GlucoseData.plan
    let data = WindowedData(of: series, plan, split)
    let last = LastValueBaseline(
      fitting: data.training, horizons: GlucoseData.horizons, tolerance: plan.tolerance)
    let lastErrors = last.forecasts(of: data.test, tolerance: plan.tolerance)
    let autoregression = AutoregressionBaseline(
      fitting: data.training, horizons: GlucoseData.horizons, history: plan.history,
      spacing: 5.0 / 60, tolerance: plan.tolerance)
    let errors = autoregression.forecasts(of: data.test, tolerance: plan.tolerance)
    // An independent computation in NumPy on the same windows gave 29.9, 47.4 and 65.5 mg/dL for the last value.
    for (forecasts, expected) in zip(lastErrors, [29.9, 47.4, 65.5]) {
      #expect(abs(forecasts.rootMeanSquaredError - expected) < 0.1)
    }
    // Plain least squares by NumPy's solver on the same grid: 25.8, 41.2 and 53.0.
    for (forecasts, expected) in zip(errors, [25.8, 41.2, 53.0]) {
      #expect(abs(forecasts.rootMeanSquaredError - expected) < 0.1)
      // Training and test months differ: the band is a little narrow, not wildly so.
      #expect((0.8...0.97).contains(forecasts.coverage(ofCentral: 0.9)))
    }
    // Straight lines across hidden gaps of 30, 60 and 120 minutes: longer ones are harder.
    let gapErrors = GlucoseData.gapLengths.map { length in
      let gapPlan = GlucoseData.gapPlan(length: length)
      let baseline = InterpolationBaseline(fitting: gapPlan.gaps(of: series, in: split.training))
      return baseline.forecasts(of: gapPlan.gaps(of: series, in: split.test))
        .rootMeanSquaredError
    }
    for (error, expected) in zip(gapErrors, [8.0, 13.4, 25.6]) {
      #expect(abs(error - expected) < 0.1)
    }
  }

  @Test
  func `where a channel has no observation, baselines forecast the mean of the training part`() {
    let plan = WindowPlan(history: 3, future: 1, stride: 1, tolerance: 0.1)
    func window(_ values: [Double?]) -> Window {
      let all = TimeSeries(channels: ["x"], times: [0, 1, 2, 3], values: values)
      return plan.windows(of: all, in: -1...3)[0]
    }
    let training = [window([1_000, nil, 1_004, 1_002]), window([nil, 1_005, nil, 1_003])]
    let last = LastValueBaseline(fitting: training, horizons: [1], tolerance: 0.1)
    #expect(last.means(window([nil, nil, nil, 1_001])) == [1_003])
    #expect(last.means(training[0]) == [1_004])
    func gap(_ window: Window) -> HiddenGap {
      HiddenGap(start: 2.5, end: 3.5, visible: window.history, hidden: window.future)
    }
    let line = InterpolationBaseline(fitting: training.map(gap))
    #expect(line.forecasts(of: gap(window([nil, nil, nil, 1_001]))).means == [1_003])
  }
}
