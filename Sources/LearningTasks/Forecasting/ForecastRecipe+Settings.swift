package import Serialization

extension ForecastRecipe: TaskRecipe {
  public static let settings =
    firstSettings + SeriesReading.settings(\.reading) + furtherSettings

  private static let firstSettings: [RecipeSetting<ForecastRecipe>] = [
    .name(\.name),
    .choice("model", \.model),
    RecipeSetting(key: "baselines.beside", expected: ForecastKind.recurrentNames + ", or null") {
      $0.beside.map { .string($0.rawValue) } ?? .null
    } write: {
      let kind = $1.string.flatMap(ForecastKind.init)
      if $1 != .null && kind?.recurrent == nil { return false }
      $0.beside = kind
      return true
    },
    .text("data.file", \.file),
  ]

  /// The models with hidden units.
  private static let reading = ForecastKind.allCases.filter { $0 != .goku }

  private static let furtherSettings: [RecipeSetting<ForecastRecipe>] =
    [
      .optionalNumber("windows.history", \.history),
      .optionalNumber("windows.future", \.future),
      .optionalNumber("windows.stride", \.stride),
      .optionalNumbers("windows.horizons", \.horizons),
      .optionalNumbers("windows.gaps", \.gaps),
      .count("windows.minimumHistory", \.minimumHistory, atLeast: 2),
      .choice("windows.split", \.split),
      .number("windows.validation", \.validationShare, in: 0.01...0.5),
      .number("windows.test", \.testShare, in: 0.01...0.5),
      .size("network.latent", \.network.latent) { $0.network.latentLayers($0.shardSize) }.of([
        .latentODE
      ]),
      .size("network.hidden", \.network.hidden) {
        LayerSize(weights: 3 * product($0.network.hidden, $0.network.hidden))
      }
      .of(reading),
      .size("network.field", \.network.field) {
        LayerSize(weights: product($0.network.field, $0.network.field))
      }.of([
        .latentODE, .odeRNN,
      ]),
      .size("network.decoder", \.network.decoder) {
        LayerSize(weights: product($0.network.decoder, $0.network.decoder))
      }
      .of(reading),
      .size("network.head", \.network.head) {
        LayerSize(weights: product($0.network.head, $0.network.hidden))
      }.of([
        .latentODE
      ]),
      .choice("network.context", \.network.context).of(reading),
      .number("network.tolerance", \.network.tolerance, in: 1e-12...0.1).of([.latentODE, .goku]),
    ] + MechanismSettings.settings(\.law).map { $0.of([.goku]) } + [
      .choice("law.emission", \.law.emission).of([.goku]),
      .count("training.steps", \.steps).effective(with: "training.epochs", ["null"]),
      .optionalCount("training.epochs", \.epochs),
      .count("training.batchSize", \.batchSize),
      .count("training.shardSize", \.shardSize),
      .number("training.learningRate", \.learningRate, in: 1e-9...1),
      .number("training.gradientClip", \.gradientClip, in: 1e-9...(.greatestFiniteMagnitude)),
      .number("training.divergenceWeight", \.divergenceWeight).of([.latentODE, .goku]),
      .number("training.varianceWeighting", \.varianceWeighting, in: 0...1),
      .number("training.fillShare", \.fillShare, in: 0...1),
      .optional("training.growingShare", \.growingShare, "a number from 0 to 1") {
        .number($0)
      } _: {
        $0.number.flatMap { (0...1).contains($0) ? $0 : nil }
      },
      .count("training.validations", \.validations),
      .count("training.seed", \.seed, atLeast: 0),
    ]
}

extension ForecastRecipe {
  /// A recipe from the text of a configuration file.
  package init(parsing text: String, path: String) throws(ConfigurationError) {
    let document: JSONValue
    do {
      document = try JSONValue(parsing: text)
    } catch {
      throw .notJSON(path: path, offset: error.offset)
    }
    try self.init(document)
  }

  /// A recipe from a configuration; missing values are those of the recipe for a user's file, or of
  /// `glucose`.
  package init(_ document: JSONValue) throws(ConfigurationError) {
    let isFile = document["data"]?["file"]?.string != nil
    self = try (isFile ? ForecastRecipe() : .glucose).overridden(by: document)
  }
}

extension RecipeSetting<ForecastRecipe> {
  /// The condition that one of some models is trained, as the model or as a baseline.
  fileprivate func of(_ kinds: [ForecastKind]) -> RecipeSetting {
    effective(with: "model", kinds.map(\.rawValue)) { recipe in
      kinds.contains(recipe.model) || recipe.beside.map(kinds.contains) ?? false
    }
  }
}

extension ForecastNetwork {
  /// All layers that begin or end at the latent state, which is saved at every stage of a solve: a
  /// hundred stages at least.
  fileprivate func latentLayers(_ batchSize: Int) -> LayerSize {
    LayerSize(
      weights: product(latent, 2 * field) + product(latent, decoder) + product(latent, 2 * head),
      activations: 100 * LayerSize.examples(batchSize) * Double(latent))
  }
}
