import Platform
import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

/// A small latent ODE in float64, and batches for it.
private struct Setting {
  static let latent = 3
  static let features = 2

  static func model(
    sharing: StepSharing, noise: GaussianDecoder.Noise = .heteroscedastic
  ) -> LatentODE<BackwardRNN> {
    let keys = RandomKey(5).split(4)
    let outputs = noise == .heteroscedastic ? 2 : 1
    return LatentODE(
      recognition: BackwardRNN(
        unit: .gated(features, 4, key: keys[0], scalarType: .float64),
        head: PosteriorHead(
          network: MLP(sizes: [4, 5, 2 * latent], key: keys[1], scalarType: .float64))),
      flow: Flow(
        of: LatentField(
          network: MLP(sizes: [latent, 6, latent], key: keys[2], scalarType: .float64),
          scale: Tensor([0.7, 0.8, 0.9])),
        solver: ODESolver(method: .rungeKutta4, control: .fixed(0.25)), sharing: sharing),
      decoder: GaussianDecoder(
        network: MLP(sizes: [latent, 6, outputs], key: keys[3], scalarType: .float64),
        noise: noise))
  }

  static func observed(rows: Int, batch: Int, mask: [Double]? = nil) -> ObservedSequence {
    let key = RandomKey(9)
    return ObservedSequence(
      features: key.normal([rows, batch, features], scalarType: .float64),
      mask: Tensor(
        mask ?? [Double](repeating: 1, count: rows * batch), shape: [rows, batch, 1]),
      gaps: Tensor.ones([rows, batch, 1], scalarType: .float64).evaluated())
  }
}

@Test func `rows that are masked leave no trace, whatever they hold`() {
  let model = Setting.model(sharing: .joint)
  let clean = Setting.observed(rows: 4, batch: 2)
  // The same rows with two masked ones between them, full of large numbers.
  let values = clean.features.values
  let width = 2 * Setting.features
  let junk = [Double](repeating: 1e3, count: width)
  let features =
    Array(values[0..<width]) + junk + values[width..<3 * width] + junk + values[(3 * width)...]
  let padded = ObservedSequence(
    features: Tensor(features, shape: [6, 2, Setting.features]),
    mask: Tensor([1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1].map(Double.init), shape: [6, 2, 1]),
    gaps: Tensor.ones([6, 2, 1], scalarType: .float64).evaluated())
  let a = model.recognition.posterior(of: clean, summary: nil)
  let b = model.recognition.posterior(of: padded, summary: nil)
  // Exactly: the state is carried through as `h + 0 · (h′ − h)`.
  #expect(a.mean.values == b.mean.values)
  #expect(a.standardDeviation.values == b.standardDeviation.values)
}

@Test func `the encoder agrees with a plain loop over its rows, last to first`() {
  let encoder = Setting.model(sharing: .joint).recognition
  let observed = Setting.observed(rows: 5, batch: 3)
  guard case .gated(let cell) = encoder.unit else {
    Issue.record("the encoder is gated")
    return
  }
  var state = Tensor.zeros([3, 4], scalarType: .float64)
  for row in (0..<5).reversed() { state = cell(observed.features.at(row), state: state) }
  let expected = state.values
  let found = encoder.hiddenState(after: observed).values
  // Both in float64; the gates are summed in another order.
  for (a, b) in zip(expected, found) { #expect(abs(a - b) < 1e-13) }
}

@Test func `own times for each row agree with times that are shared`() {
  let times: [Double] = [0, 0.25, 0.5, 1, 1.75]
  let joint = Setting.model(sharing: .joint)
  let rows = Setting.model(sharing: .perRow)
  let observed = Setting.observed(rows: 3, batch: 2)
  let noise = RandomKey(3).normal([2, Setting.latent], scalarType: .float64)
  let shared = joint.prediction(observed, LatentQuery(times: Tensor(times)), noise: noise)
  let own = rows.prediction(
    observed, LatentQuery(times: Tensor(times + times, shape: [2, 5])), noise: noise)
  // The save times are multiples of the step: both walk the same steps in float64.
  for (a, b) in zip(shared.decoded.mean.values, own.decoded.mean.values) {
    #expect(abs(a - b) < 1e-12)
  }
}

@Test func `a trajectory does not depend on where else it is looked at`() {
  var model = Setting.model(sharing: .perRow)
  model.flow.solver = ODESolver(
    method: .dormandPrince5,
    control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6)))
  let observed = Setting.observed(rows: 3, batch: 1)
  let few = model.prediction(
    observed, LatentQuery(times: Tensor([0, 1], shape: [1, 2])), noise: nil)
  let many = model.prediction(
    observed, LatentQuery(times: Tensor([0, 0.3, 0.6, 1], shape: [1, 4])), noise: nil)
  // Save points are interpolated between the same steps.
  #expect(few.decoded.mean.at(0).values == many.decoded.mean.at(2).values)
}

