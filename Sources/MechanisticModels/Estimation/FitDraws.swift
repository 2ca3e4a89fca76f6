import Platform
import NumericCore

/// Joint draws of the unknowns, for whatever follows from them.
///
/// Points of a multivariate t distribution around the best point are weighted by the posterior density, the distribution is
/// fitted to the weighted points, twice, and the draws are taken in proportion to the last weights (population Monte Carlo). Where the
/// posterior is normal the weights are equal, and the draws are those of the Laplace approximation. Directions that
/// the data do not see keep their best values.
/// - Source: Cappé, Guillin, Marin and Robert 2004.
struct FitDraws {
  /// Degrees of freedom of the proposals: heavier tails than the posterior's.
  private static let freedom = 5.0
  private let analysis: FitAnalysis
  private let key: RandomKey

  init(_ analysis: FitAnalysis, key: RandomKey) {
    self.analysis = analysis
    self.key = key
  }

  private struct Proposal {
    var mean: [Double]
    /// Columns, each a standard deviation along an axis: `z = mean + Σ axis · ε`.
    var axes: [[Double]]
  }

  /// Points of the search, and how many independent ones carry as much.
  struct Sample {
    var points: [[Double]] = []
    var effectiveSize = 0.0
  }

  /// So many points; none where nothing is known about the errors.
  func sample(_ count: Int) -> Sample {
    guard count > 0, let axes = analysis.axes, !axes.isEmpty else { return Sample() }
    var proposal = Proposal(
      mean: analysis.best.unknowns, axes: axes.map { axis in axis.map { 1.3 * $0 } })
    var result = Sample()
    for round in 0..<3 {
      let (points, weights) = sample(proposal, 2 * count, key.folding(in: UInt64(round)))
      let total = weights.reduce(0, +)
      guard total > 0 else { return result }
      result.points = resampled(points, weights, count, key.folding(in: UInt64(100 + round)))
      result.effectiveSize = total * total / weights.reduce(0) { $0 + $1 * $1 }
      // Too few points with weight do not determine a distribution.
      guard result.effectiveSize > 5 * Double(axes.count) else { continue }
      proposal = fitted(points, weights, proposal)
    }
    return result
  }

  private func sample(
    _ proposal: Proposal, _ count: Int, _ key: RandomKey
  ) -> (points: [[Double]], weights: [Double]) {
    let axes = proposal.axes.count
    let noise = key.folding(in: 0).normal(count * axes, as: Double.self)
    let shares = key.folding(in: 1).uniform(count, as: Double.self)
    let square = ChiSquareDistribution(freedom: Self.freedom)
    let scales = analysis.objective.scales
    var (points, weights): ([[Double]], [Double]) = ([], [])
    for draw in 0..<count {
      let radius = (Self.freedom / square.quantile(max(shares[draw], 1e-12))).squareRoot()
      var (point, size) = (proposal.mean, 0.0)
      for (place, axis) in proposal.axes.enumerated() {
        let step = radius * noise[draw * axes + place]
        size += step * step
        for i in point.indices { point[i] += step * axis[i] }
      }
      let isInside = zip(scales, point).allSatisfy { $0.bounds.contains($1) }
      guard isInside,
        let value = analysis.objective.evaluate(at: point, derivatives: false)?.value
      else { continue }
      let density = -0.5 * (Self.freedom + Double(axes)) * .logarithmOnePlus(size / Self.freedom)
      points.append(point)
      weights.append(.exponential(min(analysis.best.evaluation.value - value - density, 300)))
    }
    return (points, weights)
  }

  /// Systematic resampling: every point as often as its share of the weight, rounded up or down.
  private func resampled(
    _ points: [[Double]], _ weights: [Double], _ count: Int, _ key: RandomKey
  ) -> [[Double]] {
    let step = weights.reduce(0, +) / Double(count)
    var (sum, next) = (0.0, step * key.uniform(1, as: Double.self)[0])
    var result: [[Double]] = []
    for (point, weight) in zip(points, weights) {
      sum += weight
      while next < sum && result.count < count {
        result.append(point)
        next += step
      }
    }
    return result
  }

  /// The weighted mean, and axes that are scaled so that the weighted points have unit variance along each of the old ones.
  private func fitted(
    _ points: [[Double]], _ weights: [Double], _ old: Proposal
  ) -> Proposal {
    let total = weights.reduce(0, +)
    let n = old.mean.count
    var mean = [Double](repeating: 0, count: n)
    for (point, weight) in zip(points, weights) {
      for i in 0..<n { mean[i] += weight / total * point[i] }
    }
    // The rows √w (z − mean) have the covariance as their product; its factor's rows are axes.
    var factor = TriangularFactor(size: n)
    for (point, weight) in zip(points, weights) {
      var row = zip(point, mean).map { (weight / total).squareRoot() * ($0 - $1) }
      factor.append(&row, 0)
    }
    let axes = (0..<n).map { i in (0..<n).map { 1.2 * factor.matrix[i * n + $0] } }
      .filter { $0.contains { $0 != 0 } }
    return Proposal(mean: mean, axes: axes)
  }
}
