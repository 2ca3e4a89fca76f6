package import ContinuousModels
import Integrators
import NeuralNets
import NumericCore
import Tensors
import Training

/// Maximum likelihood of a free-form flow with settings that suit toy distributions.
///
/// Three hidden layers of 64 units, concatsquash, tanh; Runge–Kutta of order 4 with equal steps over a trained end
/// time that starts at ½; AdamW at 0.003 with a cosine schedule, batches of 256 fresh points.
package struct PlanarTraining {
  package typealias Model = ContinuousNormalizingFlow<TimeConditionedMLP>

  package var source: PointSource
  package var steps: Int
  package var iterations: Int
  package var seed: UInt64
  package var estimate: TraceEstimate
  package var objective = DensityObjective()
  package var duration = FlowDuration.trained(from: 0.5)
  package var batchSize = 256
  package var threads = 2

  package init(
    _ source: PointSource, steps: Int, iterations: Int, seed: UInt64,
    estimate: TraceEstimate = .exact
  ) {
    self.source = source
    self.steps = steps
    self.iterations = iterations
    self.seed = seed
    self.estimate = estimate
  }

  package init(_ data: PlanarData, steps: Int, iterations: Int, seed: UInt64) {
    self.init(.planar(data), steps: steps, iterations: iterations, seed: seed)
  }

  package var initialModel: Model {
    Model(
      TimeConditionedMLP(
        dimension: source.dimension, hidden: [64, 64, 64], key: RandomKey(seed).folding(in: 1)),
      dimension: source.dimension, duration: duration,
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: steps)))
  }

  /// The model that validation by a finer solver likes best.
  package func run(progress: @escaping @Sendable (String) -> Void) throws -> Model {
    let model = initialModel
    let data = DensityData(source, count: batchSize, estimate: estimate)
    let validation = DensityData(source, count: 512)
    let options = TrainingOptions(
      length: .steps(iterations), batchSize: batchSize, shardSize: 128, threads: threads,
      seed: seed, gradientClip: 10, validationInterval: .steps(max(iterations / 10, 1)),
      checkpointInterval: .steps(iterations))
    let observer = TrainingObserver<Model>(onStep: { record in
      guard let validation = record.validation else { return }
      progress(
        "step \(record.step), loss \(Figure(record.loss)), by a finer solver \(Figure(validation))")
    })
    return try fit(
      model, DensityEvaluator(objective, solver: model.solver), on: data, validation: validation,
      learningRate: .cosine(from: 3e-3, over: iterations), weightDecay: 1e-5, options: options,
      observer: observer
    ).best
  }
}
