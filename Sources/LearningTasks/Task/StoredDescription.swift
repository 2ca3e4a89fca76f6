import NumericCore
import TimeSeries
import Training

/// What a model file says of its model, checked before anything is made of it: the file may come from anybody.
struct StoredDescription {
  private let file: SafetensorsFile

  init(_ file: SafetensorsFile) { self.file = file }

  /// The JSON document of a metadata key; nil: none.
  func document(_ key: String) -> JSONValue? {
    file.metadata[key].flatMap { try? JSONValue(parsing: $0) }
  }

  /// The recipe of the key `config`; nil if a setting is out of its range, or if its layers are far larger than the tensors.
  func recipe<Recipe: ConfigurableRecipe>(_ initial: Recipe) -> Recipe? {
    guard let config = document("config"), let recipe = try? initial.overridden(by: config),
      Recipe.settings.allSatisfy({ ($0.layers?(recipe).weights ?? 0) <= largestLayer })
    else { return nil }
    return recipe
  }

  /// Weights that one layer has at most.
  ///
  /// The sizes that settings give are rough, and some settings are for other kinds of models; so this only keeps small files from
  /// making large models.
  var largestLayer: Double { 10 * Double(file.numberCount) + 1e6 }

  /// Names, means and deviations of a document; nil if they are not of one number or cannot normalize anything.
  static func normalization(_ document: JSONValue, names key: String) -> Normalization? {
    guard let names = texts(document[key]), let means = document["means"]?.numbers,
      let deviations = document["deviations"]?.numbers, names.count == means.count,
      means.count == deviations.count, Set(names).count == names.count,
      means.allSatisfy({ abs($0) <= 1e30 }),
      deviations.allSatisfy({ (1e-30...1e30).contains($0) })
    else { return nil }
    return Normalization(channels: names, means: means, deviations: deviations)
  }

  /// The clock of a document; nil for windows that are not positive or of absurdly many spacings.
  static func clock(_ document: JSONValue) -> ModelClock? {
    guard let window = document["window"]?.number, let spacing = document["spacing"]?.number,
      (1e-30...1e30).contains(window), (1e-30...1e30).contains(spacing), window / spacing <= 1e9
    else { return nil }
    return ModelClock(window: window, spacing: spacing)
  }

  /// The elements of an array of texts; nil for anything else.
  static func texts(_ value: JSONValue?) -> [String]? {
    guard let array = value?.array else { return nil }
    let texts = array.compactMap(\.string)
    return texts.count == array.count ? texts : nil
  }
}
