import ContinuousModels
import Integrators
import NeuralNets
import NumericCore
import Programs
import Transforms
package import Tensors
package import Training

/// Normal distributions of z̃₀ and θ̃ for every experiment, `[batch, latent]` each; or what is added to those of an encoder.
package struct SubjectPosterior: TensorTree {
  package var stateMean, stateLogVariance: Tensor
  package var mean, logVariance: Tensor

  static func zero(_ count: Int, _ latent: Int) -> SubjectPosterior {
    let zero = Tensor.zeros([count, latent]).evaluated()
    return SubjectPosterior(
      stateMean: zero, stateLogVariance: zero, mean: zero, logVariance: zero)
  }

  /// The posterior that an encoder reads from experiments.
  static func read(_ batch: SubjectBatch, by network: EquationGOKU) -> SubjectPosterior {
    let read = network.posterior(of: batch.observed, summary: nil)
    return SubjectPosterior(
      stateMean: read.state.mean, stateLogVariance: 2 * log(read.state.standardDeviation),
      mean: read.parameters.mean, logVariance: 2 * log(read.parameters.standardDeviation))
  }

  /// With a share of further terms added.
  func adding(_ share: Tensor, of other: SubjectPosterior) -> SubjectPosterior {
    SubjectPosterior(
      stateMean: stateMean + share * other.stateMean,
      stateLogVariance: stateLogVariance + share * other.stateLogVariance,
      mean: mean + share * other.mean, logVariance: logVariance + share * other.logVariance)
  }

  var distributions: GOKUEncoder.Posterior {
    GOKUEncoder.Posterior(
      state: DiagonalNormal(mean: stateMean, logVariance: stateLogVariance),
      parameters: DiagonalNormal(mean: mean, logVariance: logVariance))
  }

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stateMean", &stateMean)
    visitor("stateLogVariance", &stateLogVariance)
    visitor("mean", &mean)
    visitor("logVariance", &logVariance)
  }
}

/// A GOKU-net, and how the posterior of each experiment of its training differs from what the encoder reads.
package struct SubjectModel: TensorTree {
  package var network: EquationGOKU
  var offsets: SubjectPosterior

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("network", &network)
    visitor("offsets", &offsets)
  }
}

/// All experiments in every step, with new noise.
package struct SubjectRows: TrainingData {
  private let batch: SubjectBatch
  private let key: RandomKey
  /// The first step in which the experiments have posteriors of their own.
  private let refinementStart: Int
  package let count: Int

  fileprivate init(_ batch: SubjectBatch, _ key: RandomKey, refinementStart: Int) {
    self.batch = batch
    self.key = key
    self.refinementStart = refinementStart
    count = batch.noise.shape[0]
  }

  package func shard(_ rows: [Int], in context: ShardContext) -> Shard<SubjectBatch> {
    var batch = batch
    let shape = batch.noise.shape
    batch.noise = key.folding(in: UInt64(context.step)).normal(shape, scalarType: .float32)
      .evaluated()
    batch.refinement = Tensor(context.step < refinementStart ? [Float(0)] : [1], shape: [])
    return Shard(batch, weight: Double(count))
  }
}

extension SubjectInference {
  /// A network with drawn weights.
  package var startingNetwork: EquationGOKU {
    var sizes = EquationGOKU.Sizes(features: tensors.featureCount, summary: 0)
    (sizes.latent, sizes.recurrent, sizes.hidden) = (latent, recurrent, hidden)
    return EquationGOKU(
      law, channels: channels, means: scales.means, deviations: scales.deviations, sizes: sizes,
      solver: ODESolver(method: .dormandPrince5, control: .proportionalIntegral(tolerance)),
      key: key.folding(in: 0))
  }

  func batch(of asked: [Experiment]) -> SubjectBatch {
    tensors.batch(asked, noise: .zeros([experiments.count, 2 * latent]).evaluated())
  }

