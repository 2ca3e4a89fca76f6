import NumericCore
import TimeSeries
import ContinuousModels
public import MechanisticModels
import Integrators
import NeuralNets
public import Tensors

extension EquationGOKU: InferringModel {
  public func answers(
    to batch: LatentBatch
  ) -> (mean: Tensor, logVariance: Tensor, divergence: Tensor) {
    let posterior = posterior(of: batch.observed, summary: batch.query.summary)
    let decoded = decoded(posterior, noise: batch.noise, batch.query)
    return (decoded.mean, decoded.logVariance, posterior.divergence)
  }
}

extension MechanismSettings {
  /// A model with drawn parameters; the builder's latent count is that of z̃₀ and θ̃ together.
  func model(
    _ known: Mechanism, for builder: LatentBatchBuilder, _ normalization: Normalization,
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
