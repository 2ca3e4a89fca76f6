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
  ///
  /// Training goes in tenths. After each, if the training solver and a finer one differ by more than a hundredth of a
  /// nat on validation points, the number of steps is doubled: a model cannot go on learning its solver's errors.
  package func run(progress: @escaping @Sendable (String) -> Void) throws -> Model {
    let data = DensityData(source, count: batchSize, estimate: estimate)
    let validation = DensityData(source, count: 512)
    let model = initialModel
    var state = TrainingState(
      model: model,
      optimizer: Adam(
        for: model, learningRate: .cosine(from: 3e-3, over: iterations), weightDecay: 1e-5))
    var evaluator = DensityEvaluator<TimeConditionedMLP>(objective, solver: model.solver)
    let probe = Tensor(
      source.points(Array(0..<500), key: RandomKey(seed).folding(in: 2)),
      shape: [500, source.dimension])
    for part in 1...10 {
      let options = TrainingOptions(
        length: .steps(max(iterations * part / 10, part)), batchSize: batchSize, shardSize: 128,
        threads: threads, seed: seed, gradientClip: 10,
        validationInterval: .steps(max(iterations / 10, 1)),
        checkpointInterval: .steps(iterations))
      let trainer = Trainer(evaluator, training: data, validation: validation, options: options)
      _ = try trainer.train(&state)
      let difference = state.model.solverDifference(on: probe)
      progress(
        "step \(state.step), by a finer solver \(Figure(state.bestValidation ?? .nan)), "
          + "solvers differ by \(Figure(difference))")
      if difference > 0.01, case .steps(let count) = state.model.solver.control, count < 160 {
        state.model.solver.control = .steps(perInterval: 2 * count)
        evaluator = DensityEvaluator(objective, solver: state.model.solver)
        progress("\(2 * count) steps from now on")
      }
    }
    var best = state.best
    best.solver = state.model.solver
    return best
  }
}
