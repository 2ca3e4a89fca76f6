import Platform
import NumericCore
public import TimeSeries
import ContinuousModels
public import MechanisticModels
import NeuralNets
import Transforms
import Tensors

/// A trained GOKU-net over equations with its normalization and clock.
public struct MechanismForecaster: Sendable {
  /// The network that infers states and parameters.
  public let model: EquationGOKU
  /// Turns examples into batches.
  public let builder: LatentBatchBuilder
  /// Mean and scale of each channel.
  public let normalization: Normalization
  /// Draws from the posterior for the width of a forecast's band.
  public var sampleCount = 16

  private let encode: CompiledFunction<Pair<EquationGOKU, LatentBatch>>
  private let decode: CompiledFunction<Pair<EquationGOKU, Pair<Tensor, LatentQuery>>>
  private let infer: CompiledFunction<Pair<EquationGOKU, Tensor>>

  /// A network with what its inputs need.
  public init(model: EquationGOKU, builder: LatentBatchBuilder, normalization: Normalization) {
    self.model = model
    self.builder = builder
    self.normalization = normalization
    encode = CompiledFunction { pair in
      let posterior = pair.first.posterior(
        of: pair.second.observed, summary: pair.second.query.summary)
      let (state, parameters) = (posterior.state, posterior.parameters)
      return [
        concatenate([state.mean, parameters.mean], axis: 1),
        concatenate([state.standardDeviation, parameters.standardDeviation], axis: 1),
      ]
    }
    decode = CompiledFunction { pair in
      let (latent, count) = (pair.second.first, pair.first.latentCount)
      let decoded = pair.first.decoded(
        state: latent.sliced(0..<count, axis: 1),
        parameters: latent.sliced(count..<2 * count, axis: 1), pair.second.second)
      return [decoded.mean, decoded.logVariance, decoded.states]
    }
    infer = CompiledFunction { pair in
      let count = pair.first.latentCount
      return [pair.first.parameters(from: pair.second.sliced(count..<2 * count, axis: 1))]
    }
  }

  private static let block = 32

  /// Forecasts for examples in the data's own units; states are those of the equations.
  ///
  /// The mean is that of the posterior mean; the variance is `σ² + variance of the means` over
  /// draws of z̃₀ and θ̃.
  public func forecasts(_ examples: [SeriesExample]) -> [SeriesForecast] {
    blocks(examples).flatMap(forecast)
  }

  /// Mean and standard deviation of every parameter of the equations under the posterior, `[example][parameter]`.
  public func parameters(
    of examples: [SeriesExample]
  ) -> [(means: [Double], deviations: [Double])] {
    blocks(examples).flatMap { examples in
      let (_, draws) = latents(examples)
      let count = model.law.parameters.count
      let tables = draws.map { infer(Pair(model, $0))[0].values }
      return examples.indices.map { place in
        let columns = (0..<count).map { column in tables.map { $0[place * count + column] } }
        let means = columns.map { $0.reduce(0, +) / Double($0.count) }
        let deviations = zip(columns, means).map { values, mean in
          (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        }
        return (means, deviations)
      }
    }
  }

  private func blocks(_ examples: [SeriesExample]) -> [[SeriesExample]] {
    stride(from: 0, to: examples.count, by: Self.block).map {
      Array(examples[$0..<min($0 + Self.block, examples.count)])
    }
  }

  /// The batch, the posterior mean, and draws from the posterior, `[batch, 2 · latent]` each.
  private func latents(_ examples: [SeriesExample]) -> (batch: LatentBatch, draws: [Tensor]) {
    let batch = builder.batch(examples.map(normalization.normalized))
    let posterior = encode(Pair(model, batch)).map(\.values)
    let width = builder.latentCount
    let draws = (0..<sampleCount).map { sample in
      // The same draws for every example: a forecast does not depend on other examples.
      let noise = RandomKey(0).folding(in: UInt64(sample)).normal(width, as: Double.self)
      return tensor(posterior, width) { noise[$0 % width] }
    }
    return (batch, [tensor(posterior, width) { _ in 0 }] + draws)
  }

  private func tensor(
    _ posterior: [[Double]], _ width: Int, _ noise: (Int) -> Double
  ) -> Tensor {
    let values = posterior[0].indices.map { Float(posterior[0][$0] + noise($0) * posterior[1][$0]) }
    return Tensor(values, shape: [values.count / width, width])
  }

  private func forecast(_ examples: [SeriesExample]) -> [SeriesForecast] {
    let (batch, draws) = latents(examples)
    let decoded = draws.map { decode(Pair(model, Pair($0, batch.query))).map(\.values) }
    let (centre, others) = (decoded[0], decoded.dropFirst().map { $0[0] })
    let (channels, states) = (builder.channelCount, model.law.system.states.count)
    return examples.enumerated().map { place, example in
      var result = SeriesForecast(times: example.asked.times)
      for query in 0..<example.asked.count {
        let slot = query * examples.count + place
        let range = slot * channels..<(slot + 1) * channels
        result.means.append(range.map { normalization.restored(centre[0][$0], $0 % channels) })
        result.deviations.append(
          range.map { entry in
            let means = others.map { $0[entry] }
            let mean = means.reduce(0, +) / Double(max(means.count, 1))
            let spread = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let variance =
              Double.exponential(centre[1][entry]) + spread / Double(max(means.count, 1))
            return variance.squareRoot() * normalization.deviations[entry % channels]
          })
        result.states.append(Array(centre[2][slot * states..<(slot + 1) * states]))
      }
      return result
    }
  }
}
