import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// Spirals of which some points of a window are seen, and the models that extrapolate them.
struct SpiralTask {
  /// Grid rows that may be seen, and the rows after them that are to be foreseen.
  static let window = 0..<100
  static let beyond = 100..<200

  let training: SparseSequences
  let test: SparseSequences
  let run: ExperimentRun
  private let observed: Int

  init(observed: Int, run: ExperimentRun) {
    let key = run.key.folding(in: 500)
    let salt = run.key.folding(in: 600 + UInt64(observed))
    training = SparseSequences(
      .spirals(1_000, startBelow: 300, key: key.folding(in: 1)), seeing: observed,
      of: Self.window.count, key: salt.folding(in: 1))
    test = SparseSequences(
      .spirals(200, startBelow: 200, key: key.folding(in: 2)), seeing: observed,
      of: Self.window.count, key: salt.folding(in: 2))
    self.observed = observed
    self.run = run
  }

  private var iterations: Int { run.choose(full: 3_000, quick: 900) }
  private var schedule: Schedule { .cosine(from: 1e-2, to: 5e-4, over: iterations) }
  private var trainer: SequenceTraining {
    SequenceTraining(iterations: iterations, batchSize: 100, seed: run.seed)
  }
  var everyone: [Int] { Array(0..<test.count) }

  // MARK: Latent ODE

  /// A latent ODE of the paper's sizes, with the paper's fixed noise.
  ///
  /// A learned noise falls to that of the data, 0.06; then the likelihood of many points outweighs the divergence, codes of
  /// overlapping windows share no field, and extrapolation fails for some seeds.
  func latentODE(_ thinning: Thinning) throws -> LatentODE<BackwardRNN> {
    let keys = run.key.folding(in: 700 + UInt64(observed)).split(4)
    let start = LatentODE(
      recognition: BackwardRNN(
        unit: .elman(7, 25, key: keys[0]),
        head: PosteriorHead(network: MLP(sizes: [25, 8], key: keys[1]))),
      flow: Flow(
        of: LatentField(network: MLP(sizes: [4, 20, 20, 4], activation: .elu, key: keys[2])),
        solver: .latent),
      decoder: GaussianDecoder(
        network: MLP(sizes: [4, 20, 2], activation: .relu, key: keys[3]), noise: .fixed(0.3)))
    let iterations = iterations
    let data = LatentSequenceData(
      training, window: Self.window.count, latentCount: 4, thinning: thinning
    ) { step, _ in min(1, Double(step) / (0.3 * Double(iterations))) }
    return try trainer.fit(
      start, on: data, times: Array(training.set.times[Self.window]),
      optimizer: Adam(for: start, learningRate: schedule))
  }

  /// Root mean squared error of the 100 points after the window, along the posterior's mean.
  func error(of model: LatentODE<BackwardRNN>) -> Double {
    let means = model.reconstruction(of: test.observed(everyone), at: test.set.times).means
    return error(means.sliced(Self.beyond, axis: 0))
  }

  // MARK: Baselines

  /// The error of a recurrent network with the time to the next point and its own predictions as inputs.
  func recurrentError() throws -> Double {
    let keys = run.key.folding(in: 800 + UInt64(observed)).split(2)
    let reader = RowReader(channelCount: 2, timing: .untilNext)
    let start = ODERNN(
      reader: reader, unit: .elman(reader.featureCount, 25, key: keys[0]), dynamics: .constant,
      decoder: GaussianDecoder(network: MLP(sizes: [25, 2], key: keys[1]), noise: .fixed(1)))
    let network = try trainer.fit(
      start, on: RecurrentData(training, start: false),
      optimizer: Adam(for: start, learningRate: schedule))
    let series = test.continued(everyone, at: Array(Self.beyond))
    let own = Tensor(
      (0..<series.rowCount).map { $0 < observed ? Float(0) : 1 }, shape: [series.rowCount, 1, 1])
    let words = network.expectations(
      series, replacing: own.broadcast(to: [series.rowCount, test.count, 1]).evaluated())
    return error(words.sliced(observed..<series.rowCount, axis: 0))
  }

  /// The error of saying the last seen value forever.
  var lastValueError: Double {
    let rows = everyone.map { test.seen[$0].last ?? 0 }
    let values = everyone.flatMap { test.set.values[$0][rows[$0]].map(Float.init) }
    return error(
      Tensor(values, shape: [1, test.count, 2])
        .broadcast(to: [Self.beyond.count, test.count, 2]))
  }

  private func error(_ means: Tensor) -> Double {
    meanSquaredError(means, target: test.targets(everyone, at: Array(Self.beyond))).values[0]
      .squareRoot()
  }
}

extension ODESolver {
  /// Of latent trajectories: the error of a step stays below a thousandth.
  static let latent = ODESolver(
    method: .dormandPrince5,
    control: .proportionalIntegral(Tolerance(relative: 1e-3, absolute: 1e-4)))
}
