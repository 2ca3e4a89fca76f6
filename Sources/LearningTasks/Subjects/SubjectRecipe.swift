public import MechanisticModels
import Serialization
import Tables

/// The complete configuration of a GOKU-net that reads every series whole, as an experiment.
public struct SubjectRecipe: Hashable, Sendable {
  /// The value of the setting `model`.
  public static let model = "goku-experiments"

  /// The name of run folders.
  public var name = "experiments"
  /// The file of measurements.
  public var file: String?
  /// A file of doses; `nil` for those in the data, or none.
  public var doses: String?
  /// A file of known values; `nil` for those in the data, or none.
  public var conditions: String?
  /// How the file is read.
  public var reading = FitTableOptions()
  /// The equations and the roles of their parameters.
  public var law: MechanismSettings
  /// Relative and absolute tolerance of solves, in the sizes of the states.
  public var tolerance = 1e-5
  /// Steps of the encoder alone.
  public var steps = 2_000
  /// Steps in which every experiment has a posterior of its own, after those of the encoder.
  public var refinements = 2_000
  /// The first rate of each of the two parts of the training.
  public var learningRate = 5e-3
  /// The seed of all random choices.
  public var seed = 0

  /// The usual configuration, without a file and equations.
  public init() {
    law = MechanismSettings()
    (law.latent, law.recurrent, law.hidden) = (4, 24, 32)
  }
}

extension SubjectRecipe: TaskRecipe {
  public static let settings =
    firstSettings + MechanismSettings.settings(\.law) + [
      .number("network.tolerance", \.tolerance, in: 1e-12...0.1),
      .count("training.steps", \.steps),
      .count("training.refinements", \.refinements),
      .number("training.learningRate", \.learningRate, in: 1e-9...1),
      .count("training.seed", \.seed, atLeast: 0),
    ]

  private static let firstSettings: [RecipeSetting<SubjectRecipe>] = [
    .name(\.name),
    RecipeSetting(key: "model", expected: model) { _ in
      .string(model)
    } write: {
      $1.string == model
    },
    .text("data.file", \.file),
    .text("data.doses", \.doses),
    .text("data.conditions", \.conditions),
    .text("data.timeColumn", \.reading.timeColumn),
    .text("data.idColumn", \.reading.idColumn),
    .text("data.channelColumn", \.reading.channelColumn),
    .text("data.valueColumn", \.reading.valueColumn),
    .texts("data.missing", \.reading.missing),
    .choice("data.unit", \.reading.unit),
    .optionalChoice("data.dates", \.reading.dates),
  ]
}
