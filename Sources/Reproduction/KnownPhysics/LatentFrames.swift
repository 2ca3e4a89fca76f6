import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors

/// The latent ODE that GOKU-net is compared with: the same encoder widths, and a network in place of the law.
///
/// The field is `s · tanh(net(z))`. With a plain network a trajectory leaves, soon after the window that training ever asked
/// for, the region in which the field was learned, and the comparison would flatter the known law.
struct LatentFrames: TensorTree {
  var embedding: Linear
  var encoder: BackwardRNN
  var flow: Flow<LatentField>
  var decoder: MLP

  init(
    features: Int, latent: Int = 8, hidden: Int = 64, outputActivation: Activation = .identity,
    key: RandomKey
  ) {
    let keys = key.split(5)
    embedding = Linear(features, 32, key: keys[0])
    encoder = BackwardRNN(
      unit: .gated(32, 32, key: keys[1], scalarType: .float32),
      head: PosteriorHead(
        network: MLP(sizes: [32, 2 * latent], key: keys[2]), logVarianceOffset: -3))
    flow = Flow(
      of: LatentField(
        network: MLP(sizes: [latent, hidden, hidden, latent], key: keys[3]),
        scale: Tensor(repeating: 1, shape: [latent], scalarType: .float32).evaluated()),
      solver: .fixedSteps(1))
    decoder = MLP(
      sizes: [latent, hidden, hidden, features], activation: .relu,
      outputActivation: outputActivation, key: keys[4])
  }

  var latent: Int { flow.field.latentCount }

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
