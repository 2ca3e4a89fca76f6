import Reports
import LearningTasks
import ContinuousModels
import Training

/// The world's cities as a density: a map that nobody drew.
struct CitiesExperiment: Experiment {
  let name = "cities"
  let summary =
    "Density of 144,563 cities by flow matching, beside a Gaussian, a mixture and kernels."

  /// Test figures of scikit-learn's densities on the same rows, from `Benchmarks/Densities/cities_baselines.py`.
  static let baselines: [(name: String, figure: Double)] = [
    ("Gaussian mixture of 200 components", 7.9674),
    ("kernel density of width 0.3°", 7.9211),
  ]

  func run(_ run: ExperimentRun) throws -> ExperimentResult {
    var recipe = DensityRecipe()
    recipe.seed = Int(run.seed)
    if run.isQuick {
      recipe.steps = 300
      recipe.hidden = [64, 64]
      recipe.waves = 32
      recipe.solverSteps = 10
    }
    let outcome = try TrainingRun(DensityTask(recipe), in: nil, threads: 2).run()
    return ExperimentResult(
      claims: [
        Claim(
          "cities, test NLL minus a Gaussian's (nats)",
          ours: outcome.evaluation.audit.fine - outcome.evaluation.gaussian,
          threshold: .atMost(run.choose(full: -1.8, quick: -0.2)),
          seconds: outcome.seconds)
      ],
      notes: outcome.task.result(of: outcome, in: "").lines
        + Self.baselines.map { "\($0.name): \(Figure($0.figure)) (scikit-learn)" },
      charts: run.isQuick ? [] : DensityReport(outcome: outcome).maps())
  }
}
