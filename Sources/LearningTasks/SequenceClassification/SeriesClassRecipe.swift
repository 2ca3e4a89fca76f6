import Serialization

/// The complete configuration of a classification of series: data, network, training.
public struct SeriesClassRecipe: Hashable, Sendable {
  /// The name of the recipe.
  public var name = "series-classes"
  /// The recurrent network.
  public var model = ForecastKind.odeRNN
  /// The file of series; `nil` for the bundled data.
  public var file: String?
  /// How the file is read.
  public var reading = SeriesReading()
  /// The column with the class of each series, in the data or in the file of labels.
  public var label: String?
  /// A separate file with an id and a label in each row; `nil` if the label is in the data.
  public var labelsFile: String?
  /// The share of series in the test part.
  public var testShare = 0.2
  /// The share of series in the validation part.
  public var validationShare = 0.15
  /// The number of hidden units.
  public var hidden = 48
  /// Width of the field's and of the head's hidden layers.
  public var field = 64
  /// The width of the hidden layer before the logits.
  public var head = 64
  /// Steps of the field over every gap.
  public var fieldSteps = 2
  /// The largest number of rows of a series; longer series are thinned evenly and keep the last
  /// row.
  public var rowLimit = 160
  /// The number of updates.
  public var steps = 1_200
  /// Passes over the data; they override `steps`.
  public var epochs: Int?
  /// Series of a batch.
  public var batchSize = 32
  public var learningRate = 4e-3
  /// The weight of the squared parameters.
  public var weightDecay = 1e-3
  /// The weight of the likelihood of each row given the rows before it, in nats per observation,
  /// added to the cross entropy.
  public var expectationWeight = 0.1
  /// The seed of weights, batches and splits.
  public var seed = 0

  /// The settings of the bundled example.
  public init() {}
}

extension SeriesClassRecipe: TaskRecipe {
  public static let settings = firstSettings + SeriesReading.settings(\.reading) + furtherSettings

  private static let firstSettings: [RecipeSetting<SeriesClassRecipe>] = [
    .name(\.name),
    RecipeSetting(key: "model", expected: ForecastKind.recurrentNames) {
      .string($0.model.rawValue)
    } write: {
      guard let kind = $1.string.flatMap(ForecastKind.init), kind.recurrent != nil else {
        return false
      }
      $0.model = kind
      return true
    },
    .text("data.file", \.file),
    .text("data.label", \.label),
    .text("data.labelsFile", \.labelsFile),
  ]

  private static let furtherSettings: [RecipeSetting<SeriesClassRecipe>] = [
    .number("data.test", \.testShare, in: 0.01...0.5),
    .number("data.validation", \.validationShare, in: 0.01...0.4),
    .size("network.hidden", \.hidden) {
      LayerSize(weights: 3 * product($0.hidden, $0.hidden))
    },
    .size("network.field", \.field) {
      LayerSize(weights: 2 * product($0.field, $0.hidden))
    }.ofFlow,
    .size("network.head", \.head) {
      LayerSize(weights: 2 * product($0.head, $0.hidden))
    },
    .size("network.fieldSteps", \.fieldSteps, atMost: 100) {
      LayerSize(
        activations: LayerSize.examples($0.batchSize) * product($0.fieldSteps, $0.field + $0.hidden)
      )
    }.ofFlow,
    .count("network.rowLimit", \.rowLimit, atLeast: 2),
    .count("training.steps", \.steps).effective(with: "training.epochs", ["null"]),
    .optionalCount("training.epochs", \.epochs),
    .count("training.batchSize", \.batchSize),
    .number("training.learningRate", \.learningRate, in: 1e-9...1),
    .number("training.weightDecay", \.weightDecay, in: 0...1),
    .number("training.expectationWeight", \.expectationWeight, in: 0...1e6),
    .count("training.seed", \.seed, atLeast: 0),
  ]
}

extension SeriesClassRecipe {
  /// The recipe that this one was derived from.
  public var usual: SeriesClassRecipe { SeriesClassRecipe() }
}

extension RecipeSetting<SeriesClassRecipe> {
  /// The condition of a flow between rows.
  fileprivate var ofFlow: RecipeSetting {
    effective(with: "model", [ForecastKind.odeRNN.rawValue])
  }
}
