import Platform
public import NeuralNets
public import Tensors

/// From latent states to normal distributions of the observations.
public struct GaussianDecoder: TensorTree {
  /// The source of an observation's standard deviation.
  public enum Noise: Sendable, Hashable {
    /// The same for all.
    case fixed(Double)
    /// One learned log variance a channel.
    case perChannel
    /// A second half of the network's outputs: it depends on the latent state.
    case heteroscedastic
  }

  /// `[…, latent + context]` → `[…, channel]`, or twice as many outputs if the noise is heteroscedastic.
  public var network: MLP
  /// The source of the standard deviation.
  public var noise: Noise
  /// `[channel]`, if the noise is learned per channel.
  public var logVariance: Tensor?
  /// Learned log variances stay within this range.
  public var logVarianceRange: ClosedRange<Double>

  /// A decoder of a given network.
  public init(
    network: MLP, noise: Noise, logVariance: Tensor? = nil,
    logVarianceRange: ClosedRange<Double> = -9...4
  ) {
    precondition(
      (noise == .perChannel) == (logVariance != nil),
      "a log variance per channel requires noise per channel")
    self.network = network
    self.noise = noise
    self.logVariance = logVariance
    self.logVarianceRange = logVarianceRange
  }

  /// Mean and log variance, both `[…, channel]`; `context` has the leading axes of the states, `reference` the shape of
  /// the mean, to which it is added.
  public func callAsFunction(
    _ states: Tensor, context: Tensor? = nil, reference: Tensor? = nil
  ) -> (mean: Tensor, logVariance: Tensor) {
    let input = context.map { concatenate([states, $0], axis: -1) } ?? states
    let output = network(input)
    let channels = output.shape[output.rank - 1] / (noise == .heteroscedastic ? 2 : 1)
    let residual = output.sliced(0..<channels, axis: -1)
    let mean = reference.map { $0 + residual } ?? residual
    let logVariance: Tensor
    switch noise {
    case .fixed(let deviation):
      let logDeviation = log(Tensor([deviation])).converted(to: mean.scalarType)
      logVariance = (2 * logDeviation).broadcast(to: mean.shape)
    case .perChannel:
      guard let learned = self.logVariance else { preconditionFailure("no log variance") }
      logVariance = limited(learned).broadcast(to: mean.shape)
    case .heteroscedastic:
      logVariance = limited(output.sliced(channels..<2 * channels, axis: -1))
    }
    return (mean, logVariance)
  }

  private func limited(_ x: Tensor) -> Tensor {
    func constant(_ value: Double) -> Tensor {
      Tensor(repeating: value, shape: x.shape, scalarType: x.scalarType)
    }
    return min(max(x, constant(logVarianceRange.lowerBound)), constant(logVarianceRange.upperBound))
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("network", &network)
    visitor("logVariance", &logVariance)
  }
}
