public import ContinuousModels
import NeuralNets
import Programs
public import Tensors
public import Training

/// A model that infers something of each example, and answers a batch's questions by it.
public protocol InferringModel: TensorTree {
  /// Normal distributions of the answers, shaped as the targets, from what is inferred with the batch's noise, and the
  /// divergence of what is inferred from the prior, in nats, `[batch]`.
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

/// The loss of a forecasting model over a shard: the negative evidence lower bound, in nats an
/// observation that is asked for.
public struct ForecastLoss<Model: InferringModel>: ShardEvaluator {
  /// What is minimized, and what models are compared by: the bound itself.
  private let training: CompiledLoss<Model, LatentBatch>
  private let comparison: CompiledLoss<Model, LatentBatch>

  public var auxiliaryNames: [String] { training.auxiliaryNames }

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

  /// Per observation that is asked for, so that examples of any length count alike.
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
