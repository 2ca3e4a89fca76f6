import ContinuousModels
import Integrators
import NeuralNets
public import NumericCore
import Transforms
import Tensors
import Training

/// The parameters of each of several experiments, inferred by a GOKU-net that is trained on all of them.
///
/// An encoder reads an experiment as a whole, and the equations give its curves: from known, fixed and bounded initial values, with the
/// doses and conditions of each experiment. What all have in common is learned along, as a population would be. Where a fit of each
/// experiment alone has too few data, this is the better estimate.
///
/// ```swift
/// let data = try FitData("subjects.csv", for: model)
/// let inference = try SubjectInference(EquationMechanism(model), data.experiments)
/// for subject in inference.run() { print(subject.id, subject.means) }
/// ```
/// - Source: Linial, Ravid, Eytan and Shalit 2021; Kim, Wiseman, Miller, Sontag and Rush 2018.
public struct SubjectInference: Sendable {
  /// What was inferred of one experiment.
  public struct Subject: Sendable {
    /// The id of the experiment.
    public var id: String
    /// Mean and standard deviation of every parameter under the posterior, in the order of the equations.
    public var means, deviations: [Double]
  }

  /// Why experiments cannot be read by a GOKU-net.
  public enum Problem: Error, Hashable, Sendable {
    case unknownObservable(String)
    /// A censored value.
    case censored(String, id: String, time: Double)
    /// Infusions, doses at steady state, lags and resets.
    case dose(id: String, time: Double)
    case input(String)
    /// A measured value or a dose before the initial values hold.
    case beforeStart(id: String, time: Double)
    case events(String)
  }

  /// Of the encoder and the networks on all experiments.
  public var iterations = 2_000
  /// Of the posterior of each experiment, from where the encoder puts it: an encoder that reads few series is not exact for each of them.
  public var refinements = 2_000
  public var learningRate = 5e-3
  /// Dimensions of z̃₀ and of θ̃, and widths of the encoder and of the other networks.
  public var latent = 4
  /// The number of hidden units of the encoder.
  public var recurrent = 24
  /// The width of the hidden layers.
  public var hidden = 32
  /// The tolerance of the solves.
  public var tolerance = Tolerance(relative: 1e-5, absolute: 1e-6)
  /// The key of weights and batches.
  public var key = RandomKey(0)
  /// Draws from the posterior for the means.
  public var draws = 64

  private let law: EquationMechanism
  private let experiments: [Experiment]
  private let channels: [EquationGOKU.Channel]
  private let tensors: SubjectTensors

