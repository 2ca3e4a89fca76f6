public import Serialization
public import Tensors
public import TimeSeries
import Training

/// The contents of an archive, validated before a model is made of them.
public struct StoredModel: Sendable {
  private let file: SafetensorsFile

  init(_ file: SafetensorsFile) { self.file = file }

  /// The JSON document of a name in the header; `nil` if there is none.
  public func document(_ name: String) -> JSONValue? {
    file.metadata[name].flatMap { try? JSONValue(parsing: $0) }
  }

  /// A value that the header must contain.
  ///
  /// - Throws: `SafetensorsError.badMetadata` for `nil`.
  public func required<Value>(_ value: Value?, of name: String) throws(SafetensorsError) -> Value {
    guard let value else { throw .badMetadata(key: name) }
    return value
  }

  /// The weights, with the structure of an untrained model.
  public func weights<Model: TensorTree>(as model: Model) throws(SafetensorsError) -> Model {
    try model.loading(file)
  }

  /// The configuration of the archive.
  ///
  /// - Throws: `SafetensorsError.badMetadata` if a setting is out of its range, or if its layers
  ///   are far larger than the tensors.
  public func recipe<Recipe: TaskRecipe>(
    _ type: Recipe.Type = Recipe.self
  ) throws(SafetensorsError) -> Recipe {
    guard let config = document("config"), let recipe = try? Recipe().overridden(by: config),
      Recipe.settings.allSatisfy({ ($0.layers?(recipe).weights ?? 0) <= largestLayer })
    else { throw .badMetadata(key: "config") }
    return recipe
  }

  /// The largest plausible number of weights of one layer.
  ///
  /// The sizes of settings are rough, and some settings are for other kinds of models; the bound
  /// only prevents small files from creating large models.
  public var largestLayer: Double { 10 * Double(file.numberCount) + 1e6 }

  /// Names, means and deviations of a document; `nil` if their counts differ or they cannot
  /// normalize.
  public static func normalization(_ document: JSONValue, names key: String) -> Normalization? {
    guard let names = texts(document[key]), let means = document["means"]?.numbers,
      let deviations = document["deviations"]?.numbers, names.count == means.count,
      means.count == deviations.count, Set(names).count == names.count,
      means.allSatisfy({ abs($0) <= 1e30 }),
      deviations.allSatisfy({ (1e-30...1e30).contains($0) })
    else { return nil }
    return Normalization(channels: names, means: means, deviations: deviations)
  }

  /// The elements of an array of texts; `nil` for anything else.
  public static func texts(_ value: JSONValue?) -> [String]? {
    guard let array = value?.array else { return nil }
    let texts = array.compactMap(\.string)
    return texts.count == array.count ? texts : nil
  }
}
