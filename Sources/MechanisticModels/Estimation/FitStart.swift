/// Where the solve of an experiment starts, which is when its initial values hold.
public struct FitStart: Hashable, Sendable {
  /// Why it starts there.
  public enum Reason: Hashable, Sendable {
    /// The fit or the experiment gives it.
    case given
    /// The start of the equations' span.
    case span
    /// Times are numbers, and no data lie before 0.
    case zero
    /// The first row: the data lie before the span or before 0.
    case dataBefore
    /// The first row: the data lie after the end of the span.
    case dataAfterSpan
    /// The first row: the times are years.
    case years
  }

  /// The time that initial values belong to.
  public var time: Double
  /// Why it is this time.
  public var reason: Reason
}

extension ParameterFit {
  /// Where the solve of an experiment starts.
  ///
  /// At the time that the fit or the experiment gives; else at the start of the equations' span; else at 0. Where data or doses lie before
  /// that, where all lie after the span, or where the times are years (1500 to 2200) without a span: at the first of them.
  public func start(of experiment: Experiment) -> FitStart {
    if let time = experiment.startTime ?? startTime {
      return FitStart(time: time, reason: .given)
    }
    let own = experiment.times
    let first = own.min() ?? 0
    if let span = system.span {
      if first < span.lowerBound { return FitStart(time: first, reason: .dataBefore) }
      let all = experiments.experiments.flatMap(\.times)
      if let earliest = all.min(), earliest > span.upperBound {
        return FitStart(time: first, reason: .dataAfterSpan)
      }
      return FitStart(time: span.lowerBound, reason: .span)
    }
    if first < 0 { return FitStart(time: first, reason: .dataBefore) }
    let all = experiments.experiments.flatMap(\.times)
    if all.allSatisfy({ (1500...2200).contains($0) }) {
      return FitStart(time: first, reason: .years)
    }
    return FitStart(time: 0, reason: .zero)
  }
}

extension Experiment {
  /// When something was measured or given.
  var times: [Double] {
    measurements.map(\.time) + doses.doses.map(\.time) + doses.resets
      + measurements.compactMap(\.intervalStart)
  }
}
