package import NumericCore
import Adjoints
package import ContinuousModels
package import Integrators
import NeuralNets
import Transforms
package import Tensors
package import Training

/// The source of a density's points: fresh draws for every batch, or rows of a table.
package enum PointSource: Sendable {
  /// Draws a number of points, row-major.
  case fresh(dimension: Int, @Sendable (_ count: Int, _ key: RandomKey) -> [Float])
  /// Row-major.
  case table(dimension: Int, [Float])
  /// Rows of a table with noise that is drawn anew at every use.
  case resampled(dimension: Int, @Sendable (_ rows: [Int], _ key: RandomKey) -> [Float])

  package static func planar(_ data: PlanarData) -> PointSource {
    .fresh(dimension: 2) { count, key in
      data.points(count, key: key).flatMap { [Float($0.x), Float($0.y)] }
    }
  }

  package var dimension: Int {
    switch self {
    case .fresh(let dimension, _), .table(let dimension, _), .resampled(let dimension, _):
      dimension
    }
  }

  /// The given rows, or as many fresh points.
  package func points(_ rows: [Int], key: RandomKey) -> [Float] {
    switch self {
    case .fresh(_, let draw): return draw(rows.count, key)
    case .resampled(_, let draw): return draw(rows, key)
    case .table(let dimension, let values):
      return rows.flatMap { values[$0 * dimension..<($0 + 1) * dimension] }
    }
  }
}

/// The computation of the trace in training.
public enum TraceEstimate: String, Hashable, Sendable, CaseIterable {
  case exact, rademacher, gaussian
}

/// Batches for maximum likelihood; validation always uses the exact trace.
package struct DensityData: TrainingData {
  package var source: PointSource
  package var count: Int
  package var estimate: TraceEstimate
  /// Half the range of STEER's factor on the end time; 0 disables it.
  package var steer: Double

  package init(
    _ source: PointSource, count: Int, estimate: TraceEstimate = .exact, steer: Double = 0
  ) {
    self.source = source
    self.count = count
    self.estimate = estimate
    self.steer = steer
  }

  package func shard(_ rows: [Int], in context: ShardContext) -> Shard<DensityBatch> {
    let keys = context.key.split(3)
    let shape = [rows.count, source.dimension]
    var batch = DensityBatch(points: Tensor(source.points(rows, key: keys[0]), shape: shape))
    if context.isTraining {
      switch estimate {
      case .exact: break
      case .rademacher: batch.noise = keys[1].rademacher(shape)
      case .gaussian: batch.noise = keys[1].normal(shape)
      }
      if steer > 0 {
        let uniform = keys[2].uniform(1, as: Float.self)[0]
        let factor: Float = 1 + Float(steer) * (2 * uniform - 1)
        batch.durationFactor = Tensor([factor], shape: [])
      }
    }
    return Shard(batch, weight: Double(rows.count))
  }
}

/// The loss and gradient of maximum likelihood; validation uses a finer solver, so that the
/// selected model does not depend on solver errors.
package struct DensityEvaluator<Field: DensityField>: ShardEvaluator {
  package typealias Model = ContinuousNormalizingFlow<Field>

  private let gradient: ValueAndGradient<Model, DensityBatch>
  private let fine: CompiledFunction<Pair<Model, DensityBatch>>

  package init(_ objective: DensityObjective = DensityObjective(), solver: ODESolver) {
    gradient = valueAndGrad { model, batch in objective(model, batch) }
    let refined = solver.refined
    fine = CompiledFunction { input in
      let result = DensityObjective()(input.first, input.second, solver: refined)
      return [result.loss] + result.auxiliary
    }
  }

  package var auxiliaryNames: [String] { ["negativeLogLikelihood"] }

  package func evaluate(model: Model, batch: DensityBatch) -> ShardResult<Model> {
    let (result, evaluations) = gradient.counted(model, batch)
    return ShardResult(
      loss: result.loss, gradient: result.gradient,
      auxiliary: result.auxiliary.map { $0.values[0] }, evaluations: evaluations)
  }

  package func loss(
    model: Model, batch: DensityBatch
  ) -> (loss: Double, auxiliary: [Double]) {
    let results = fine(Pair(model, batch)).map { $0.values[0] }
    return (results[0], Array(results.dropFirst()))
  }
}

/// Batches for flow matching; shards are the blocks of the coupling.
package struct FlowMatchingData: TrainingData {
  package var source: PointSource
  package var count: Int
  /// Whether the rows of a shard are coupled by optimal transport.
  package var isCoupled: Bool

  package init(_ source: PointSource, count: Int, isCoupled: Bool = true) {
    self.source = source
    self.count = count
    self.isCoupled = isCoupled
  }

  package func shard(_ rows: [Int], in context: ShardContext) -> Shard<FlowMatchingBatch> {
    let keys = context.key.split(2)
    let batch = FlowMatchingBatch(
      data: source.points(rows, key: keys[0]), dimension: source.dimension,
      blockSize: isCoupled ? rows.count : 1, key: keys[1])
    return Shard(batch, weight: Double(rows.count))
  }
}

/// Standard normal points, for losses that are expectations over the base distribution.
package struct NormalData: TrainingData {
  package var dimension: Int
  package var count: Int

  package init(dimension: Int, count: Int) {
    self.dimension = dimension
    self.count = count
  }

  package func shard(_ rows: [Int], in context: ShardContext) -> Shard<Tensor> {
    Shard(context.key.normal([rows.count, dimension]), weight: Double(rows.count))
  }
}

/// Trains a model for a number of steps; shared by the tool and the experiments.
package func fit<Evaluator: ShardEvaluator, Data: TrainingData>(
  _ model: Evaluator.Model, _ evaluator: Evaluator, on data: Data, validation: Data? = nil,
  learningRate: Schedule, weightDecay: Double = 0, options: TrainingOptions,
  observer: TrainingObserver<Evaluator.Model> = TrainingObserver()
) throws -> TrainingState<Evaluator.Model> where Data.Batch == Evaluator.Batch {
  var state = TrainingState(
    model: model,
    optimizer: Adam(for: model, learningRate: learningRate, weightDecay: weightDecay))
  let trainer = Trainer(evaluator, training: data, validation: validation, options: options)
  _ = try trainer.train(&state, observer: observer)
  return state
}