  /// The training of encoder, networks and shared parameters: `iterations` steps by what the encoder reads alone, then `refinements` in
  /// which every experiment has a posterior of its own as well (semi-amortized inference, Kim and others 2018).
  package func trainer(
    validations: Int = 20
  ) -> Trainer<CompiledLoss<SubjectModel, SubjectBatch>, SubjectRows> {
    let loss = CompiledLoss<SubjectModel, SubjectBatch> { model, batch in
      let read = SubjectPosterior.read(batch, by: model.network)
      return model.network.loss(of: batch, read.adding(batch.refinement, of: model.offsets))
    }
    return Trainer(
      loss,
      training: SubjectRows(
        batch(of: experiments), key.folding(in: 1), refinementStart: iterations),
      options: options(steps: iterations + refinements, validations))
  }

  /// The state before the first step of the training.
  package var startingState: TrainingState<SubjectModel> {
    let model = SubjectModel(network: startingNetwork, offsets: .zero(experiments.count, latent))
    let (rate, first, second) = (learningRate, iterations, refinements)
    // The rate falls to 0 twice, for the encoder and for the posteriors.
    let schedule = Schedule.custom(
      CustomSchedule("subjects") { step in
        step < first
          ? Schedule.cosine(from: rate, over: first)(step)
          : Schedule.cosine(from: rate, over: second)(step - first)
      })
    return TrainingState(model: model, optimizer: Adam(for: model, learningRate: schedule))
  }

  /// The posterior of every experiment by a trained network, from what its encoder reads.
  package func posterior(by network: EquationGOKU) throws -> SubjectPosterior {
    let all = batch(of: experiments)
    let encode = CompiledFunction { (pair: Pair<EquationGOKU, SubjectBatch>) in
      SubjectPosterior.read(pair.second, by: pair.first).tensors
    }
    let read = encode(Pair(network, all))
    let start = SubjectPosterior(
      stateMean: read[0], stateLogVariance: read[1], mean: read[2], logVariance: read[3])
    let loss = CompiledLoss<SubjectPosterior, Pair<EquationGOKU, SubjectBatch>> {
      $1.first.loss(of: $1.second, $0)
    }
    let rows = SubjectRows(all, key.folding(in: 2), refinementStart: 0)
    let trainer = Trainer(
      loss, training: KnownNetwork(network: network, rows: rows),
      options: options(steps: refinements, 1))
    let schedule = Schedule.cosine(from: learningRate, over: max(refinements, 1))
    var state = TrainingState(
      model: start, optimizer: Adam(for: start, learningRate: schedule))
    if case .diverged = try trainer.train(&state) { throw Problem.diverged }
    return state.best
  }

  private func options(steps: Int, _ validations: Int) -> TrainingOptions {
    let interval = TrainingInterval.steps(max(steps / validations, 1))
    return TrainingOptions(
      length: .steps(steps), batchSize: max(experiments.count, 1),
      shardSize: max(experiments.count, 1), gradientClip: 10, validationInterval: interval,
      checkpointInterval: interval, logInterval: 10)
  }
}

/// Experiments beside a network that is not trained.
private struct KnownNetwork: TrainingData {
  let network: EquationGOKU
  let rows: SubjectRows

  var count: Int { rows.count }

  func shard(
    _ rows: [Int], in context: ShardContext
  ) -> Shard<Pair<EquationGOKU, SubjectBatch>> {
    let shard = self.rows.shard(rows, in: context)
    return Shard(Pair(network, shard.batch), weight: shard.weight)
  }
}

extension EquationGOKU {
  /// Minus the evidence bound of a batch, a mean over its experiments, without constants.
  fileprivate func loss(of batch: SubjectBatch, _ posterior: SubjectPosterior) -> Tensor {
    let distributions = posterior.distributions
    let decoded = decoded(distributions, batch)
    let residual = batch.targets - decoded.mean
    let terms = square(residual) * exp(-decoded.logVariance) + decoded.logVariance
    return (0.5 * batch.weights * terms).sum() / Double(batch.targets.shape[1])
      + distributions.divergence.mean()
  }

  /// Curves by a draw from the posterior.
  func decoded(_ posterior: GOKUEncoder.Posterior, _ batch: SubjectBatch) -> Decoded {
    let count = latentCount
    return decoded(
      state: posterior.state.sample(noise: batch.noise.sliced(0..<count, axis: 1)),
      parameters: posterior.parameters.sample(
        noise: batch.noise.sliced(count..<2 * count, axis: 1)),
      batch.query, given: batch.conditions)
  }
}