  /// - Throws: `Problem` for what a GOKU-net does not have.
  public init(_ law: EquationMechanism, _ experiments: Experiments) throws(Problem) {
    var law = law
    let all = experiments.experiments
    let names = experiments.observables
    try Self.check(law.system, all)
    let starts = all.map { ParameterFit(law.system, to: experiments).start(of: $0).time }
    for (one, start) in zip(all, starts) {
      for time in one.times where time < start { throw .beforeStart(id: one.id, time: time) }
    }
    var channels: [EquationGOKU.Channel] = []
    for name in names {
      if let state = law.system.stateIndex(name) {
        channels.append(.state(state))
      } else if let place = law.system.intermediates.firstIndex(where: { $0.name == name }) {
        channels.append(.intermediate(place))
      } else {
        throw .unknownObservable(name)
      }
    }
    let values = names.map { name in
      all.flatMap(\.measurements).filter { $0.observable == name }.map(\.value.number)
    }
    let means = values.map { $0.reduce(0, +) / Double($0.count) }
    let deviations = zip(values, means).map { values, mean in
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(values.count)).squareRoot()
      return deviation > 0 ? deviation : max(mean.magnitude, 1)
    }
    law.timeScale = Self.timeScale(all, starts)
    law.stateScales = Self.stateScales(law, all, channels, deviations)
    self.law = law
    self.experiments = all
    self.channels = channels
    tensors = SubjectTensors(
      law: law, channels: names, means: means, deviations: deviations, starts: starts)
  }

  private static func check(
    _ system: EquationSystem, _ experiments: [Experiment]
  ) throws(Problem) {
    if system.hasJumps || system.isDifferentialAlgebraic || system.dependsOnTime {
      throw .events(system.name)
    }
    for one in experiments {
      if let name = one.inputs.keys.sorted().first { throw .input(name) }
      if let time = one.doses.resets.first { throw .dose(id: one.id, time: time) }
      for dose in one.doses.doses
      where dose.administration != .bolus || dose.steadyState != nil {
        throw .dose(id: one.id, time: dose.time)
      }
      for measurement in one.measurements where measurement.value.isCensored {
        throw .censored(measurement.observable, id: one.id, time: measurement.time)
      }
    }
  }

  /// A tenth of the longest experiment.
  private static func timeScale(_ experiments: [Experiment], _ starts: [Double]) -> Double {
    let lengths = zip(experiments, starts).map { ($0.times.max() ?? $1) - $1 }
    return max(0.1 * (lengths.max() ?? 1), 1e-300)
  }

  /// The spread of measured states; the largest dose into a state; otherwise its written value.
  private static func stateScales(
    _ law: EquationMechanism, _ experiments: [Experiment], _ channels: [EquationGOKU.Channel],
    _ deviations: [Double]
  ) -> [Double] {
    law.system.states.enumerated().map { place, state in
      if let channel = channels.firstIndex(of: .state(place)) { return deviations[channel] }
      let doses = experiments.flatMap(\.doses.doses).filter { $0.compartment == state.name }
      let largest = doses.map(\.amount.magnitude).max() ?? 0
      return largest > 0 ? largest : law.stateScales[place]
    }
  }

  // MARK: Training

  /// Trains the model and infers the parameters of every experiment.
  public func run() -> [Subject] { subjects(by: refined(trained())) }

  private func noise(_ key: RandomKey) -> Tensor {
    key.normal([experiments.count, 2 * latent], scalarType: .float32).evaluated()
  }

  private func trained() -> EquationGOKU {
    var sizes = EquationGOKU.Sizes(features: tensors.featureCount, summary: 0)
    (sizes.latent, sizes.recurrent, sizes.hidden) = (latent, recurrent, hidden)
    var model = EquationGOKU(
      law, channels: channels, means: tensors.means, deviations: tensors.deviations, sizes: sizes,
      solver: ODESolver(method: .dormandPrince5, control: .proportionalIntegral(tolerance)),
      key: key.folding(in: 0))
    train(&model, iterations, key.folding(in: 1)) { model, batch in
      model.loss(of: batch, model.posterior(of: batch.observed, summary: nil))
    }
    return model
  }

  /// The model with a posterior of its own for every experiment (semi-amortized inference, Kim and others 2018).
  private func refined(_ model: EquationGOKU) -> Pair<EquationGOKU, SubjectPosterior> {
    let encode = CompiledFunction { (pair: Pair<EquationGOKU, SubjectBatch>) in
      let posterior = pair.first.posterior(of: pair.second.observed, summary: nil)
      return [posterior.state, posterior.parameters].flatMap {
        [$0.mean, 2 * log($0.standardDeviation)]
      }
    }
    let found = encode(Pair(model, tensors.batch(experiments, noise: noise(key.folding(in: 1)))))
    var pair = Pair(
      model,
      SubjectPosterior(
        stateMean: found[0], stateLogVariance: found[1], mean: found[2], logVariance: found[3]))
    train(&pair, refinements, key.folding(in: 2)) { pair, batch in
      pair.first.loss(of: batch, pair.second.posterior)
    }
    return pair
  }

  private func train<Model: TensorTree>(
    _ model: inout Model, _ iterations: Int, _ key: RandomKey,
    _ loss: @escaping @Sendable (Model, SubjectBatch) -> Tensor
  ) {
    var optimizer = Adam(
      for: model, learningRate: .cosine(from: learningRate, over: max(iterations, 1)))
    let lossAndGradient = valueAndGrad { (model: Model, batch: SubjectBatch) in
      loss(model, batch)
    }
    var batch = tensors.batch(experiments, noise: noise(key))
    for iteration in 0..<iterations {
      batch.noise = noise(key.folding(in: UInt64(iteration)))
      let gradient = lossAndGradient(model, batch).gradient
      optimizer.update(&model, along: gradient.clipped(toNorm: 10))
    }
  }

  // MARK: Inference

  private func subjects(by pair: Pair<EquationGOKU, SubjectPosterior>) -> [Subject] {
    let infer = CompiledFunction {
      (pair: Pair<Pair<EquationGOKU, SubjectPosterior>, SubjectBatch>) in
      let (model, posterior) = (pair.first.first, pair.first.second.posterior)
      let count = model.latentCount
      let latent = posterior.parameters.sample(
        noise: pair.second.noise.sliced(count..<2 * count, axis: 1))
      return [model.parameters(from: latent, given: pair.second.conditions)]
    }
    let width = law.system.parameters.count
    var sums = [Double](repeating: 0, count: experiments.count * width)
    var squares = sums
    var batch = tensors.batch(experiments, noise: noise(key.folding(in: 3)))
    for draw in 0..<draws {
      batch.noise = noise(key.folding(in: 4).folding(in: UInt64(draw)))
      for (place, value) in infer(Pair(pair, batch))[0].values.enumerated() {
        sums[place] += value
        squares[place] += value * value
      }
    }
    let count = Double(draws)
    return experiments.enumerated().map { subject, one in
      let places = subject * width..<(subject + 1) * width
      let means = places.map { sums[$0] / count }
      return Subject(
        id: one.id, means: means,
        deviations: zip(places, means).map { place, mean in
          max(squares[place] / count - mean * mean, 0).squareRoot()
        })
    }
  }
}

/// A posterior of every experiment, free of an encoder: `[batch, latent]` each.
private struct SubjectPosterior: TensorTree {
  var stateMean, stateLogVariance: Tensor
  var mean, logVariance: Tensor

  var posterior: GOKUEncoder.Posterior {
    GOKUEncoder.Posterior(
      state: DiagonalNormal(mean: stateMean, logVariance: stateLogVariance),
      parameters: DiagonalNormal(mean: mean, logVariance: logVariance))
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("stateMean", &stateMean)
    visitor("stateLogVariance", &stateLogVariance)
    visitor("mean", &mean)
    visitor("logVariance", &logVariance)
  }
}

extension EquationGOKU {
  /// Minus the evidence bound of a batch, a mean over its experiments, without constants.
  fileprivate func loss(of batch: SubjectBatch, _ posterior: GOKUEncoder.Posterior) -> Tensor {
    let count = latentCount
    let decoded = decoded(
      state: posterior.state.sample(noise: batch.noise.sliced(0..<count, axis: 1)),
      parameters: posterior.parameters.sample(
        noise: batch.noise.sliced(count..<2 * count, axis: 1)),
      batch.query, given: batch.conditions)
    let residual = batch.targets - decoded.mean
    let terms = square(residual) * exp(-decoded.logVariance) + decoded.logVariance
    return (0.5 * batch.weights * terms).sum() / Double(batch.targets.shape[1])
      + posterior.divergence.mean()
  }
}
