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

/// A small latent ODE in float64 whose trajectories are solved tightly.
private enum Setting {
  static let latent = 3

  static func model(noise: GaussianDecoder.Noise = .fixed(0.2)) -> LatentODE<BackwardRNN> {
    let keys = RandomKey(21).split(4)
    return LatentODE(
      recognition: BackwardRNN(
        unit: .gated(4, 4, key: keys[0], scalarType: .float64),
        dynamics: .steps(
          2,
          of: LatentField(
            network: MLP(sizes: [4, 5, 4], key: keys[1], scalarType: .float64))),
        head: PosteriorHead(
          network: MLP(sizes: [4, 2 * latent], key: keys[2], scalarType: .float64))),
      flow: Flow(
        of: LatentField(
          network: MLP(sizes: [latent, 6, latent], key: keys[3], scalarType: .float64)),
        solver: ODESolver(
          control: .proportionalIntegral(Tolerance(relative: 1e-10, absolute: 1e-11)))),
      decoder: GaussianDecoder(
        network: MLP(sizes: [latent, 1], key: keys[2], scalarType: .float64), noise: noise))
  }

  static func observed() -> ObservedSequence {
    IrregularSeries(
      times: [[0, 0.3, 0.9], [0, 0.5]], values: [[nil, 0.4, -0.2], [0.1, 0.6]],
      channelCount: 1, scalarType: .float64
    ).observations
  }
}

@Suite struct LatentPathTests {
  @Test func `a path has a past, from which its future leads back to the start`() {
    let model = Setting.model()
    let initial = RandomKey(2).normal([2, Setting.latent], scalarType: .float64)
    let path = model.decoded(initial, from: 0, at: [-1.5, -0.4, 0.8])
    let again = model.decoded(path.states.at(0), from: -1.5, at: [-0.4, 0, 0.8])
    // Tolerances 1e-10 over a few units of time.
    for (a, b) in zip(again.states.at(1).values, initial.values) { #expect(abs(a - b) < 1e-8) }
    for (a, b) in zip(again.states.at(0).values, path.states.at(1).values) {
      #expect(abs(a - b) < 1e-8)
    }
    for (a, b) in zip(again.mean.at(2).values, path.mean.at(2).values) {
      #expect(abs(a - b) < 1e-8)
    }
  }

  @Test func `a path on one side agrees with the prediction there`() {
    let model = Setting.model()
    let query = LatentQuery(times: Tensor([0, 0.5, 1.2]))
    let predicted = model.prediction(Setting.observed(), query, noise: nil)
    let path = model.decoded(predicted.posterior.mean, from: 0, at: [0.5, 1.2])
    #expect(path.mean.values == predicted.decoded.mean.values)
  }

  @Test func `a band has the variance of the noise and of the paths`() {
    let model = Setting.model()
    let band = model.band(
      for: Setting.observed(), from: 0, at: [-0.5, 0.5, 1], draws: 40, key: RandomKey(3))
    let paths = band.paths.values
    let count = 3 * 2
    for place in 0..<count {
      let values = (0..<40).map { paths[$0 * count + place] }
      let mean = values.reduce(0, +) / 40
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39
      // Float64 sums of forty terms.
      #expect(
        abs(band.deviation.values[place] - (0.04 + variance).squareRoot()) < 1e-12)
    }
  }

  @Test func `without spread of the posterior all paths are the posterior mean's`() {
    var model = Setting.model()
    model.recognition.head.logVarianceOffset = -80
    let band = model.band(
      for: Setting.observed(), from: 0, at: [0.5, 1], draws: 2, key: RandomKey(3))
    for draw in 0..<2 {
      // A deviation of exp(−40).
      for (a, b) in zip(band.paths.at(draw).values, band.mean.values) {
        #expect(abs(a - b) < 1e-12)
      }
    }
  }

  @Test func `samples are as many as requested, and differ`() {
    let samples = Setting.model().samples(5, from: 0, at: [0, 1], key: RandomKey(8))
    #expect(samples.shape == [2, 5, 1])
    #expect(Set(samples.values).count == 10)
  }

  @Test func `the encoder's state flows over the gap to the start`() {
    // One observation at two times: only the flow can tell how long ago the start was.
    func mean(_ time: Double, flowing: Bool) -> [Double] {
      var encoder = Setting.model().recognition
      if !flowing { encoder.dynamics = .constant }
      var observed = IrregularSeries(
        times: [[0, time]], values: [[nil, 0.4]], channelCount: 1, scalarType: .float64
      ).observations
      // The time features are removed.
      observed.features = concatenate(
        [observed.features.sliced(0..<2, axis: 2), Tensor.zeros([2, 1, 2], scalarType: .float64)],
        axis: 2)
      return encoder.posterior(of: observed, summary: nil).mean.values
    }
    #expect(mean(0.3, flowing: false) == mean(0.9, flowing: false))
    #expect(mean(0.3, flowing: true) != mean(0.9, flowing: true))
  }
}

