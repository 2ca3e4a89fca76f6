import Platform
import NumericCore
import Reports
import Reproduction
import ContinuousModels
import Programs
import Transforms
import Tensors
import Testing
import Training

/// The quick versions of the experiments on irregular series, with fixed seeds, and their data.
@Suite(.serialized) struct SequenceExperimentTests {
  @Test(arguments: ["latent-ode", "ode-rnn"])
  func `every claim of the quick version holds`(name: String) throws {
    let experiment = try #require(ExperimentTable.all.first { $0.name == name })
    let result = try experiment.run(ExperimentRun(seed: 0, isQuick: true))
    for claim in result.claims {
      #expect(
        claim.passed,
        "\(claim.claim): \(Figure(claim.ours)) is not \(claim.threshold); \(result.notes)")
    }
  }

  @Test func `sines have the variance of the published toy, and spirals are mirror images`() {
    let sines = SequenceSet.sines(400, key: RandomKey(1))
    let values = sines.values.flatMap { $0.flatMap { $0 } }
    #expect(values.min() == 0 && values.max() == 1)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    // 0.072 as published; the extremes of the noise and of the offsets vary between draws.
    #expect(abs(variance - 0.072) < 0.012)
    let spirals = SequenceSet.spirals(40, startBelow: 200, key: RandomKey(2))
    for (number, series) in spirals.values.enumerated() {
      // P(θ).x is positive for one kind, and never for the other, noise of 0.06 aside.
      let side: Double = number % 2 == 0 ? 1 : -1
      #expect(series.allSatisfy { side * $0[0] > -0.4 })
    }
  }

  @Test func `a series is seen at so many rows of the window, the rest are questions`() {
    let set = SequenceSet.sines(6, key: RandomKey(3))
    let sequences = SparseSequences(set, seeing: 7, of: 20, key: RandomKey(4))
    #expect(sequences.seen.allSatisfy { $0.count == 7 && $0.last ?? 99 < 20 && $0 == $0.sorted() })
    let asked = sequences.asked([2, 5], at: Array(0..<30))
    #expect(asked.mask.sum([0, 2]).values == [7, 7])
    for (place, number) in [2, 5].enumerated() {
      let mask = asked.mask.at(place, axis: 1).values
      #expect((0..<30).filter { mask[$0] == 1 } == sequences.seen[number])
    }
    // With the start in front, padded to one row more than are seen.
    let observed = sequences.observed([2, 5])
    #expect(observed.rowCount == 8 && observed.mask.sum().values == [14])
  }

  @Test func `unread points are at the end or anywhere, and at least one is left`() {
    let rows = Array(10..<30)
    for number in 0..<50 {
      let key = RandomKey(UInt64(number))
      let end = Thinning.foreseenEnd(upTo: 0.7).rest(of: rows, key: key)
      #expect(end == Array(rows.prefix(end.count)) && (6...20).contains(end.count))
      let any = Thinning.leftOut(upTo: 1).rest(of: rows, key: key)
      #expect(any == any.sorted() && !any.isEmpty && Set(any).isSubset(of: rows))
    }
    #expect(Thinning.leftOut(upTo: 0).rest(of: rows, key: RandomKey(1)) == rows)
  }

  @Test func `points that are left out do not count, a foreseen end does`() {
    let sequences = SparseSequences(
      .sines(40, key: RandomKey(5)), seeing: 20, of: 100, key: RandomKey(6))
    let context = ShardContext(step: 0, epoch: 0, isTraining: true, key: RandomKey(7))
    func batch(_ thinning: Thinning) -> LatentSequenceBatch {
      LatentSequenceData(sequences, window: 100, latentCount: 2, thinning: thinning) { _, _ in 1 }
        .shard(Array(0..<40), in: context).batch
    }
    let foreseen = batch(.foreseenEnd(upTo: 0.7))
    #expect(foreseen.weights.sum([0, 2]).values == .init(repeating: 20, count: 40))
    #expect(foreseen.series.mask.sum().values[0] < 800)
    let left = batch(.leftOut(upTo: 0.7))
    #expect(left.weights.sum([0, 2]).values == left.series.mask.sum([0, 2]).values)
    #expect(left.weights.sum().values[0] < 800)
  }

  @Test func `scheduled sampling replaces the requested share of observed rows, and trains`() throws
  {
    let sequences = SparseSequences(
      .sines(60, key: RandomKey(5)), seeing: 20, of: 100, key: RandomKey(6))
    let data = RecurrentData(sequences, replacement: 0.5)
    let context = ShardContext(step: 3, epoch: 0, isTraining: true, key: RandomKey(7))
    let shard = data.shard(Array(0..<60), in: context)
    let replacing = try #require(shard.batch.replacing)
    // 1200 seen rows; four deviations of the share are 0.06.
    #expect(abs(replacing.sum().values[0] / 1200 - 0.5) < 0.06)
    #expect((replacing * (1 - shard.batch.series.rowMask)).sum().values == [0])
    #expect(data.shard(Array(0..<60), in: context).batch.replacing?.values == replacing.values)

    let start = ODERNN(
      .odeRNN, ODERNN.Sizes(channels: 1, hidden: 8, field: [16], noise: .fixed(0.1)),
      key: RandomKey(8))
    let trained = try SequenceTraining(iterations: 120, batchSize: 30, seed: 1).fit(
      start, on: data, optimizer: Adam(for: start, learningRate: 1e-2))
    /// The error of rolling out the last ten seen points from the first ten.
    func error(_ network: ODERNN) -> Double {
      let series = sequences.observed(Array(0..<60), start: false)
      let own = Tensor((0..<20).map { $0 < 10 ? Float(0) : 1 }, shape: [20, 1, 1])
        .broadcast(to: [20, 60, 1]).evaluated()
      let words = network.expectations(series, replacing: own)
      return square(words - series.values).sliced(10..<20, axis: 0).mean().values[0]
    }
    #expect(error(trained) < 0.5 * error(start))
  }

  @Test func `events have the known rate`() {
    let events = PoissonTask(key: RandomKey(9)).events
    // ∫ (2 + 1.5 sin t) over 0 … 10, and the deviation of the mean of 200 counts.
    let expected = 20 + 1.5 * (1 - Double.cosine(10))
    let mean = Double(events.reduce(0) { $0 + $1.count }) / 200
    #expect(abs(mean - expected) < 4 * (expected / 200).squareRoot())
    // Twice as many in a crest as in a trough, at least.
    func count(_ range: Range<Double>) -> Int {
      events.reduce(0) { $0 + $1.filter(range.contains).count }
    }
    #expect(count(1..<2) > 2 * count(4..<5))
  }
}
