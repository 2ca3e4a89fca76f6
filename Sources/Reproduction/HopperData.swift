import Platform
import Serialization
import NumericCore
import Tables
import ContinuousModels
import NeuralNets
import Transforms
import Tensors
import Training

/// Trajectories of the planar hopper, made by `Benchmarks/Hopper/make_hopper.py`.
struct HopperData: Sendable {
  /// `[trajectory, time, channel]`, each channel within 0 to 1.
  let values: [Float]
  let count: Int
  let steps: Int
  let channels: Int

  /// Time from one step to the next, in the models' unit: a window of 100 lasts 5.
  static let spacing = 0.05
  /// Steps of a window.
  static let window = 100

  /// - Throws: `DataError` if the file cannot be read or holds something else.
  init(path: String) throws(DataError) {
    let tensor: Tensor
    do {
      tensor = try SafetensorsFile(path: path).tensor("values")
    } catch {
      if case .file(let reason) = error {
        throw DataError(source: path, .unreadable(reason.reason))
      }
      throw DataError(source: path, .notTrajectories)
    }
    guard tensor.rank == 3, tensor.scalarType == .float32, tensor.shape[0] >= 10,
      tensor.shape[1] >= 2 * Self.window
    else { throw DataError(source: path, .notTrajectories) }
    values = tensor.values.map { Float($0) }
    (count, steps, channels) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
  }

  /// A state, `[channel]`.
  func state(_ trajectory: Int, _ step: Int) -> ArraySlice<Float> {
    let start = (trajectory * steps + step) * channels
    return values[start..<start + channels]
  }

  /// States of some trajectories at `rows` after each one's start, `[row, batch, channel]`.
  func targets(_ stretches: [Stretch], at rows: Range<Int>) -> Tensor {
    Tensor(
      rows.flatMap { row in stretches.flatMap { state($0.trajectory, $0.start + row) } },
      shape: [rows.count, stretches.count, channels])
  }

  /// Some rows of trajectories, those that are not seen as questions; of all stretches the same number is seen.
  func series(_ stretches: [Stretch], rows: (Stretch) -> [Int]) -> IrregularSeries {
    let chosen = stretches.map(rows)
    return IrregularSeries(
      times: chosen.map { $0.map { Double($0) * Self.spacing } },
      values: zip(stretches, chosen).map { stretch, rows in
        let seen = Set(stretch.seen)
        return rows.flatMap { row in
          state(stretch.trajectory, stretch.start + row).map {
            seen.contains(row) ? Double($0) : nil
          }
        }
      }, channelCount: channels,
      // One more than is seen of a window: a shape that does not depend on the draws.
      layout: .own(count: (stretches.first?.seen.count ?? 0) + 1))
  }

  /// A piece of a trajectory and the rows of it that are seen, in order.
  struct Stretch: Hashable, Sendable {
    var trajectory: Int
    var start: Int
    var seen: [Int]
  }

  /// The query of a span.
  enum Question: Hashable, Sendable {
    /// So many percent of a window are seen, and all of it is queried.
    case interpolation(percent: Int)
    /// Half of the first window is seen, and the window after it is to be said.
    case extrapolation

    /// Steps of the window that are seen.
    var seenCount: Int {
      switch self {
      case .interpolation(let percent): HopperData.window * percent / 100
      case .extrapolation: HopperData.window / 2
      }
    }

    /// Whether the window that is seen is also the one that is said.
    var isInterpolation: Bool { self != .extrapolation }

    var rows: Range<Int> {
      switch self {
      case .interpolation: 0..<HopperData.window
      case .extrapolation: HopperData.window..<2 * HopperData.window
      }
    }
  }

  /// A stretch with random steps of its window seen; for an interpolation the window stands anywhere.
  func stretch(_ trajectory: Int, _ question: Question, key: RandomKey) -> Stretch {
    var words = RandomWords(key.folding(in: 0))
    let room = steps - question.rows.upperBound
    let start = question.isInterpolation ? words.next(below: room + 1) : 0
    let seen = key.folding(in: 1).permutation(Self.window).prefix(question.seenCount).sorted()
    return Stretch(trajectory: trajectory, start: start, seen: seen)
  }
}

/// Some stretches as tensors.
struct HopperBatch: TensorTree {
  /// What the encoder or the recurrent network reads.
  var series: IrregularSeries
  /// `[row, batch, channel]`.
  var targets: Tensor
  /// 1 at rows that count already, `[row, 1, 1]`.
  var weights: Tensor
  /// Of the latent state, `[batch, latent]`.
  var noise: Tensor
  /// The weight of the divergence, a scalar.
  var divergenceWeight: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("series", &series)
    visitor("targets", &targets)
    visitor("weights", &weights)
    visitor("noise", &noise)
    visitor("divergenceWeight", &divergenceWeight)
  }
}

/// Training stretches, what is seen of them drawn anew each time.
struct HopperTraining: TrainingData {
  let data: HopperData
  let count: Int
  let question: HopperData.Question
  /// Dimensions of the latent state; `nil` for the rows are read one after the other, unseen ones as questions.
  let latentCount: Int?
  /// Steps over which the divergence's weight rises to 1, and the rows that count from a quarter to all.
  let annealing: Int

  func shard(_ rows: [Int], in context: ShardContext) -> Shard<HopperBatch> {
    let keys = context.key.split(2)
    let stretches = rows.enumerated().map { place, trajectory in
      data.stretch(trajectory, question, key: keys[0].folding(in: UInt64(place)))
    }
    let part = min(1, Double(context.step) / Double(annealing))
    // Far rows are hopeless while near ones are not learned yet.
    let reach = part < 0.5 ? 0.25 : part < 1 ? 0.5 : 1
    return Shard(
      batch(
        stretches, noise: keys[1], divergenceWeight: part,
        counting: Int(reach * Double(question.rows.count))), weight: Double(rows.count))
  }

  /// Stretches as tensors; without a key the noise is 0.
  func batch(
    _ stretches: [HopperData.Stretch], noise: RandomKey? = nil, divergenceWeight: Double = 0,
    counting first: Int = .max
  ) -> HopperBatch {
    let rows = Array(question.rows)
    let series = data.series(stretches) { stretch in
      if latentCount == nil { return rows }
      // The trajectory starts at row 0: if it is not seen, it is requested.
      return stretch.seen.first == 0 ? stretch.seen : [0] + stretch.seen
    }
    let shape = [stretches.count, latentCount ?? 1]
    return HopperBatch(
      series: series, targets: data.targets(stretches, at: question.rows),
      weights: Tensor(
        question.rows.indices.map { $0 - question.rows.lowerBound < first ? Float(1) : 0 },
        shape: [question.rows.count, 1, 1]),
      noise: noise.map { $0.normal(shape) } ?? Tensor.zeros(shape),
      divergenceWeight: Tensor([Float(divergenceWeight)], shape: []))
  }
}
