public import ContinuousModels
import NeuralNets
import Transforms
public import Tensors
public import Training

/// A model with a posterior for each example, which answers a batch's queries.
public protocol InferringModel: TensorTree {
  /// Normal distributions of the answers, with the shape of the targets, for a posterior sample
  /// with the batch's noise, and the divergence of the posterior from the prior, in nats,
  /// `[batch]`.
  func answers(
    to batch: LatentBatch
  ) -> (mean: Tensor, logVariance: Tensor, divergence: Tensor)
}

extension ForecastModel: InferringModel {
  public func answers(
    to batch: LatentBatch
  ) -> (mean: Tensor, logVariance: Tensor, divergence: Tensor) {
    let prediction = prediction(batch.observed, batch.query, noise: batch.noise)
    return (
      prediction.decoded.mean, prediction.decoded.logVariance,
      prediction.posterior.divergenceFromStandard.sum([1])
    )
  }
}

/// The loss of a forecasting model over a shard: the negative evidence lower bound, in nats per
/// queried observation.
public struct ForecastLoss<Model: InferringModel>: ShardEvaluator {
  /// The minimized value, and the bound itself, by which models are compared.
  private let training: CompiledLoss<Model, LatentBatch>
  private let comparison: CompiledLoss<Model, LatentBatch>

  public var auxiliaryNames: [String] { training.auxiliaryNames }

  /// The loss, with the power β of the variance weighting.
  public init(varianceWeighting: Double) {
    let names = ["negativeLogLikelihood", "divergence"]
    training = CompiledLoss(auxiliaryNames: names) {
      Self.loss($0, $1, EvidenceLowerBound(varianceWeighting: varianceWeighting))
    }
    comparison = CompiledLoss(auxiliaryNames: names) { Self.loss($0, $1, EvidenceLowerBound()) }
  }

  public func evaluate(model: Model, batch: LatentBatch) -> ShardResult<Model> {
    training.evaluate(model: model, batch: batch)
  }

  public func loss(model: Model, batch: LatentBatch) -> (loss: Double, auxiliary: [Double]) {
    comparison.loss(model: model, batch: batch)
  }

  /// Per queried observation, so that examples of any length have equal weight.
  private static func loss(
    _ model: Model, _ batch: LatentBatch, _ bound: EvidenceLowerBound
  ) -> LossAndAuxiliary {
    let (mean, logVariance, divergence) = model.answers(to: batch)
    let logLikelihood = bound.logLikelihood(
      mean: mean, logVariance: logVariance, targets: batch.targets, weights: batch.weights)
    let total = batch.weights.sum()
    let count = max(total, Tensor.ones(total.shape))
    let perPoint = -logLikelihood.sum() / count
    return LossAndAuxiliary(
      perPoint + batch.divergenceWeight * divergence.sum() / count,
      auxiliary: [perPoint, divergence.mean()])
  }
}
