public import Adjoints
public import NeuralNets
public import Tensors

/// A latent ODE: observations → `q(z₀)` → the flow of a latent field → distributions of the observations at any time.
///
/// `z₀ ~ q(z₀ | x)`, `z(t) = flow(z₀, t)`, `x(t) ~ N(μ(z(t)), σ²(z(t)))`; the prior of `z₀` is standard normal.
/// - Source: Chen, Rubanova, Bettencourt and Duvenaud 2018, section 5; Rubanova, Chen and Duvenaud 2019.
public struct LatentODE<Recognition: RecognitionNetwork>: TensorTree {
  /// Infers `q(z₀ \| x)` from the observations.
  public var recognition: Recognition
  /// The flow of the latent field.
  public var flow: Flow<LatentField>
  /// From latent states to distributions of the observations.
  public var decoder: GaussianDecoder

  /// A model of given parts.
  public init(recognition: Recognition, flow: Flow<LatentField>, decoder: GaussianDecoder) {
    self.recognition = recognition
    self.flow = flow
    self.decoder = decoder
  }

  /// The number of latent components.
  public var latentCount: Int { flow.field.latentCount }

  /// The output of a model for a batch of series.
  public struct Prediction: Sendable {
    /// `q(z₀ \| x)` of each series.
    public var posterior: DiagonalNormal
    /// The trajectories from samples of the posterior.
    public var decoded: Decoded
  }

  /// The trajectories from some latent states.
  public struct Decoded: Sendable {
    /// Latent states at the query times, `[time, batch, latent]`.
    public var states: Tensor
    /// Of the observations at the query times, `[time, batch, channel]`.
    public var mean: Tensor
    /// The log variance of the observations at the query times, `[time, batch, channel]`.
    public var logVariance: Tensor
    /// Lines of `SolveStatistics`; nil if the solve was unrolled.
    public var statistics: Tensor?
  }

  /// The distributions at the query times, from `z₀ = μ + σ ε`; noise 0 is the posterior's mean.
  ///
  /// Shapes: noise `[batch, latent]`.
  public func prediction(
    _ observed: ObservedSequence, _ query: LatentQuery, noise: Tensor?
  ) -> Prediction {
    let posterior = recognition.posterior(of: observed, summary: query.summary)
    let initial = noise.map { posterior.sample(noise: $0) } ?? posterior.mean
    return Prediction(posterior: posterior, decoded: decoded(initial, query))
  }

  /// The distributions at the query times along the trajectories from latent states, `[batch, latent]`.
  public func decoded(_ initial: Tensor, _ query: LatentQuery) -> Decoded {
    let result =
      query.sharedTimes.map { flow(initial, at: $0) } ?? flow(initial, at: query.times)
    let all = result.states
    // The first time is the start, which is no query.
    let states = all.sliced(1..<all.shape[0], axis: 0)
    let (mean, logVariance) = decoder(
      states, context: query.context, reference: query.reference)
    return Decoded(
      states: states, mean: mean, logVariance: logVariance, statistics: result.statistics)
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("recognition", &recognition)
    visitor("flow", &flow)
    visitor("decoder", &decoder)
  }
}

/// The query times of a latent trajectory, with the decoder's context there.
public struct LatentQuery: TensorTree {
  /// The start of the trajectory, then the query times in order: float64 `[1 + time]` if the batch shares them (the
  /// union of its series' times), `[batch, 1 + time]` if each series has its own.
  public var times: Tensor
  /// Shared times as numbers, for a flow that is unrolled; they are fixed when the model is first traced.
  public var sharedTimes: [Double]?
  /// Knowledge about each query, for the decoder: `[time, batch, context]`.
  public var context: Tensor?
  /// The reference that the decoder's mean is added to: `[time, batch, channel]`.
  public var reference: Tensor?
  /// Knowledge about each series, for the encoder's head: `[batch, …]`.
  public var summary: Tensor?

  /// Query times of a batch, with what the decoder and the encoder may use beside the observations.
  public init(
    times: Tensor, sharedTimes: [Double]? = nil, context: Tensor? = nil, reference: Tensor? = nil,
    summary: Tensor? = nil
  ) {
    self.times = times
    self.sharedTimes = sharedTimes
    self.context = context
    self.reference = reference
    self.summary = summary
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("times", &times)
    visitor("context", &context)
    visitor("reference", &reference)
    visitor("summary", &summary)
  }
}