@Suite struct PoissonProcessTests {
  /// `z′ = −z` and `λ = exp(0.7 z − 0.2)` of one latent dimension.
  private static func model() -> (latent: LatentODE<BackwardRNN>, logRate: MLP) {
    func layer(_ weight: Double, _ bias: Double?) -> MLP {
      MLP(layers: [
        Linear(weight: Tensor([weight], shape: [1, 1]), bias: bias.map { Tensor([$0]) })
      ])
    }
    var latent = Setting.model()
    latent.flow.field = LatentField(network: layer(-1, nil))
    latent.flow.sharing = .perRow
    latent.decoder = GaussianDecoder(network: layer(1, 0), noise: .fixed(1))
    return (latent, layer(0.7, -0.2))
  }

  private static func rate(_ start: Double, _ time: Double) -> Double {
    Double.exponential(0.7 * start * Double.exponential(-time) - 0.2)
  }

  /// Simpson's rule with 2,000 intervals from 0 to 3.
  private static func integral(_ start: Double) -> Double {
    let h = 3.0 / 2_000
    return (0...2_000).reduce(0) { sum, i in
      let weight = i == 0 || i == 2_000 ? 1.0 : i % 2 == 1 ? 4 : 2
      return sum + weight * h / 3 * rate(start, Double(i) * h)
    }
  }

  @Test func `the likelihood is that of the formula`() {
    let (latent, logRate) = Self.model()
    let events = [[0.2, 1.1, 1.1, 2.5], [], [2.9]]
    let starts = [0.5, -1, 2.0]
    let found = latent.eventLogLikelihood(
      Tensor(starts, shape: [3, 1]),
      EventTimes(events, from: 0, to: 3, scalarType: .float64), logRate: logRate
    ).values
    for number in 0..<3 {
      let expected =
        events[number].reduce(0) { $0 + Double.logarithm(Self.rate(starts[number], $1)) }
        - Self.integral(starts[number])
      // Tolerances 1e-10; Simpson's error is (3 / 2000)⁴.
      #expect(abs(found[number] - expected) < 1e-8)
    }
  }

  @Test func `room for more events changes nothing`() {
    let (latent, logRate) = Self.model()
    let start = Tensor([0.5, -1], shape: [2, 1])
    func likelihood(count: Int) -> [Double] {
      latent.eventLogLikelihood(
        start,
        EventTimes([[0.4], [1, 2]], from: 0, to: 3, count: count, scalarType: .float64),
        logRate: logRate
      ).values
    }
    for (a, b) in zip(likelihood(count: 0), likelihood(count: 9)) { #expect(abs(a - b) < 1e-14) }
  }

  @Test func `the rate and its integral are those of the formula`() {
    let (latent, logRate) = Self.model()
    let (rate, integral) = latent.intensity(
      Tensor([0.5], shape: [1, 1]), at: Tensor([0, 1.5, 3], shape: [1, 3]), logRate: logRate)
    #expect(abs(rate.values[1] - Self.rate(0.5, 1.5)) < 1e-8)
    #expect(integral.values[0] == 0)
    #expect(abs(integral.values[2] - Self.integral(0.5)) < 1e-8)
  }

  @Test func `the likelihood's gradient agrees with differences`() {
    let (latent, logRate) = Self.model()
    let events = EventTimes([[0.2, 1.1], [2]], from: 0, to: 3, scalarType: .float64)
    let loss = valueAndGrad { (parts: Pair<Tensor, MLP>, events: EventTimes) in
      latent.eventLogLikelihood(parts.first, events, logRate: parts.second).sum()
    }
    let parts = Pair(Tensor([0.5, -1], shape: [2, 1]), logRate)
    let gradient = loss(parts, events).gradient.tensors.flatMap(\.values)
    let flat = parts.tensors
    var place = 0
    for (number, tensor) in flat.enumerated() {
      for element in 0..<tensor.type.count {
        func moved(_ h: Double) -> Double {
          var values = tensor.values
          values[element] += h
          var tensors = flat
          tensors[number] = Tensor(values, shape: tensor.shape)
          return loss(parts.replacingTensors(with: tensors), events).loss
        }
        // Central differences, error h² times the third derivative; solver tolerance 1e-10 / h.
        let difference = (moved(1e-4) - moved(-1e-4)) / 2e-4
        #expect(abs(gradient[place] - difference) < 1e-5)
        place += 1
      }
    }
  }
}
