public import ContinuousModels
import Programs
import Tensors
public import Training

/// The loss of a forecasting model over a shard: the negative evidence lower bound, in nats an
/// observation that is asked for.
public struct ForecastLoss: ShardEvaluator {
  /// What is minimized, and what models are compared by: the bound itself.
  private let training: CompiledLoss<ForecastModel, LatentBatch>
  private let comparison: CompiledLoss<ForecastModel, LatentBatch>

  public var auxiliaryNames: [String] { training.auxiliaryNames }

  public init(varianceWeighting: Double) {
    let names = ["negativeLogLikelihood", "divergence"]
    training = CompiledLoss(auxiliaryNames: names) {
      Self.loss($0, $1, EvidenceLowerBound(varianceWeighting: varianceWeighting))
    }
    comparison = CompiledLoss(auxiliaryNames: names) { Self.loss($0, $1, EvidenceLowerBound()) }
  }

  public func evaluate(model: ForecastModel, batch: LatentBatch) -> ShardResult<ForecastModel> {
    training.evaluate(model: model, batch: batch)
  }

  public func loss(
    model: ForecastModel, batch: LatentBatch
  ) -> (loss: Double, auxiliary: [Double]) {
    comparison.loss(model: model, batch: batch)
  }

  /// Per observation that is asked for, so that examples of any length count alike.
  static func loss(
    _ model: ForecastModel, _ batch: LatentBatch, _ bound: EvidenceLowerBound
  ) -> LossAndAuxiliary {
    let prediction = model.prediction(batch.observed, batch.query, noise: batch.noise)
    let (logLikelihood, divergence) = bound.terms(
      posterior: prediction.posterior, mean: prediction.decoded.mean,
      logVariance: prediction.decoded.logVariance, targets: batch.targets,
      weights: batch.weights)
    let total = batch.weights.sum()
    let count = max(total, Tensor.ones(total.shape))
    let perPoint = -logLikelihood.sum() / count
    let series = Double(batch.weights.shape[1])
    return LossAndAuxiliary(
      perPoint + batch.divergenceWeight * divergence.sum() / count,
      auxiliary: [perPoint, divergence.sum() / series])
  }
}
