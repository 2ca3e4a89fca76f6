public import ContinuousModels
import Integrators
import NeuralNets
import NumericCore
import Programs
import Tensors
public import Training

/// The loss of a GOKU-net over equations: the negative evidence lower bound, in nats an observation that is asked for.
public struct LawLoss: ShardEvaluator {
  private let training: CompiledLoss<EquationGOKU, LatentBatch>
  private let comparison: CompiledLoss<EquationGOKU, LatentBatch>

  public var auxiliaryNames: [String] { training.auxiliaryNames }

  public init(varianceWeighting: Double) {
    let names = ["negativeLogLikelihood", "divergence"]
    training = CompiledLoss(auxiliaryNames: names) {
      Self.loss($0, $1, EvidenceLowerBound(varianceWeighting: varianceWeighting))
    }
    comparison = CompiledLoss(auxiliaryNames: names) { Self.loss($0, $1, EvidenceLowerBound()) }
  }

  public func evaluate(model: EquationGOKU, batch: LatentBatch) -> ShardResult<EquationGOKU> {
    training.evaluate(model: model, batch: batch)
  }

  public func loss(model: EquationGOKU, batch: LatentBatch) -> (loss: Double, auxiliary: [Double]) {
    comparison.loss(model: model, batch: batch)
  }

  private static func loss(
    _ model: EquationGOKU, _ batch: LatentBatch, _ bound: EvidenceLowerBound
  ) -> LossAndAuxiliary {
    let count = model.latentCount
    let posterior = model.posterior(of: batch.observed, summary: batch.query.summary)
    let decoded = model.decoded(
      state: posterior.state.sample(noise: batch.noise.sliced(0..<count, axis: 1)),
      parameters: posterior.parameters.sample(
        noise: batch.noise.sliced(count..<2 * count, axis: 1)), batch.query)
    let likelihood = bound.logLikelihood(
      mean: decoded.mean, logVariance: decoded.logVariance, targets: batch.targets,
      weights: batch.weights)
    let total = batch.weights.sum()
    let points = max(total, Tensor.ones(total.shape))
    let perPoint = -likelihood.sum() / points
    let divergence = posterior.divergence
    return LossAndAuxiliary(
      perPoint + batch.divergenceWeight * divergence.sum() / points,
      auxiliary: [perPoint, divergence.mean()])
  }
}

extension LawSettings {
  /// A model with drawn parameters; the builder's latent count is that of z̃₀ and θ̃ together.
  func model(
    _ known: KnownLaw, for builder: LatentBatchBuilder, _ normalization: Normalization,
    tolerance: Double, key: RandomKey
  ) -> EquationGOKU {
    var sizes = EquationGOKU.Sizes(features: builder.featureCount, summary: builder.summaryCount)
    (sizes.recurrent, sizes.latent, sizes.hidden) = (recurrent, latent, hidden)
    return EquationGOKU(
      known.law, channels: known.channels,
      means: Array(normalization.means.prefix(builder.channelCount)),
      deviations: Array(normalization.deviations.prefix(builder.channelCount)), sizes: sizes,
      solver: ODESolver(
        method: .dormandPrince5,
        control: .proportionalIntegral(Tolerance(relative: tolerance, absolute: tolerance))),
      key: key)
  }
}
