import Platform
import Serialization

/// The complete configuration of a classification run: data, network, training.
public struct ClassifierRecipe: Hashable, Sendable {
  /// The name of the recipe.
  public var name = "digits"
  /// A CSV table, a folder of IDX files, or `nil` for the bundled digits.
  public var file: String?
  /// The column of classes; `nil` detects it by its name, or takes the last.
  public var label: String?
  /// The share of rows in the test part.
  public var testShare = 0.2
  /// The share of rows in the validation part.
  public var validationShare = 0.1
  /// The kind of network.
  public var layers = Layers.rungeKuttaNet
  /// Whether a layer maps the features of a table to `width` states; without it the features are
  /// the state.
  public var hasStem = true
  /// How the state is widened.
  public var augmentation = Widening.none
  /// Further dimensions of the state; `nil` for the default if the augmentation takes a number.
  public var augmentedDimensions: Int?
  /// The function applied to evolving weights.
  public var weightActivation = WeightActivation.none
  /// Width of the hidden layers, or channels of the convolutions.
  public var width = 64
  /// Number of residual blocks.
  public var blocks = 6
  /// The field is integrated over 0…time.
  public var time = 1.0
  /// Equal steps of the classical Runge–Kutta method, or of Euler's method for evolving weights.
  public var solverSteps = 2
  /// Steps of the weights per step of the activations: 1 is ANODEV2's configuration 1, more its
  /// configuration 2.
  public var weightSteps = 1
  /// Passes over the training part.
  public var epochs = 40
  /// Rows of a batch.
  public var batchSize = 64
  public var learningRate = 3e-3
  /// The weight of the squared parameters.
  public var weightDecay = 1e-3
  /// Pixels of padding for random crops of images; 0 disables them.
  public var crop = 0
  /// Images are mirrored at random.
  public var mirrors = false
  /// The seed of weights, batches and splits.
  public var seed = 0

  /// The settings of the bundled example.
  public init() {}

  /// The default recipe for a file: a table, or a folder of images.
  public static func forFile(_ path: String) -> ClassifierRecipe {
    var recipe = FileSystem.isDirectory(path) == true ? fashion : ClassifierRecipe()
    recipe.name = "classes"
    recipe.file = path
    recipe.mirrors = false
    return recipe
  }

  /// Fashion-MNIST, in the folder of `Scripts/fetch-fashion-mnist`.
  public static let fashion: ClassifierRecipe = {
    var recipe = ClassifierRecipe()
    recipe.name = "fashion-mnist"
    recipe.file = "data/fashion-mnist"
    recipe.validationShare = 0.05
    // With 32 channels the flow's single block limits the accuracy: the ODE-Net is a point below
    // the ResNet.
    recipe.width = 64
    recipe.time = 3
    recipe.epochs = 15
    recipe.batchSize = 128
    recipe.learningRate = 6e-3
    // With two steps the solution depends on the step size: finer steps change most of a point.
    // With four they agree.
    recipe.solverSteps = 4
    recipe.weightDecay = 1e-2
    recipe.crop = 2
    recipe.mirrors = true
    return recipe
  }()

  /// Named recipes.
  public static let named: [String: ClassifierRecipe] = [
    "digits": ClassifierRecipe(), "fashion-mnist": fashion,
  ]
}

extension ClassifierRecipe: TaskRecipe {
  public static let settings: [RecipeSetting<ClassifierRecipe>] = [
    .name(\.name),
    .kind("ode-net"),
    .text("data.file", \.file),
    .text("data.label", \.label),
    .number("data.test", \.testShare, in: 0.01...0.5),
    .number("data.validation", \.validationShare, in: 0.01...0.4),
    .choice("network.layers", \.layers),
    .flag("network.stem", \.hasStem),
    .choice("network.augmentation", \.augmentation),
    .optional(
      "network.augmentedDimensions", \.augmentedDimensions, "a whole number from 1 to 1000"
    ) {
      JSONValue($0)
    } _: {
      $0.integer.flatMap { (1...1000).contains($0) ? $0 : nil }
    }.effective(
      with: "network.augmentation", Widening.allCases.filter(\.isCounted).map(\.rawValue)),
    .choice("network.weightActivation", \.weightActivation).of([.evolving]),
    // Without a stem the states of evolving weights are the features.
    .size("network.width", \.width) { $0.depthLayers }.effective(
      with: "network.stem", ["true"]
    ) { $0.hasStem || $0.layers != .evolving },
    .size("network.blocks", \.blocks) { $0.depthLayers }.of([.resNet]),
    .number("network.time", \.time, in: 1e-3...1000).of([.odeNet, .rungeKuttaNet]),
    .size("solver.steps", \.solverSteps) { $0.depthLayers }
      .of([.odeNet, .rungeKuttaNet, .evolving]),
    .count("solver.weightSteps", \.weightSteps, atMost: 1000).of([.evolving]),
    .count("training.epochs", \.epochs),
    .count("training.batchSize", \.batchSize),
    .number("training.learningRate", \.learningRate, in: 1e-9...1),
    .number("training.weightDecay", \.weightDecay, in: 0...1),
    .count("training.crop", \.crop, atLeast: 0),
    .flag("training.mirrors", \.mirrors),
    .count("training.seed", \.seed, atLeast: 0),
  ]
}

extension ClassifierRecipe {
  /// The layers between stem and head.
  ///
  /// A flow saves four stages of every step, unless its gradient comes from the adjoint equation;
  /// evolving weights save all weights of every step. Without a stem the state is as narrow as the
  /// features.
  fileprivate var depthLayers: LayerSize {
    let (square, steps) = (hasStem ? product(width, width) : Double(width), Double(solverSteps))
    let states = LayerSize.examples(batchSize) * Double(width)
    return switch layers {
    case .resNet:
      LayerSize(weights: 2 * Double(blocks) * square, activations: 2 * Double(blocks) * states)
    case .odeNet: LayerSize(weights: 2 * square, activations: 2 * states)
    case .rungeKuttaNet: LayerSize(weights: 2 * square, activations: 8 * steps * states)
    case .evolving where hasStem:
      LayerSize(weights: square, activations: steps * (states + Double(weightSteps) * square))
    case .evolving: LayerSize(activations: steps * Double(weightSteps))
    }
  }

  /// The recipe that this one was derived from.
  public var usual: ClassifierRecipe {
    Self.named[name] ?? file.map(Self.forFile) ?? ClassifierRecipe()
  }
}

extension RecipeSetting<ClassifierRecipe> {
  /// The condition on the kind of layers.
  fileprivate func of(_ layers: [ClassifierRecipe.Layers]) -> RecipeSetting {
    effective(with: "network.layers", layers.map(\.rawValue))
  }
}
