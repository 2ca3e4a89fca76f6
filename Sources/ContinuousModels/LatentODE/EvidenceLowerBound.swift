public import NeuralNets
public import Tensors

/// The objective of a latent-variable model: expected log likelihood minus the divergence from the prior.
public struct EvidenceLowerBound: Sendable, Hashable {
  /// How points, channels and latent dimensions are added up.
  public enum Reduction: String, Sendable, Hashable, CaseIterable {
    /// The textbook: sums over points, channels and latent dimensions; a mean over series.
    case sum
    /// The code released with Rubanova et al. 2019: the log likelihood is the mean over a series' observed points, and
    /// the divergence the mean over latent dimensions. Against `sum`, the divergence weighs more in a long series.
    case releasedMean
  }

  /// How points, channels and latent dimensions are added up.
  public var reduction: Reduction
  /// The power β of 0 to 1: the likelihood's terms are weighted by `σ^{2β}`, held constant.
  ///
  /// 0 is the likelihood; with more, a region that is hard to predict is not given up early.
  /// - Source: Seitzer et al. 2022, "On the pitfalls of heteroscedastic uncertainty estimation".
  public var varianceWeighting: Double

  /// An objective; the default is the textbook's.
  public init(reduction: Reduction = .sum, varianceWeighting: Double = 0) {
    self.reduction = reduction
    self.varianceWeighting = varianceWeighting
  }

  /// Log likelihood and divergence of each series, both `[batch]`, in nats.
  ///
  /// Shapes: mean, log variance, targets and weights `[time, batch, channel]`. Where a weight is 0 the target may be
  /// anything.
  public func terms(
    posterior: DiagonalNormal, mean: Tensor, logVariance: Tensor, targets: Tensor, weights: Tensor
  ) -> (logLikelihood: Tensor, divergence: Tensor) {
    let logLikelihood = self.logLikelihood(
      mean: mean, logVariance: logVariance, targets: targets, weights: weights)
    var divergence = posterior.divergenceFromStandard
    switch reduction {
    case .sum: divergence = divergence.sum([1])
    case .releasedMean: divergence = divergence.mean([1])
    }
    return (logLikelihood, divergence)
  }

  /// Log likelihood of each series, `[batch]`, in nats; for models without a latent variable it is all there is.
  ///
  /// Shapes as in `terms`.
  public func logLikelihood(
    mean: Tensor, logVariance: Tensor, targets: Tensor, weights: Tensor
  ) -> Tensor {
    let isObserved = weights .> 0.0
    let error = square(select(isObserved, targets, stopGradient(mean)) - mean)
    var density = -0.5 * (error * exp(-logVariance) + logVariance + EvidenceLowerBound.logTwoPi)
    if varianceWeighting > 0 {
      density = density * stopGradient(exp(varianceWeighting * logVariance))
    }
    let logLikelihood = (density * weights).sum([0, 2])
    switch reduction {
    case .sum: return logLikelihood
    case .releasedMean:
      let count = weights.sum([0, 2])
      let one = Tensor.ones(count.shape, scalarType: count.scalarType)
      return logLikelihood / max(count, one)
    }
  }

  private static let logTwoPi = 1.837_877_066_409_345_483_560_659_472_811

  /// β of step `step` when it rises from 0 to 1 by `1 − rate^{step − delay}`, and is 0 before.
  ///
  /// - Source: Rubanova et al. 2019's code has rate 0.99 and counts epochs, with a delay of 10.
  public static func annealedWeight(step: Int, delay: Int, rate: Double) -> Double {
    guard step > delay else { return 0 }
    var rest = 1.0
    for _ in 0..<(step - delay) { rest *= rate }
    return 1 - rest
  }
}
