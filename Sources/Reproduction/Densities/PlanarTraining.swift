import NumericCore
import Reports
package import LearningTasks
package import ContinuousModels
package import Integrators
import NeuralNets
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

  /// What training found.
  package struct Outcome {
    /// The one that validation by a finer solver likes best.
    package var model: Model
    package var history: [Moment]
  }

  /// A tenth of the training.
  package struct Moment {
    package var step: Int
    /// Mean negative log-likelihood of fresh points by a finer solver, in nats.
    package var validation: Double
    /// Evaluations of the field by Dormand–Prince at tolerance 10⁻⁵ for 500 points in one step.
    package var evaluations: Int
    /// What training goes on with.
    package var solver: ODESolver
  }

  /// Trains in tenths, each with an audit of the solver.
  ///
  /// If the training solver and a finer one differ by more than a hundredth of a nat on fresh points, or points do not
  /// come back, the number of steps is doubled: a model cannot go on learning its solver's errors.
  package func run(progress: @escaping @Sendable (String) -> Void) throws -> Outcome {
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
    var history: [Moment] = []
    for part in 1...10 {
      let options = TrainingOptions(
        length: .steps(max(iterations * part / 10, part)), batchSize: batchSize, shardSize: 128,
        threads: threads, seed: seed, gradientClip: 10,
        validationInterval: .steps(max(iterations / 10, 1)),
        checkpointInterval: .steps(iterations))
      let trainer = Trainer(evaluator, training: data, validation: validation, options: options)
      _ = try trainer.train(&state)
      let audit = state.model.audit(on: probe)
      progress(
        "step \(state.step), by a finer solver \(Figure(audit.fine)), "
          + "by its own \(Figure(audit.reported))")
      if (audit.reported - audit.fine).magnitude > 0.01 || !audit.isReversible,
        case .steps(let count) = state.model.solver.control, count < 160
      {
        state.model.solver.control = .steps(perInterval: 2 * count)
        evaluator = DensityEvaluator(objective, solver: state.model.solver)
        progress("\(2 * count) steps from now on")
      }
      history.append(moment(state, audit, probe))
    }
    var best = state.best
    best.solver = state.model.solver
    return Outcome(model: best, history: history)
  }

  private func moment(
    _ state: TrainingState<Model>, _ audit: LikelihoodAudit, _ probe: Tensor
  ) -> Moment {
    let model = state.model
    return Moment(
      step: state.step, validation: audit.fine,
      evaluations: model.densities(of: probe, solver: .adaptive(1e-5)).evaluations,
      solver: model.solver)
  }
}
