import NumericCore

/// Charts that many reports use.
extension Chart {
  /// The fraction of observations below each forecast quantile: calibrated forecasts are on the
  /// diagonal.
  public static func calibration(
    _ curves: [(name: String, probabilities: [Double], shares: [Double])], width: Width = .half,
    caption: String = ""
  ) -> Chart {
    let colors: [SeriesColor] = [.first, .second, .third, .fourth, .fifth, .sixth]
    var marks = [Mark(.diagonal, color: .muted, emphasis: .dashed)]
    for (place, curve) in curves.enumerated() {
      let color = colors[place % colors.count]
      marks.append(.line(curve.name, x: curve.probabilities, y: curve.shares, color: color))
      marks.append(.points(curve.name, x: curve.probabilities, y: curve.shares, color: color))
    }
    return Chart(
      "Calibration", x: Axis("forecast probability", range: 0...1),
      y: Axis("observed share", range: 0...1), width: width, height: nil, caption: caption,
      marks: marks)
  }

  /// A distribution of values in `bins` equal bins.
  public static func histogram(
    _ title: String, of values: [Double], bins: Int = 30, x: Axis, width: Width = .half,
    caption: String = ""
  ) -> Chart {
    let finite = values.filter(\.isFinite)
    let low = x.range?.lowerBound ?? finite.min() ?? 0
    let high = x.range?.upperBound ?? finite.max() ?? 1
    let size = high > low ? (high - low) / Double(bins) : 1
    var counts = [Double](repeating: 0, count: bins)
    for value in finite where value >= low && value <= high {
      counts[min(bins - 1, Int((value - low) / size))] += 1
    }
    return Chart(
      title, x: x, y: Axis("count"), width: width, caption: caption,
      marks: [
        Mark(.histogram(edges: (0...bins).map { low + Double($0) * size }, counts: counts))
      ])
  }

  /// A forecast with its band and the observations; times are relative to the forecast origin.
  public static func forecast(
    _ title: String, x: Axis, y: Axis, history: (times: [Double], values: [Double]),
    future: (times: [Double], values: [Double]), forecastTimes: [Double], means: [Double],
    deviations: [Double], bandProbability: Double = 0.9, width: Width = .half, height: Double = 220,
    caption: String = ""
  ) -> Chart {
    let half = normalQuantile((1 + bandProbability) / 2)
    let percent = NumberText.percent(bandProbability, 0)
    return Chart(
      title, x: x, y: y, width: width, height: height, caption: caption,
      marks: [
        .band(
          "\(percent) band", x: forecastTimes, low: zip(means, deviations).map { $0 - half * $1 },
          high: zip(means, deviations).map { $0 + half * $1 }),
        Mark(.verticalRule(0), color: .muted, emphasis: .dashed),
        .line("forecast", x: forecastTimes, y: means, emphasis: .strong),
        .points("measured", x: history.times, y: history.values, color: .muted),
        .points("what happened", x: future.times, y: future.values, color: .second),
      ])
  }
}
