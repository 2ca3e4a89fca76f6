import Platform
import NumericCore

/// What is known about a minimum: standard errors, intervals, correlations.
struct FitAnalysis {
  let objective: any FitObjective
  let best: TrustRegion.Outcome
  let attempts: [FitSearch.Attempt]
  /// nil where there are no derivatives.
  let information: FitInformation?
  /// Degrees of freedom of the estimated size of the errors; infinite where it is known, nil if the data have none left.
  let freedom: Double?

  init(_ objective: any FitObjective, _ best: TrustRegion.Outcome, _ attempts: [FitSearch.Attempt])
  {
    self.objective = objective
    self.best = best
    self.attempts = attempts
    let count = objective.scales.count
    let information = FitInformation(best.evaluation, unknowns: count)
    self.information = information
    guard objective.estimatesNoise else {
      freedom = .infinity
      return
    }
    // A weight of a network has a penalty of its own and takes no freedom from the data.
    let others = objective.weightDeviations.count { $0 != nil } + objective.noiseUnknowns.count
    let taken = max((information?.rank ?? count) - others, 0)
    let rest = best.evaluation.dataCount - taken
    // As many unknowns as exact values fit these without an error, whatever its size is.
    let exact = rest - objective.censoredCount
    freedom = exact > 0 ? Double(exact) : nil
  }

  /// Where 97.5 % of the estimates lie below, in standard errors.
  var quantile: Double? { freedom.map { StudentDistribution(freedom: $0).quantile(0.975) } }

  /// The drop of twice the log-likelihood at the ends of a 95 % interval.
  ///
  /// With an estimated standard deviation the sums of squares of `n` errors and of one more degree of freedom have the ratio
  /// `1 + F/ν`, with `F` of Fisher's distribution of `(1, ν)`: `n log(1 + t²/ν)`, which is χ² in the limit.
  var threshold: Double? {
    guard let freedom, let quantile else { return nil }
    guard freedom.isFinite else { return quantile * quantile }
    return sizeCount * .logarithmOnePlus(quantile * quantile / freedom)
  }

  /// Data that carry the size of the errors.
  private var sizeCount: Double {
    Double(max(best.evaluation.dataCount - objective.censoredCount, 1))
  }

  /// The rows are in units of the maximum-likelihood standard deviation; the unbiased one is larger by the root of this.
  private var variance: Double {
    guard let freedom, freedom.isFinite else { return 1 }
    return max(sizeCount / freedom, 1)
  }

  /// In the search's coordinates; nil where the data determine nothing.
  var standardErrors: [Double?] {
    guard freedom != nil, let information else { return objective.scales.map { _ in nil } }
    return information.standardErrors(variance: variance)
  }

  /// Of the estimates in the search's coordinates, `[unknown, unknown]`, over what the data determine.
  var covariance: [Double] { information?.covariance.map { $0 * variance } ?? [] }

  /// Standard deviations along independent axes over what the data determine: `z = best + Σ axis · ε`; nil where nothing is known of the errors.
  var axes: [[Double]]? {
    guard freedom != nil, let information else { return nil }
    return information.axes.map { axis in axis.map { $0 * variance.squareRoot() } }
  }

  /// Unknowns that are reported: all but weights of networks.
  var reported: [Int] { objective.names.indices.filter { objective.weightDeviations[$0] == nil } }

  /// 95 % by the curvature; nil where that spans so many powers of ten that it carries no information.
  func laplace(_ place: Int, error: Double) -> ClosedRange<Double>? {
    let scale = objective.scales[place]
    // Twice an error of 5 on a scale of logarithms is a factor of 18,000 to either side.
    guard let quantile, !(scale.isLogarithmic && error > 5) else { return nil }
    let middle = best.unknowns[place]
    let (lower, upper) = (
      scale.value(middle - quantile * error), scale.value(middle + quantile * error)
    )
    return lower.isFinite && upper.isFinite ? lower...upper : nil
  }

  /// Whether every profile that was followed to both ends agrees with the curvature: each end within a fifth of its distance.
  func isQuadratic(_ estimates: [FitResult.Estimate]) -> Bool {
    guard let quantile else { return true }
    let errors = standardErrors
    return zip(reported, estimates).allSatisfy { place, estimate in
      guard let profile = estimate.profile, let error = errors[place], error > 0 else {
        return true
      }
      return [(profile.lower, -1.0), (profile.upper, 1)].allSatisfy { end, direction in
        switch end {
        case .bound(let value):
          let distance =
            direction * (objective.scales[place].coordinate(value) - best.unknowns[place])
          return (0.8...1.25).contains(distance / (quantile * error))
        case .open: return false
        case .lost: return true
        }
      }
    }
  }

  /// Correlations of the reported unknowns.
  var correlations: [[Double?]] {
    let (n, covariance) = (objective.scales.count, covariance)
    return reported.map { i in
      reported.map { j in
        guard let information, information.isSeen(i), information.isSeen(j) else { return nil }
        let size = (covariance[i * n + i] * covariance[j * n + j]).squareRoot()
        return size > 0 ? covariance[i * n + j] / size : nil
      }
    }
  }

  /// Values of the reported unknowns at a point.
  func values(at point: [Double]) -> [Double] {
    reported.map { objective.scales[$0].value(point[$0]) }
  }

  /// Every search, the best first.
  var searches: [FitResult.Start] {
    attempts.sorted { $0.value < $1.value }.map { attempt in
      FitResult.Start(
        origin: attempt.origin, objective: attempt.value,
        hasConverged: attempt.outcome.hasConverged, iterations: attempt.outcome.iterations,
        values: values(at: attempt.outcome.unknowns))
    }
  }
}
