import Platform
public import NumericCore
public import TimeSeries
public import ContinuousModels
import NeuralNets
import Transforms
import Tensors
public import Training

extension ForecastNetwork {
  /// A recurrent network with drawn parameters; its decoder has the context of a latent ODE's.
  public func recurrent(
    _ kind: ODERNN.Kind, for parts: LatentBatchBuilder, key: RandomKey
  ) -> ODERNN {
    let channels = parts.channelCount + parts.inputCount + parts.covariateCount
    var network = ODERNN(
      kind,
      ODERNN.Sizes(channels: channels, hidden: hidden, field: [field], steps: 1), key: key)
    network.decoder = GaussianDecoder(
      network: MLP(
        sizes: [hidden + parts.contextCount, decoder, decoder, 2 * parts.channelCount],
        key: key.folding(in: 3)
      ).startingAtZero(parts.hasAnchor), noise: .heteroscedastic)
    return network
  }
}

/// The loss of a recurrent forecasting model: the negative log likelihood of the queried
/// observations, in nats per observation.
public struct RecurrentForecastLoss: ShardEvaluator {
  private let training: CompiledLoss<ODERNN, RecurrentForecastBatch>
  private let comparison: CompiledLoss<ODERNN, RecurrentForecastBatch>

  public var auxiliaryNames: [String] { training.auxiliaryNames }

  /// The loss, with the power β of the variance weighting.
  public init(varianceWeighting: Double) {
    training = CompiledLoss(auxiliaryNames: ["negativeLogLikelihood"]) {
      Self.loss($0, $1, EvidenceLowerBound(varianceWeighting: varianceWeighting))
    }
    comparison = CompiledLoss(auxiliaryNames: ["negativeLogLikelihood"]) {
      Self.loss($0, $1, EvidenceLowerBound())
    }
  }

  public func evaluate(
    model: ODERNN, batch: RecurrentForecastBatch
  ) -> ShardResult<ODERNN> {
    training.evaluate(model: model, batch: batch)
  }

  /// The loss of a batch without its gradient.
  public func loss(
    model: ODERNN, batch: RecurrentForecastBatch
  ) -> (loss: Double, auxiliary: [Double]) {
    comparison.loss(model: model, batch: batch)
  }

  private static func loss(
    _ model: ODERNN, _ batch: RecurrentForecastBatch, _ bound: EvidenceLowerBound
  ) -> LossAndAuxiliary {
    let said = model.prediction(
      batch.series, context: batch.context, reference: batch.reference)
    let likelihood = bound.logLikelihood(
      mean: said.mean, logVariance: said.logVariance, targets: batch.targets,
      weights: batch.weights)
    let total = batch.weights.sum()
    let perPoint = -likelihood.sum() / max(total, Tensor.ones(total.shape))
    return LossAndAuxiliary(perPoint, auxiliary: [perPoint])
  }
}

/// A trained recurrent network with its normalization and clock.
public struct RecurrentForecaster: Sendable {
  /// The recurrent network.
  public let model: ODERNN
  /// Turns examples into batches.
  public let builder: RecurrentBatchBuilder
  /// Mean and scale of each channel.
  public let normalization: Normalization
  private let run: CompiledFunction<Pair<ODERNN, RecurrentForecastBatch>>

  /// A network with what its inputs need.
  public init(model: ODERNN, builder: RecurrentBatchBuilder, normalization: Normalization) {
    self.model = model
    self.builder = builder
    self.normalization = normalization
    run = CompiledFunction { pair in
      let batch = pair.second
      let said = pair.first.prediction(
        batch.series, context: batch.context, reference: batch.reference)
      return [said.mean, said.logVariance, said.before]
    }
  }

  /// Forecasts for examples in the data's own units; states are the hidden units.
  public func forecasts(_ examples: [SeriesExample]) -> [SeriesForecast] {
    var forecasts: [SeriesForecast] = []
    for start in stride(from: 0, to: examples.count, by: 32) {
      let block = Array(examples[start..<min(start + 32, examples.count)])
      forecasts += self.block(block)
    }
    return forecasts
  }

  private func block(_ examples: [SeriesExample]) -> [SeriesForecast] {
    let (batch, rows) = builder.layout(examples.map(normalization.normalized))
    let results = run(Pair(model, batch)).map(\.values)
    let (channels, hidden) = (builder.parts.channelCount, model.unit.hiddenCount)
    return examples.enumerated().map { place, example in
      var forecast = SeriesForecast(times: example.asked.times)
      for row in rows[place] {
        let slot = row * examples.count + place
        let range = slot * channels..<(slot + 1) * channels
        forecast.means.append(
          range.map { normalization.restored(results[0][$0], $0 % channels) })
        forecast.deviations.append(
          range.map {
            Double.exponential(results[1][$0] / 2) * normalization.deviations[$0 % channels]
          })
        forecast.states.append(Array(results[2][slot * hidden..<(slot + 1) * hidden]))
      }
      return forecast
    }
  }
}
