import Platform
import NumericCore
public import TimeSeries
public import ContinuousModels
import NeuralNets
import Transforms
import Tensors

/// A trained latent ODE with its normalization and clock.
public struct LatentForecaster: Sendable {
  /// The latent ODE.
  public let model: ForecastModel
  /// Turns examples into batches.
  public let builder: LatentBatchBuilder
  /// Mean and scale of each channel.
  public let normalization: Normalization
  /// Draws from the posterior for the width of a forecast's band.
  public var sampleCount = 8

  private let encode: CompiledFunction<Pair<ForecastModel, LatentBatch>>
  private let decode: CompiledFunction<Pair<ForecastModel, Pair<Tensor, LatentQuery>>>

  /// A latent ODE with what its inputs need.
  public init(
    model: ForecastModel, builder: LatentBatchBuilder, normalization: Normalization
  ) {
    self.model = model
    self.builder = builder
    self.normalization = normalization
    encode = CompiledFunction { pair in
      let batch = pair.second
      let posterior = pair.first.recognition.posterior(
        of: batch.observed, summary: batch.query.summary)
      return [posterior.mean, posterior.standardDeviation]
    }
    decode = CompiledFunction { pair in
      let decoded = pair.first.decoded(pair.second.first, pair.second.second)
      return [decoded.mean, decoded.logVariance, decoded.states]
    }
  }

  /// Forecasts for examples in the data's own units.
  ///
  /// The mean is that of the posterior mean; the variance is that of the mixture over draws of the
  /// latent state: `mean of σ² + variance of the means`.
  public func forecasts(_ examples: [SeriesExample]) -> [SeriesForecast] {
    var forecasts: [SeriesForecast] = []
    for start in stride(from: 0, to: examples.count, by: 32) {
      forecasts += block(Array(examples[start..<min(start + 32, examples.count)]))
    }
    return forecasts
  }

  private func block(_ examples: [SeriesExample]) -> [SeriesForecast] {
    let batch = builder.batch(examples.map(normalization.normalized))
    let posterior = encode(Pair(model, batch)).map(\.values)
    func decoded(_ draw: [Float]?) -> [[Double]] {
      let initial = posterior[0].indices.map { place in
        Float(posterior[0][place])
          + (draw.map { $0[place % $0.count] * Float(posterior[1][place]) } ?? 0)
      }
      let tensor = Tensor(initial, shape: [examples.count, builder.latentCount])
      return decode(Pair(model, Pair(tensor, batch.query))).map(\.values)
    }
    let centre = decoded(nil)
    let count = centre[0].count
    var noise = centre[1].map(Double.exponential)
    var (sums, squares) = (zeros(count), zeros(count))
    for sample in 0..<sampleCount {
      // The same draws for every example: a forecast does not depend on other examples.
      let key = RandomKey(0).folding(in: UInt64(sample))
      let means = decoded(key.normal(builder.latentCount, as: Float.self))[0]
      for i in 0..<count {
        sums[i] += means[i]
        squares[i] += means[i] * means[i]
      }
    }
    if sampleCount > 1 {
      let n = Double(sampleCount)
      for i in 0..<count { noise[i] += max(0, squares[i] / n - sums[i] * sums[i] / (n * n)) }
    }
    return examples.indices.map { place in
      forecast(examples[place], place, examples.count, centre, noise)
    }
  }

  private func forecast(
    _ example: SeriesExample, _ place: Int, _ batch: Int, _ centre: [[Double]], _ variance: [Double]
  ) -> SeriesForecast {
    let (channels, latent) = (builder.channelCount, builder.latentCount)
    var result = SeriesForecast(times: example.asked.times)
    for query in 0..<example.asked.count {
      let slot = query * batch + place
      let range = slot * channels..<(slot + 1) * channels
      result.means.append(
        range.map { normalization.restored(centre[0][$0], $0 % channels) })
      result.deviations.append(
        range.map { variance[$0].squareRoot() * normalization.deviations[$0 % channels] })
      result.states.append(Array(centre[2][slot * latent..<(slot + 1) * latent]))
    }
    return result
  }

  private func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
}
