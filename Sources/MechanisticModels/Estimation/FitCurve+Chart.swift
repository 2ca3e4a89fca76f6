package import Reports

extension FitCurve {
  /// Measured values with the curve and its bands.
  ///
  /// - Parameter unit: that of the observable; empty for none.
  package func chart(_ time: Axis, unit: String = "") -> Chart {
    let isLogarithmic =
      noise == .lognormal && values.allSatisfy { $0 > 0 }
      && prediction.allSatisfy { $0.lowerBound > 0 }
    return Chart(
      experiment.isEmpty ? observable : "\(observable), \(experiment)", x: time,
      y: Axis(observable, unit: unit, scale: isLogarithmic ? .logarithmic : .linear),
      width: .half, height: 240, marks: bands + [line] + measured)
  }

  private var bands: [Mark] {
    guard prediction.count == times.count, !prediction.isEmpty else { return [] }
    return [
      .band(
        "95 % of measurements", x: times, low: prediction.map(\.lowerBound),
        high: prediction.map(\.upperBound), emphasis: .faint),
      .band(
        "95 % of curves", x: times, low: confidence.map(\.lowerBound),
        high: confidence.map(\.upperBound)),
    ]
  }

  private var line: Mark {
    times.isEmpty
      ? .line("fit", x: points.map(\.time), y: points.map(\.fitted))
      : .line("fit", x: times, y: values, emphasis: .strong)
  }

  private var measured: [Mark] {
    func points(_ matches: (Measurement.Value) -> Bool) -> (x: [Double], y: [Double]) {
      let own = self.points.filter { matches($0.measured) }
      return (own.map(\.time), own.map(\.measured.number))
    }
    let exact = points { !$0.isCensored }
    let censored = points(\.isCensored)
    return [.points("measured", x: exact.x, y: exact.y, color: .ink)]
      + (censored.x.isEmpty
        ? []
        : [.points("censored, at its limit", x: censored.x, y: censored.y, color: .second)])
  }
}
