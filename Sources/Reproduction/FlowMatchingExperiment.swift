import Platform
import NumericCore
import LearningTasks
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors
import Training

/// Flow matching with optimal-transport coupling: the same flows, trained without a solver.
struct FlowMatchingExperiment: Experiment {
  let name = "flow-matching"
  let summary = "Flow matching on 2-D toys: test NLL, seconds, and samples in 8 evaluations."

  static let settings: [(data: PlanarData, threshold: Double, quickThreshold: Double)] = [
    (.eightGaussians, 2.92, 3.5), (.moons, 2.53, 3.3), (.checkerboard, 3.90, 4.4),
  ]

  func run(_ run: ExperimentRun) throws -> ExperimentResult {
    var result = ExperimentResult(claims: [])
    for setting in Self.settings {
      let data = setting.data
      let start = SystemClock.processTime
      let (flow, seconds) = try timed { try Self.training(data, run).run() }
      let used = SystemClock.processTime - start
      let count = run.choose(full: 5000, quick: 1000)
      let test = data.sample(count, key: run.key.folding(in: 99))
      let audit = flow.audit(on: test, entropy: data.entropy)
      let base = run.key.folding(in: 98).normal([count, 2])
      let few = ODESolver(method: .midpoint, control: .steps(perInterval: 4))
      let distance = slicedWasserstein(
        flow.samples(from: base, solver: few), test.values, dimension: 2,
        key: run.key.folding(in: 97))
      result.claims += [
        Claim(
          "\(data.rawValue), test NLL (nats)", ours: audit.fine,
          threshold: .between(
            data.entropy - LikelihoodAudit.allowedExcess,
            run.choose(full: setting.threshold, quick: setting.quickThreshold)),
          seconds: seconds),
        Claim(
          "\(data.rawValue), sliced W₂ of samples in 8 evaluations", ours: distance,
          threshold: .atMost(run.choose(full: 0.2, quick: 0.4))),
      ]
      if !run.isQuick {
        result.claims.append(
          Claim(
            "\(data.rawValue), training, processor time of all threads (s)", ours: used,
            threshold: .atMost(20), seconds: seconds))
      }
      result.notes.append(audit.sentence(of: data.rawValue))
      if !run.isQuick { result.charts += DensityCharts.toy(data, flow, key: run.key) }
    }
    return result
  }

  /// One setting for all three sets; edges as sharp as those of the checkerboard need waves.
  private static func training(_ data: PlanarData, _ run: ExperimentRun) -> FlowMatchingTraining {
    var training = FlowMatchingTraining(
      .planar(data), iterations: run.choose(full: 6000, quick: 300), seed: run.seed)
    training.waveCount = 32
    training.highestWave = 10
    training.learningRate = 0.02
    return training
  }
}
