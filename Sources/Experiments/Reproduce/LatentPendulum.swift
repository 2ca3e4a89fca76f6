import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import NumericCore
import Tensors

/// The latent ODE that GOKU-net is compared with: the same encoder widths, and a network in place of the law.
struct LatentPendulum: TensorTree {
  static let latent = 8

  var embedding: Linear
  var encoder: BackwardRNN
  var flow: Flow<LatentField>
  var decoder: MLP

  init(features: Int, key: RandomKey) {
    let keys = key.split(5)
    let latent = Self.latent
    embedding = Linear(features, 32, key: keys[0])
    encoder = BackwardRNN(
      unit: .gated(32, 32, key: keys[1], scalarType: .float32),
      head: PosteriorHead(
        network: MLP(sizes: [32, 2 * latent], key: keys[2]), logVarianceOffset: -3))
    flow = Flow(
      of: LatentField(
        network: MLP(sizes: [latent, 64, 64, latent], activation: .relu, key: keys[3])),
      solver: .fixedSteps(1))
    decoder = MLP(sizes: [latent, 64, 64, features], activation: .relu, key: keys[4])
  }

  /// Observations at times, `[time, batch, feature]`, and the posterior of the latent initial state.
  func callAsFunction(
    _ observed: Tensor, at times: [Double], noise: Tensor? = nil
  ) -> (observations: Tensor, posterior: DiagonalNormal) {
    let embedded = relu(embedding(observed))
    let column = Array(observed.shape.prefix(2)) + [1]
    let posterior = encoder.posterior(
      of: ObservedSequence(
        features: embedded, mask: .ones(column), gaps: .zeros(column)), summary: nil)
    let initial = noise.map { posterior.sample(noise: $0) } ?? posterior.mean
    return (decoder(flow(initial, at: times).states), posterior)
  }

  func loss(_ observed: Tensor, at times: [Double], noise: Tensor?) -> Tensor {
    let (observations, posterior) = self(observed, at: times, noise: noise)
    return square(observations - observed).mean([0, 1]).sum()
      + 1e-3 * posterior.divergenceFromStandard.sum([1]).mean()
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("embedding", &embedding)
    visitor("encoder", &encoder)
    visitor("flow", &flow)
    visitor("decoder", &decoder)
  }
}
