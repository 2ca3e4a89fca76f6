import Platform
public import NumericCore
import Adjoints
import NeuralNets
public import Tensors

extension LatentODE {
  /// The distributions along trajectories at times on both sides of their start.
  ///
  /// Times before the start are reached by integrating backwards: the flow of a field can be inverted, so a trajectory has a
  /// past as it has a future.
  ///
  /// Shapes: initial `[batch, latent]`; results `[time, batch, …]` in the order of the times.
  /// - Precondition: times increase.
  public func decoded(_ initial: Tensor, from start: Double, at times: [Double]) -> Decoded {
    precondition(
      zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "times increase, unlike \(times)")
    let past = Array(times.prefix { $0 < start })
    let future = Array(times.dropFirst(past.count))
    var parts: [Tensor] = []
    var statistics: Tensor?
    if !past.isEmpty {
      let result = flow(initial, at: [start] + past.reversed())
      parts += (1...past.count).reversed().map { result.states.at($0).expandingAxis(at: 0) }
      statistics = result.statistics
    }
    if !future.isEmpty {
      let result = flow(initial, at: [start] + future)
      parts.append(result.states.sliced(1..<future.count + 1, axis: 0))
      statistics = result.statistics
    }
    let states = concatenate(parts, axis: 0)
    let (mean, logVariance) = decoder(states)
    return Decoded(
      states: states, mean: mean, logVariance: logVariance, statistics: statistics)
  }

  /// The forecast distribution of new observations of series: mean and standard deviation.
  public struct Band: Sendable {
    /// Along the posterior's mean, `[time, batch, channel]`.
    public var mean: Tensor
    /// `√(mean of σ² + variance of the means)` over draws of the latent initial state, `[time, batch, channel]`.
    public var deviation: Tensor
    /// The means of each draw, `[draw, time, batch, channel]`.
    public var paths: Tensor
  }

  /// The forecast of series at any times, from draws of their latent initial states.
  ///
  /// - Parameter start: the time of the latent initial state.
  public func band(
    for observed: ObservedSequence, summary: Tensor? = nil, from start: Double,
    at times: [Double], draws: Int, key: RandomKey
  ) -> Band {
    precondition(draws > 1, "a variance needs two draws, not \(draws)")
    let posterior = recognition.posterior(of: observed, summary: summary)
    let (batch, latent) = (posterior.mean.shape[0], posterior.mean.shape[1])
    let noise = key.normal([draws, batch, latent], scalarType: posterior.mean.scalarType)
    let initial = posterior.sample(noise: noise).reshaped([draws * batch, latent])
    let all = decoded(initial, from: start, at: times)
    func split(_ x: Tensor) -> Tensor {
      x.reshaped([times.count, draws, batch, x.shape[2]]).transposed([1, 0, 2, 3])
    }
    let paths = split(all.mean)
    let centre = paths.mean([0])
    let spread = square(paths - centre).sum([0]) / Double(draws - 1)
    let noiseVariance = split(exp(all.logVariance)).mean([0])
    return Band(
      mean: decoded(posterior.mean, from: start, at: times).mean,
      deviation: sqrt(noiseVariance + spread), paths: paths)
  }

  /// Series that the model makes up: trajectories from draws of the standard normal prior.
  ///
  /// Shapes: `[time, count, channel]`; without the noise of observations.
  public func samples(
    _ count: Int, from start: Double, at times: [Double], key: RandomKey
  ) -> Tensor {
    let scalarType = flow.field.network.layers[0].weight.scalarType
    return decoded(
      key.normal([count, latentCount], scalarType: scalarType), from: start, at: times
    ).mean
  }
}
