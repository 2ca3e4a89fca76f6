import NumericCore
import LearningTasks
import Reports
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Tensors
import Training

/// Flows with penalized paths: fewer evaluations for the same likelihood.
struct RNODEExperiment: Experiment {
  let name = "rnode"
  let summary = "Kinetic and Jacobian penalties on 8 Gaussians: evaluations against likelihood."

  static let weight = 0.05

  /// What is measured of one flow.
  private struct Measured {
    var negativeLogLikelihood: Double
    /// By Dormand–Prince on 1000 points at tolerance 10⁻⁵, all in one step.
    var evaluations: Int
    /// The mean over the same points when each has its own steps.
    var evaluationsPerRow: Double
    /// The largest round-trip error at tolerance 10⁻³.
    var reconstructionError: Double
    /// The same when each point has its own steps.
    var reconstructionErrorPerRow: Double
    var outcome: PlanarTraining.Outcome
  }

  func run(_ run: ExperimentRun) throws -> ExperimentResult {
    let plain = try measure(weight: 0, run)
    let smooth = try measure(weight: Self.weight, run)
    let ratio = Double(smooth.evaluations) / Double(plain.evaluations)
    var result = ExperimentResult(
      claims: [
        Claim(
          "evaluations at 1e-5 with penalties / without", ours: ratio,
          threshold: .atMost(run.choose(full: 0.85, quick: 1))),
        Claim(
          "evaluations a row at 1e-5 with penalties / without",
          ours: smooth.evaluationsPerRow / plain.evaluationsPerRow,
          threshold: .atMost(run.choose(full: 0.85, quick: 1.02))),
        Claim(
          "test NLL with penalties − without (nats)",
          ours: smooth.negativeLogLikelihood - plain.negativeLogLikelihood,
          threshold: .atMost(run.choose(full: 0.05, quick: 0.3))),
        Claim(
          "round-trip error at 1e-3 with penalties / without",
          ours: smooth.reconstructionError / plain.reconstructionError, threshold: .atMost(1)),
        Claim(
          "the same with steps of each point's own",
          ours: smooth.reconstructionErrorPerRow / plain.reconstructionErrorPerRow,
          threshold: .atMost(1)),
      ],
      notes: [
        "without penalties \(plain.evaluations) evaluations "
          + "(\(Figure(plain.evaluationsPerRow)) a row; with \(Figure(smooth.evaluationsPerRow))), NLL "
          + "\(Figure(plain.negativeLogLikelihood)), round trip \(Figure(plain.reconstructionError)); "
          + "with \(smooth.evaluations), \(Figure(smooth.negativeLogLikelihood)), "
          + "\(Figure(smooth.reconstructionError))"
      ])
    if !run.isQuick { result.charts = Self.charts(plain, smooth, run) }
    return result
  }

  /// Paths of the two flows, and both trainings.
  private static func charts(
    _ plain: Measured, _ smooth: Measured, _ run: ExperimentRun
  ) -> [Chart] {
    let range = -4.5...4.5
    let key = run.key.folding(in: 95)
    let paths = [("without penalties", plain), ("with penalties", smooth)].map {
      DensityCharts.paths(
        "8gaussians, \($0.0): paths", of: $0.1.outcome.model, count: 150, key: key, x: range,
        y: range, caption: "The same 150 points of the base distribution on their way to the data.")
    }
    return paths
      + DensityCharts.progress([
        ("without penalties", plain.outcome.history), ("with penalties", smooth.outcome.history),
      ])
  }

  private func measure(weight: Double, _ run: ExperimentRun) throws -> Measured {
    var training = PlanarTraining(
      .eightGaussians, steps: 10, iterations: run.choose(full: 1200, quick: 60), seed: run.seed)
    training.duration = .fixed(1)
    training.objective = DensityObjective(kinetic: weight, jacobian: weight)
    let outcome = try training.run(progress: run.progress)
    let flow = outcome.model
    let test = PlanarData.eightGaussians.sample(
      run.choose(full: 5000, quick: 500), key: run.key.folding(in: 99))
    let probe = PlanarData.eightGaussians.sample(1000, key: run.key.folding(in: 98))
    let rows = flow.evaluationsPerRow(on: probe, solver: .adaptive(1e-5))
    return Measured(
      negativeLogLikelihood: flow.audit(on: test).fine,
      evaluations: flow.densities(of: probe, solver: .adaptive(1e-5), batchSize: 1000).evaluations,
      evaluationsPerRow: rows.reduce(0, +) / Double(rows.count),
      reconstructionError: flow.reconstructionError(on: probe, solver: .adaptive(1e-3)),
      reconstructionErrorPerRow: flow.reconstructionError(
        on: probe, solver: .adaptive(1e-3), sharing: .perRow),
      outcome: outcome)
  }
}
