import Platform
package import NumericCore
import Adjoints
package import ContinuousModels
import Integrators
package import NeuralNets
import Transforms
package import Tensors
import Training

/// Events of a known rate, and the latent intensity that is learned from them.
package struct PoissonTask: Sendable {
  package static let end = 10.0
  package static let seriesCount = 200

  /// `λ(t) = 2 + 1.5 sin t`, events per unit of time.
  package static func rate(_ time: Double) -> Double { 2 + 1.5 * Double.sine(time) }

  /// Times of events, series by series.
  package let events: [[Double]]
  private let key: RandomKey

  /// Draws by thinning: candidates of rate 3.5 are kept with probability λ / 3.5.
  package init(key: RandomKey) {
    self.key = key
    let largest = 3.5
    events = (0..<Self.seriesCount).map { number in
      let keys = key.folding(in: UInt64(number)).split(3)
      // 35 candidates on average; 120 would be fourteen deviations more.
      let waits = keys[0].uniform(120, from: 0.0, to: 1.0)
      let draws = keys[1].uniform(120, from: 0.0, to: largest)
      var (time, kept) = (0.0, [Double]())
      for (wait, draw) in zip(waits, draws) {
        time -= Double.logarithm(1 - wait) / largest
        if time > Self.end { break }
        if draw < Self.rate(time) { kept.append(time) }
      }
      return kept
    }
  }

  /// A latent ODE of which only the intensity is learned.
  package struct Model: TensorTree {
    package var latent: LatentODE<BackwardRNN>
    package var logRate: MLP

    package mutating func visit(_ visitor: inout some TensorVisitor) {
      visitor("latent", &latent)
      visitor("logRate", &logRate)
    }
  }

  package func trained(iterations: Int, seed: UInt64) throws -> Model {
    let (latent, hidden) = (4, 16)
    let keys = key.folding(in: 1_000).split(5)
    let start = Model(
      latent: LatentODE(
        recognition: BackwardRNN(
          unit: .gated(4, hidden, key: keys[0]),
          head: PosteriorHead(network: MLP(sizes: [hidden, 2 * latent], key: keys[1]))),
        flow: Flow(
          of: LatentField(network: MLP(sizes: [latent, 32, latent], key: keys[2])),
          solver: .latent, sharing: .perRow),
        decoder: GaussianDecoder(
          network: MLP(sizes: [latent, 1], key: keys[3]), noise: .fixed(1))),
      logRate: MLP(sizes: [latent, 32, 1], key: keys[4]))
    let loss = CompiledLoss<Model, EventBatch> { model, batch in
      let posterior = model.latent.recognition.posterior(
        of: batch.series.observations, summary: nil)
      let likelihood = model.latent.eventLogLikelihood(
        posterior.sample(noise: batch.noise), batch.events, logRate: model.logRate)
      let divergence = posterior.divergenceFromStandard.sum([1])
      return (divergence - likelihood).mean()
    }
    return try SequenceTraining(iterations: iterations, batchSize: 50, seed: seed).fit(
      start, loss, EventData(task: self, latentCount: latent),
      Adam(for: start, learningRate: .cosine(from: 1e-2, to: 5e-4, over: iterations)))
  }

  /// The learned rate at times of a grid and its integral over the span, means over the series.
  package func intensity(
    _ model: Model, at times: [Double]
  ) -> (rates: [Double], error: Double, integral: Double) {
    let rows = Array(0..<Self.seriesCount)
    let run = CompiledFunction<Pair<Model, IrregularSeries>> { pair in
      let model = pair.first
      let initial = model.latent.recognition.posterior(
        of: pair.second.observations, summary: nil
      ).mean
      let grid = Tensor([0] + times + [Self.end])
        .broadcast(to: [Self.seriesCount, times.count + 2])
      let (rate, integral) = model.latent.intensity(initial, at: grid, logRate: model.logRate)
      return [rate, integral]
    }
    let results = run(Pair(model, series(rows)))
    let rate = results[0].sliced(1..<times.count + 1, axis: 0)
    let truth = Tensor(times.map { Float(Self.rate($0)) }, shape: [times.count, 1])
    return (
      rate.mean([1]).values, square(rate - truth).mean().values[0].squareRoot(),
      results[1].at(times.count + 1).mean().values[0]
    )
  }

  package var meanCount: Double {
    Double(events.reduce(0) { $0 + $1.count }) / Double(events.count)
  }

  /// What the encoder reads: a one at every event, and a question at time 0.
  fileprivate func series(_ rows: [Int]) -> IrregularSeries {
    let longest = events.map(\.count).max() ?? 0
    return IrregularSeries(
      times: rows.map { [0] + events[$0] },
      values: rows.map { [nil] + [Double?](repeating: 1, count: events[$0].count) },
      channelCount: 1, layout: .own(count: longest + 1))
  }
}

/// Some series of events with the noise of one training step.
package struct EventBatch: TensorTree {
  package var series: IrregularSeries
  package var events: EventTimes
  package var noise: Tensor

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("series", &series)
    visitor("events", &events)
    visitor("noise", &noise)
  }
}

private struct EventData: TrainingData {
  let task: PoissonTask
  let latentCount: Int

  var count: Int { task.events.count }

  func shard(_ rows: [Int], in context: ShardContext) -> Shard<EventBatch> {
    let longest = task.events.map(\.count).max() ?? 0
    return Shard(
      EventBatch(
        series: task.series(rows),
        events: EventTimes(
          rows.map { task.events[$0] }, from: 0, to: PoissonTask.end, count: longest),
        noise: context.key.normal([rows.count, latentCount])),
      weight: Double(rows.count))
  }
}
