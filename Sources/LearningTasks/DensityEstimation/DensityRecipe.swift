import Serialization
public import ContinuousModels
import Integrators

/// The complete configuration of a density run: data, network, training.
public struct DensityRecipe: Hashable, Sendable {
  /// How the flow is trained.
  public enum Method: String, CaseIterable, Sendable {
    /// Flow matching: a regression without a solver, fast for any size.
    case flowMatching = "flow-matching"
    /// Maximum likelihood through the solver: better likelihood for more time.
    case likelihood
  }

  /// The name of the recipe.
  public var name = "cities"
  /// A user's file, or `nil` for the bundled cities.
  public var file: String?
  /// The columns; `nil` for all.
  public var columns: [String]?
  /// The share of rows in the test part.
  public var testShare = 0.1
  /// The share of rows in the validation part.
  public var validationShare = 0.1
  /// Widths of the field's hidden layers.
  public var hidden: [Int] = [160, 160, 160]
  /// Sines and cosines of the point as inputs, for densities with fine detail.
  public var waves = 96
  /// How the layers of the field use the time.
  public var conditioning = TimeConditioning.concatSquash
  /// How the flow is trained.
  public var method = Method.flowMatching
  /// Number of updates.
  public var steps = 20_000
  /// Rows of a batch.
  public var batchSize = 512
  public var learningRate = 1e-2
  /// The estimator of the trace in maximum likelihood; `nil` for the exact trace up to three
  /// columns, and Rademacher noise above.
  public var trace: TraceEstimate?
  /// Weights of the path's kinetic energy and of its Jacobian's norm in maximum likelihood: RNODE.
  public var kinetic = 0.0
  /// The weight of the penalty `½ ∫ |∂f/∂z|² dt`.
  public var jacobian = 0.0
  /// Half the range of a random factor on the end time in maximum likelihood: STEER.
  public var steer = 0.0
  /// Equal steps of the solver that reports likelihoods and that maximum likelihood differentiates.
  public var solverSteps = 25
  /// Adaptive steps of Dormand and Prince's method with this tolerance; `nil` for equal steps.
  public var tolerance: Double?
  /// The seed of weights, batches and splits.
  public var seed = 0

  /// The settings of the bundled example.
  public init() {}

  /// The default recipe for a user's file.
  public static func forFile(_ path: String) -> DensityRecipe {
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

extension DensityRecipe: TaskRecipe {
  public static let settings: [RecipeSetting<DensityRecipe>] = [
    .name(\.name),
    .kind("cnf"),
    .text("data.file", \.file),
    .optionalTexts("data.columns", \.columns),
    .number("data.test", \.testShare, in: 0.01...0.5),
    .number("data.validation", \.validationShare, in: 0.01...0.4).ofLikelihood,
    .counts("network.hidden", \.hidden).deciding(\.layers),
    .count("network.waves", \.waves, atLeast: 0, atMost: RecipeSetting<DensityRecipe>.sizeLimit)
      .deciding { recipe in
        LayerSize(
          weights: 2 * product(recipe.waves, recipe.hidden.first ?? 1),
          activations: 2 * LayerSize.examples(recipe.batchSize) * Double(recipe.waves))
      },
    .choice("network.conditioning", \.conditioning),
    .choice("training.method", \.method),
    .optionalChoice("training.trace", \.trace).ofLikelihood,
    .number("training.kinetic", \.kinetic, in: 0...1e6).ofLikelihood,
    .number("training.jacobian", \.jacobian, in: 0...1e6).ofLikelihood,
    .number("training.steer", \.steer, in: 0...0.99).ofLikelihood,
    .count("training.steps", \.steps),
    .count("training.batchSize", \.batchSize),
    .number("training.learningRate", \.learningRate, in: 1e-9...1),
    .count("training.seed", \.seed, atLeast: 0),
    .count("solver.steps", \.solverSteps, atMost: 10_000).deciding(\.layers).effective(
      with: "solver.tolerance", ["null"]),
    .optional("solver.tolerance", \.tolerance, "a number from 1e-12 to 0.1", { .number($0) }) {
      $0.number.flatMap { (1e-12...0.1).contains($0) ? $0 : nil }
    },
  ]

  /// The field; maximum likelihood saves every stage of its layers.
  private var layers: LayerSize {
    let stages = method == .likelihood && tolerance == nil ? 4 * Double(solverSteps) : 1
    return LayerSize(
      weights: zip([1] + hidden, hidden + [1]).reduce(0) { $0 + product($1.0, $1.1) },
      activations: stages * LayerSize.examples(batchSize) * hidden.reduce(0) { $0 + Double($1) })
  }

  /// The solver of likelihoods and samples.
  var solver: ODESolver {
    tolerance.map { .adaptive($0) }
      ?? ODESolver(method: .rungeKutta4, control: .steps(perInterval: solverSteps))
  }

  /// The recipe that this one was derived from.
  public var usual: DensityRecipe { file.map(Self.forFile) ?? DensityRecipe() }
}

extension RecipeSetting<DensityRecipe> {
  /// The condition of maximum likelihood.
  fileprivate var ofLikelihood: RecipeSetting {
    effective(with: "training.method", [DensityRecipe.Method.likelihood.rawValue])
  }
}
