public import Serialization
public import MechanisticModels
public import Tensors
import TimeSeries

/// A trained GOKU-net that infers the parameters of whole experiments.
public struct SubjectEstimator: ArchivedModel {
  /// The kind in archives.
  public static let kind = "experiments"
  /// The name in messages.
  public static let title = "GOKU-net of experiments"

  /// The configuration of the training.
  public var recipe: SubjectRecipe
  /// Encoder, equations and noise.
  public var network: EquationGOKU
  /// The units of the training data.
  public var scales: SubjectScales

  init(recipe: SubjectRecipe, network: EquationGOKU, scales: SubjectScales) {
    self.recipe = recipe
    self.network = network
    self.scales = scales
  }

  public var weights: any TensorTree { network }

  public var descriptions: [String: JSONValue] {
    [
      "scales": [
        "channels": JSONValue(scales.channels), "means": JSONValue(scales.means),
        "deviations": JSONValue(scales.deviations), "states": JSONValue(scales.states),
        "time": .number(scales.time),
      ]
    ]
  }

  /// The model of an archive.
  public init(_ stored: StoredModel) throws(SafetensorsError) {
    recipe = try stored.recipe()
    let document = try stored.required(stored.document("scales"), of: "scales")
    scales = try stored.required(SubjectScales(document), of: "scales")
    let law = try stored.required(try? recipe.law.lawOfExperiments(), of: "config")
    guard law.system.states.count == scales.states.count else {
      throw .badMetadata(key: "scales")
    }
    let inference = try stored.required(
      try? SubjectInference(law, Experiments([]), scales: scales).with(recipe), of: "scales")
    network = try stored.weights(as: inference.startingNetwork)
  }
}

extension SubjectScales {
  /// `nil` if the parts of the document do not fit each other.
  fileprivate init?(_ document: JSONValue) {
    guard let normalization = StoredModel.normalization(document, names: "channels"),
      let states = document["states"]?.numbers, let time = document["time"]?.number,
      !normalization.channels.isEmpty, (1e-300...1e30).contains(time),
      states.allSatisfy({ (1e-30...1e30).contains($0.magnitude) })
    else { return nil }
    self.init(
      channels: normalization.channels, means: normalization.means,
      deviations: normalization.deviations, states: states, time: time)
  }
}
