package import NumericCore
import Adjoints
package import ContinuousModels
import Integrators
import NeuralNets
import Transforms
package import Tensors
import Training

/// Sines at irregular times, each series seen at some of them, and the models that learn from the seen points alone.
///
/// The toy of Rubanova, Chen and Duvenaud 2019: 800 series to learn from, 200 to be judged by, at all 100 times.
package struct SineTask: Sendable {
  package let training: SparseSequences
  package let test: SparseSequences
  private let sines: SequenceSet
  private let key: RandomKey
  private let seed: UInt64
  package var times: [Double] { sines.times }

  package init(seed: UInt64, key: RandomKey) {
    let set = SequenceSet.sines(1_000, key: key.folding(in: 510))
    sines = set
    self.seed = seed
    self.key = key
    let salt = key.folding(in: 520)
    training = SparseSequences(
      set.series(0..<800), seeing: 30, of: 100, key: salt.folding(in: 1))
    test = SparseSequences(
      set.series(800..<1_000), seeing: 30, of: 100, key: salt.folding(in: 2))
  }

  private var everyone: [Int] { Array(0..<test.count) }
  private var grid: [Int] { Array(sines.times.indices) }
  private func trainer(_ iterations: Int) -> SequenceTraining {
    SequenceTraining(iterations: iterations, batchSize: 50, seed: seed)
  }
  private func optimizer(for model: some TensorTree) -> Adamax {
    Adamax(for: model, learningRate: .exponential(from: 1e-2, factor: 0.999, floor: 1e-3))
  }

  // MARK: Recurrent networks

  /// A network that learned to expect the next seen point.
  package func trained(_ kind: ODERNN.Kind, iterations: Int) throws -> ODERNN {
    let start = ODERNN(
      kind,
      ODERNN.Sizes(
        channels: 1, hidden: 10, steps: 1, method: .rungeKutta4, noise: .fixed(0.1)),
      means: [0.5], key: key.folding(in: 530))
    return try trainer(iterations).fit(
      start, on: RecurrentData(training), optimizer: optimizer(for: start))
  }

  /// What a network expects at all times of the test series, `[time, series, 1]`.
  package func expectations(_ network: ODERNN) -> Tensor {
    network.expectations(test.asked(everyone, at: grid))
  }

  /// Mean squared error at all times of the test series.
  package func error(_ means: Tensor) -> Double {
    meanSquaredError(means, target: test.targets(everyone, at: grid)).values[0]
  }

  // MARK: Latent ODEs

  /// A latent ODE whose encoder's state flows between the seen points, or waits.
  package func latentODE(
    flowing: Bool, iterations: Int
  ) throws -> LatentODE<BackwardRNN> {
    let (latent, hidden) = (10, 20)
    let keys = key.folding(in: 550).split(5)
    let field = LatentField(network: MLP(sizes: [hidden, 100, hidden], key: keys[1]))
    let start = LatentODE(
      recognition: BackwardRNN(
        unit: .normal(4, hidden, gateUnits: 100, key: keys[0]),
        dynamics: flowing ? .steps(2, of: field) : .constant,
        head: PosteriorHead(network: MLP(sizes: [2 * hidden, 100, 2 * latent], key: keys[2]))),
      flow: Flow(
        of: LatentField(network: MLP(sizes: [latent, 100, 100, latent], key: keys[3])),
        solver: .latent),
      decoder: GaussianDecoder(
        network: MLP(sizes: [latent, 1], key: keys[4]), noise: .fixed(0.05)))
    let data = LatentSequenceData(
      training, window: sines.times.count, latentCount: latent,
      thinning: .leftOut(upTo: 0.9)
    ) {
      EvidenceLowerBound.annealedWeight(step: $1, delay: 10, rate: 0.99)
    }
    return try trainer(iterations).fit(
      start, on: data, times: sines.times, optimizer: optimizer(for: start))
  }

  /// Means at all times and the posterior's entropy in nats, from `count` seen points of each test series.
  package func reconstruction(
    _ model: LatentODE<BackwardRNN>, seeing count: Int
  ) -> (means: Tensor, entropy: Double) {
    let seen = SparseSequences(
      test.set, seeing: count, of: 100, key: key.folding(in: 540))
    let result = model.reconstruction(of: seen.observed(everyone), at: sines.times)
    return (result.means, result.posterior.entropy.sum([1]).mean().values[0])
  }

  /// Evaluations of the latent field for `count` equally spaced outputs over the whole span.
  package func evaluations(_ model: LatentODE<BackwardRNN>, outputs count: Int) -> Int {
    let (first, last) = (sines.times[0], sines.times[sines.times.count - 1])
    let times = (0..<count).map { first + (last - first) * Double($0) / Double(count - 1) }
    let result = model.reconstruction(of: test.observed(everyone), at: times)
    return Int(result.statistics.values[0])
  }
}