@Test(arguments: EvidenceLowerBound.Reduction.allCases)
func `the bound agrees with a plain sum over points`(_ reduction: EvidenceLowerBound.Reduction) {
  let (points, batch, latent) = (4, 2, 3)
  let keys = RandomKey(11).split(5)
  let mean = keys[0].normal([points, batch, 1], scalarType: .float64)
  let logVariance = keys[1].normal([points, batch, 1], scalarType: .float64)
  let targets = keys[2].normal([points, batch, 1], scalarType: .float64)
  let weights = Tensor([1, 1, 0, 1, 1, 1, 1, 0].map(Double.init), shape: [points, batch, 1])
  let posterior = DiagonalNormal(
    mean: keys[3].normal([batch, latent], scalarType: .float64),
    logVariance: keys[4].normal([batch, latent], scalarType: .float64))
  let (likelihood, divergence) = EvidenceLowerBound(reduction: reduction).terms(
    posterior: posterior, mean: mean, logVariance: logVariance, targets: targets,
    weights: weights)
  let (m, l, x, w) = (mean.values, logVariance.values, targets.values, weights.values)
  let (pm, ps) = (posterior.mean.values, posterior.standardDeviation.values)
  for row in 0..<batch {
    var (sum, count, kl) = (0.0, 0.0, 0.0)
    for point in 0..<points {
      let i = point * batch + row
      if w[i] == 0 { continue }
      sum +=
        -0.5 * ((x[i] - m[i]) * (x[i] - m[i]) / Double.exponential(l[i]) + l[i])
        - 0.5 * Double.logarithm(2 * .pi)
      count += 1
    }
    for axis in 0..<latent {
      let (mu, sigma) = (pm[row * latent + axis], ps[row * latent + axis])
      kl += 0.5 * (sigma * sigma + mu * mu - 1) - Double.logarithm(sigma)
    }
    if reduction == .releasedMean { (sum, kl) = (sum / count, kl / Double(latent)) }
    // Float64 sums of a dozen terms of order one.
    #expect(abs(likelihood.values[row] - sum) < 1e-12)
    #expect(abs(divergence.values[row] - kl) < 1e-12)
  }
}

@Test func `the divergence of the prior from itself is zero, and grows with the distance`() {
  let prior = DiagonalNormal.standard([1, 2], scalarType: .float64)
  #expect(prior.divergenceFromStandard.sum().values[0] == 0)
  let far = DiagonalNormal(
    mean: Tensor([2.0, 0], shape: [1, 2]), standardDeviation: prior.mean + 1)
  // μ²/2 of one coordinate.
  #expect(abs(far.divergenceFromStandard.sum().values[0] - 2) < 1e-15)
}

@Test func `a target under weight zero changes neither bound nor gradient`() {
  let model = Setting.model(sharing: .joint)
  let observed = Setting.observed(rows: 3, batch: 2)
  let query = LatentQuery(times: Tensor([0.0, 0.5, 1]))
  func evaluate(_ hidden: Double) -> ([Double], [[Double]]) {
    let targets = Tensor([0.1, hidden, -0.4, 0.2], shape: [2, 2, 1])
    let weights = Tensor([1.0, 0, 1, 1], shape: [2, 2, 1])
    let loss = valueAndGrad { (model: LatentODE<BackwardRNN>, observed: ObservedSequence) in
      let result = model.prediction(observed, query, noise: nil)
      let (likelihood, divergence) = EvidenceLowerBound().terms(
        posterior: result.posterior, mean: result.decoded.mean,
        logVariance: result.decoded.logVariance, targets: targets, weights: weights)
      return (divergence - likelihood).mean()
    }
    let result = loss(model, observed)
    return ([result.loss], result.gradient.tensors.map(\.values))
  }
  let (a, b) = (evaluate(0.3), evaluate(.nan))
  #expect(a.0 == b.0)
  #expect(a.1 == b.1)
}

@Test func `annealing rises from zero to one`() {
  #expect(EvidenceLowerBound.annealedWeight(step: 10, delay: 10, rate: 0.99) == 0)
  // 1 − 0.99: the first step of the published schedule.
  #expect(abs(EvidenceLowerBound.annealedWeight(step: 11, delay: 10, rate: 0.99) - 0.01) < 1e-15)
  #expect(EvidenceLowerBound.annealedWeight(step: 2_000, delay: 10, rate: 0.99) > 0.999)
}
