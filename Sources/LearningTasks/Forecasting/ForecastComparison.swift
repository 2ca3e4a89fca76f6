import NumericCore
import Reports

/// The comparison of a model with a baseline on the same forecasts.
public struct ForecastComparison: Hashable, Sendable {
  /// The conclusion.
  public enum Verdict: String, Hashable, Sendable {
    case better, worse
    /// The interval of the change contains 0, or there is no interval.
    case undecided
  }

  /// The name of the baseline.
  public var baseline: String
  /// Root mean squared error of the model relative to that of the baseline, minus 1.
  public var change: Double
  /// The 90 % interval of the change, by a block bootstrap; `nil` with too few blocks.
  public var interval: ClosedRange<Double>?

  /// The change below which neither is ahead.
  private static let leastLead = 0.02

  /// Whether the errors differ by 2 % or more, with or without significance.
  var isApart: Bool { abs(change) >= Self.leastLead }

  /// Which of the two is better, or that the test part does not decide.
  public var verdict: Verdict {
    guard let interval else { return .undecided }
    return interval.upperBound < 0 ? .better : interval.lowerBound > 0 ? .worse : .undecided
  }
}

extension ForecastComparison {
  /// 90 % intervals of the root mean squared errors, the model's first, and the comparisons with
  /// the baselines.
  ///
  /// The same blocks are drawn for all, so that differences refer to the same forecasts. With fewer
  /// than four blocks there are no intervals.
  static func all(
    _ model: GaussianForecasts, _ baselines: [(name: String, forecasts: GaussianForecasts)],
    _ blockLength: Int
  ) -> (intervals: [ClosedRange<Double>], comparisons: [ForecastComparison]) {
    guard model.count > 0 else { return ([], []) }
    let own = model.rootMeanSquaredError
    func change(_ own: Double, _ other: Double) -> Double {
      own / max(other, .leastNormalMagnitude) - 1
    }
    guard model.count >= 4 * max(blockLength, 1) else {
      return (
        [],
        baselines.map {
          ForecastComparison(
            baseline: $0.name, change: change(own, $0.forecasts.rootMeanSquaredError),
            interval: nil)
        }
      )
    }
    let all = [model] + baselines.map(\.forecasts)
    let means = bootstrapMeans(
      of: all.map(\.squaredErrors), blockLength: blockLength, key: RandomKey(20_240_607))
    let errors = means.map { $0.map { $0.squareRoot() } }
    let intervals = all.indices.map { place in centralInterval(errors.map { $0[place] }) }
    return (
      intervals,
      baselines.enumerated().map { place, baseline in
        ForecastComparison(
          baseline: baseline.name, change: change(own, baseline.forecasts.rootMeanSquaredError),
          interval: centralInterval(errors.map { change($0[0], $0[place + 1]) }))
      }
    )
  }
}

extension ForecastEvaluation {
  /// Sentences on where the model is better, worse, or equal; those where a baseline wins come
  /// first.
  public func verdicts(
    unit: String, of kinds: [ForecastComparison.Verdict] = [.worse, .undecided, .better]
  ) -> [String] {
    let tasks = horizons.map { ("forecast +", $0) } + gaps.map { ("gap of ", $0) }
    let isSingle = Set((horizons + gaps).map(\.channel)).count == 1
    let all = tasks.flatMap { word, line in
      line.comparisons.map { comparison in
        let name = (isSingle ? "" : line.channel + ", ") + word + Self.duration(line.length, unit)
        let verdict =
          switch comparison.verdict {
          case .better: "the \(modelName) is better than \(comparison.baseline)"
          case .worse: "\(comparison.baseline) is better than the \(modelName)"
          case .undecided where !comparison.isApart:
            "no difference between the \(modelName) and \(comparison.baseline)"
          case .undecided where comparison.change > 0:
            "\(comparison.baseline) is ahead of the \(modelName), not significantly"
          case .undecided:
            "the \(modelName) is ahead of \(comparison.baseline), not significantly"
          }
        return (
          comparison.verdict,
          "\(name): \(verdict) (RMSE \(Self.percent(comparison.change)), "
            + (comparison.interval.map {
              "90 % interval \(Self.percent($0.lowerBound)) to \(Self.percent($0.upperBound)))"
            } ?? "too few forecasts for an interval)")
        )
      }
    }
    return kinds.flatMap { verdict in
      all.filter { $0.0 == verdict }.map(\.1)
    }
  }

  /// The number of comparisons that a baseline wins, in one sentence.
  public var balance: String {
    let comparisons = (horizons + gaps).flatMap { $0.comparisons }
    let verdicts = comparisons.map(\.verdict)
    let few = comparisons.count { $0.interval == nil }
    func count(_ verdict: ForecastComparison.Verdict) -> Int {
      verdicts.count { $0 == verdict }
    }
    if verdicts.isEmpty {
      return
        "nothing was compared: no observation of the test part is near a horizon or in a gap; choose "
        + "windows.horizons and windows.gaps by the distances of the readings"
    }
    let undecided = comparisons.filter { $0.verdict == .undecided && $0.isApart }
    let (behind, ahead) = (undecided.count { $0.change > 0 }, undecided.count { $0.change < 0 })
    return "of \(verdicts.count) comparisons with baselines the \(modelName) wins "
      + "\(count(.better)), a baseline wins \(count(.worse)), \(count(.undecided)) are undecided"
      + (few > 0
        ? ", \(few == count(.undecided) ? "all" : "\(few)") of them, because the test part has too few forecasts for an interval"
        : "")
      + (ahead + behind > 0
        ? "; of the undecided a baseline is ahead in \(behind) and the \(modelName) in \(ahead)"
        : "")
  }

  private static func percent(_ share: Double) -> String {
    let text = NumberText.fixed(100 * share, 1)
    return (share > 0 ? "+" : "") + text + " %"
  }
}
