package import NumericCore
package import ContinuousModels
import NeuralNets
import Transforms
package import Tensors
package import Training

/// Some series as an autoregressive network learns from them.
package struct RecurrentBatch: TensorTree {
  package var series: IrregularSeries
  /// 1 at rows where the network reads its own words; `nil` for nowhere.
  package var replacing: Tensor?

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("series", &series)
    visitor("replacing", &replacing)
  }
}

/// The seen rows of sparse series for an autoregressive network.
package struct RecurrentData: TrainingData {
  package let sequences: SparseSequences
  /// Whether the grid's first time stands before the first seen row.
  package var start = true
  /// The probability that a seen row is replaced by the network's own words: scheduled sampling.
  package var replacement = 0.0

  package init(_ sequences: SparseSequences, start: Bool = true, replacement: Double = 0) {
    self.sequences = sequences
    self.start = start
    self.replacement = replacement
  }

  package var count: Int { sequences.count }

  package func shard(_ rows: [Int], in context: ShardContext) -> Shard<RecurrentBatch> {
    let series = sequences.observed(rows, start: start)
    var replacing: Tensor?
    if replacement > 0 {
      let draws = context.key.uniform([series.rowCount, rows.count, 1])
      replacing = (series.rowMask * (draws .< replacement)).evaluated()
    }
    return Shard(
      RecurrentBatch(series: series, replacing: replacing), weight: Double(rows.count))
  }
}

/// Some series as a latent ODE learns from them.
package struct LatentSequenceBatch: TensorTree {
  /// What the encoder reads.
  package var series: IrregularSeries
  /// `[row, batch, channel]`.
  package var targets: Tensor
  /// 1 where a target counts, `[row, batch, 1]`.
  package var weights: Tensor
  /// `[batch, latent]`.
  package var noise: Tensor
  /// The weight of the divergence, a scalar.
  package var divergenceWeight: Tensor

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("series", &series)
    visitor("targets", &targets)
    visitor("weights", &weights)
    visitor("noise", &noise)
    visitor("divergenceWeight", &divergenceWeight)
  }
}

/// What becomes of a series' seen points in training; the share of all of them is drawn up to a limit.
package enum Thinning: Hashable, Sendable {
  /// A random end is hidden from the encoder, and counts: the field learns to go on.
  ///
  /// This is no bound on a likelihood, and the posterior does not learn to be wider when it reads less.
  case foreseenEnd(upTo: Double)
  /// Random points are left out, of the objective too: the evidence lower bound of random subsets, of which the posterior
  /// learns to be as wide as they leave it.
  case leftOut(upTo: Double)

  /// Whether points that the encoder does not read count in the objective.
  var countsUnread: Bool {
    switch self {
    case .foreseenEnd: true
    case .leftOut: false
    }
  }

  /// What the encoder reads of some rows.
  package func rest(of rows: [Int], key: RandomKey) -> [Int] {
    func count(_ share: Double) -> Int {
      let hidden = key.folding(in: 0).uniform(1, from: 0.0, to: share)[0]
      return max(1, Int(((1 - hidden) * Double(rows.count)).rounded(.up)))
    }
    switch self {
    case .foreseenEnd(let share): return Array(rows.prefix(count(share)))
    case .leftOut(let share):
      let order = key.folding(in: 1).permutation(rows.count)
      return order.prefix(count(share)).sorted().map { rows[$0] }
    }
  }
}

/// Sparse series for a latent ODE, with fresh noise and an annealed divergence.
package struct LatentSequenceData: TrainingData {
  package let sequences: SparseSequences
  /// Rows of the grid that are reconstructed; only seen ones can count.
  package let window: Int
  package let latentCount: Int
  package let thinning: Thinning
  /// The weight of the divergence at a step and an epoch.
  package let divergenceWeight: @Sendable (_ step: Int, _ epoch: Int) -> Double

  package init(
    _ sequences: SparseSequences, window: Int, latentCount: Int, thinning: Thinning,
    divergenceWeight: @escaping @Sendable (_ step: Int, _ epoch: Int) -> Double
  ) {
    self.sequences = sequences
    self.window = window
    self.latentCount = latentCount
    self.thinning = thinning
    self.divergenceWeight = divergenceWeight
  }

  package var count: Int { sequences.count }

  package func shard(_ rows: [Int], in context: ShardContext) -> Shard<LatentSequenceBatch> {
    let keys = context.key.split(2)
    let read = rows.enumerated().map { place, number in
      thinning.rest(of: sequences.seen[number], key: keys[0].folding(in: UInt64(place)))
    }
    let weight = divergenceWeight(context.step, context.epoch)
    let grid = Array(0..<window)
    return Shard(
      LatentSequenceBatch(
        series: sequences.observed(rows, reading: read),
        targets: sequences.targets(rows, at: grid),
        weights: sequences.weights(rows, at: grid, counting: thinning.countsUnread ? nil : read),
        noise: keys[1].normal([rows.count, latentCount]),
        divergenceWeight: Tensor([Float(weight)], shape: [])),
      weight: Double(rows.count))
  }
}
