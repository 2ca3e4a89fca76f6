import ContinuousModels
import Integrators

/// All that decides what a density run does: data, network, training.
package struct DensityRecipe: Hashable, Sendable {
  package enum Method: String, CaseIterable, Sendable {
    /// A regression without a solver: fast, for any size.
    case flowMatching = "flow-matching"
    /// Maximum likelihood through the solver: the better likelihood for more time.
    case likelihood
  }

  package var name = "cities"
  /// A file of the user's, or nil for the bundled cities.
  package var file: String?
  /// nil: all.
  package var columns: [String]?
  package var testShare = 0.1
  package var validationShare = 0.1
  package var hidden: [Int] = [160, 160, 160]
  /// Sines and cosines of the point as inputs: for densities with fine detail.
  package var waves = 96
  package var method = Method.flowMatching
  /// Updates.
  package var steps = 20_000
  package var batchSize = 512
  package var learningRate = 1e-2
  /// Equal steps of the solver that reports likelihoods.
  package var solverSteps = 25
  package var seed = 0

  package init() {}

  /// A recipe for a file of the user's.
  package static func forFile(_ path: String) -> DensityRecipe {
    var recipe = DensityRecipe()
    recipe.name = "density"
    recipe.file = path
    recipe.hidden = [64, 64, 64]
    recipe.waves = 0
    recipe.steps = 5000
    recipe.learningRate = 2e-3
    return recipe
  }
}

extension DensityRecipe: ConfigurableRecipe {
  package static let settings: [RecipeSetting<DensityRecipe>] = [
    .name(\.name),
    .kind("cnf"),
    .text("data.file", \.file),
    .optionalTexts("data.columns", \.columns),
    .number("data.test", \.testShare, in: 0.01...0.5),
    .number("data.validation", \.validationShare, in: 0.01...0.4),
    .counts("network.hidden", \.hidden).deciding { recipe in
      zip([1] + recipe.hidden, recipe.hidden + [1]).reduce(0) { $0 + product($1.0, $1.1) }
    },
    .count("network.waves", \.waves, atLeast: 0).deciding { recipe in
      2 * product(recipe.waves, recipe.hidden.first ?? 1)
    },
    .choice("training.method", \.method),
    .count("training.steps", \.steps),
    .count("training.batchSize", \.batchSize),
    .number("training.learningRate", \.learningRate, in: 1e-9...1),
    .count("training.seed", \.seed, atLeast: 0),
    .count("solver.steps", \.solverSteps, atMost: 10_000),
  ]
}
