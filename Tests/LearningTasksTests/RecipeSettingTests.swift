import LearningTasks
import Testing

@Suite struct RecipeSettingTests {
  /// The error about changed settings; `nil` if they have an effect.
  private func refusal<Recipe: ConfigurableRecipe>(
    _ recipe: Recipe, _ changes: [(String, String)]
  ) throws -> ConfigurationError? {
    var recipe = recipe
    for (key, word) in changes { try recipe.set(key, toWord: word) }
    do throws(ConfigurationError) {
      try recipe.checkHeeded(besides: recipe.usual)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("network.time", "2", ["ode-net", "rk-net"]), ("network.blocks", "3", ["resnet"]),
    ("network.weightActivation", "tanh", ["anodev2"]), ("solver.weightSteps", "4", ["anodev2"]),
    ("solver.steps", "7", ["ode-net", "rk-net", "anodev2"]),
    ("network.width", "10", ["ode-net", "rk-net", "anodev2", "resnet"]),
  ])
  func `a setting of some layers is refused beside all others`(
    key: String, word: String, effectiveWith: [String]
  ) throws {
    for layers in ClassifierRecipe.Layers.allCases.map(\.rawValue) {
      let error = try refusal(ClassifierRecipe(), [("network.layers", layers), (key, word)])
      if effectiveWith.contains(layers) {
        #expect(error == nil, "\(layers)")
      } else {
        #expect(
          error
            == .hasNoEffect(
              key: key, other: "network.layers", options: effectiveWith.sorted(by: before),
              found: layers))
      }
    }
  }

  /// In the order of the enumeration.
  private func before(_ a: String, _ b: String) -> Bool {
    let all = ClassifierRecipe.Layers.allCases.map(\.rawValue)
    return all.firstIndex(of: a) ?? 0 < all.firstIndex(of: b) ?? 0
  }

  @Test func `evolving weights without a stem have no width`() throws {
    let changes = [("network.stem", "false"), ("network.width", "9")]
    #expect(try refusal(ClassifierRecipe(), changes) == nil)
    #expect(
      try refusal(ClassifierRecipe(), changes + [("network.layers", "anodev2")])
        == .hasNoEffect(
          key: "network.width", other: "network.stem", options: ["true"], found: "false"))
  }

  @Test func `of two settings for one thing the one that loses is refused`() throws {
    #expect(
      try refusal(
        DensityRecipe.forFile("f.csv"), [("solver.steps", "9"), ("solver.tolerance", "0.01")])
        == .hasNoEffect(
          key: "solver.steps", other: "solver.tolerance", options: ["null"], found: "0.01"))
    #expect(
      try refusal(SeriesClassRecipe(), [("training.steps", "9"), ("training.epochs", "2")])
        == .hasNoEffect(
          key: "training.steps", other: "training.epochs", options: ["null"], found: "2"))
  }

  @Test(arguments: [
    ("network.latent", ["latent-ode"]), ("network.head", ["latent-ode"]),
    ("network.field", ["latent-ode", "ode-rnn"]), ("law.hidden", ["goku"]),
    ("network.tolerance", ["latent-ode", "goku"]),
    ("training.divergenceWeight", ["latent-ode", "goku"]),
    ("training.fillShare", ForecastKind.allCases.map(\.rawValue)),
  ])
  func `a setting of some forecasters is refused beside all others`(
    key: String, effectiveWith: [String]
  ) throws {
    for model in ForecastKind.allCases.map(\.rawValue) {
      let error = try refusal(
        ForecastRecipe.forFile("f.csv"), [("model", model), (key, word(key))])
      #expect((error == nil) == effectiveWith.contains(model), "\(model)")
    }
  }

  /// A value that is no recipe's.
  private func word(_ key: String) -> String {
    key.hasPrefix("training.") ? "0.77" : key == "network.tolerance" ? "0.02" : "7"
  }

  @Test func `a baseline beside the model has the settings too`() throws {
    let changes = [("model", "goku"), ("network.hidden", "7")]
    #expect(try refusal(ForecastRecipe.forFile("f.csv"), changes) != nil)
    #expect(
      try refusal(ForecastRecipe.forFile("f.csv"), changes + [("baselines.beside", "gru-d")])
        == nil)
  }

  @Test(arguments: [
    ("training.steps", "training.epochs"), ("steps", "training.epochs"),
    ("training.lr", "training.learningRate"), ("network.hidden", "network.width"),
    ("solver.tolerance", "solver.steps"), ("windows.test", "data.test"),
    ("training.sed", "training.seed"),
  ])
  func `a name of no setting is answered by the one that does its job`(key: String, meant: String) {
    #expect(nearestSetting(to: key, among: ClassifierRecipe.settings.map(\.key)) == meant)
  }

  @Test func `nothing is suggested where nothing is near`() {
    #expect(nearestSetting(to: "colour", among: DensityRecipe.settings.map(\.key)) == nil)
    #expect(
      nearestSetting(to: "training.epochs", among: DensityRecipe.settings.map(\.key))
        == "training.steps")
  }

  @Test(arguments: ["[3,4]", "3,4"])
  func `a list is written as JSON or between commas`(word: String) throws {
    var recipe = DensityRecipe()
    try recipe.set("network.hidden", toWord: word)
    #expect(recipe.hidden == [3, 4])
    try recipe.set("network.hidden", toWord: "5")
    #expect(recipe.hidden == [5])
    try recipe.set("data.columns", toWord: "a,b c")
    #expect(recipe.columns == ["a", "b c"])
    #expect(throws: ConfigurationError.self) { try recipe.set("network.hidden", toWord: "3,x") }
  }

  private func sum(_ parts: [Double]) -> Double { parts.reduce(0, +) }

  /// The bytes that a refused setting is said to take.
  private func bytes<Recipe: ConfigurableRecipe>(
    _ recipe: Recipe, _ changes: [(String, String)]
  ) -> Double? {
    var recipe = recipe
    do throws(ConfigurationError) {
      for (key, word) in changes { try recipe.set(key, toWord: word) }
    } catch {
      if case .tooMuchMemory(_, _, let bytes, _) = error { return bytes }
    }
    return nil
  }

  @Test func `the memory of a training is that of the weights and of a batch`() {
    // 40 bytes a weight of two 10⁷ × 10⁷ matrices; 4 a number of 32 rows by 10⁷ units at 2 × 4 stages of 2 steps.
    let wide = bytes(ClassifierRecipe(), [("network.width", "10000000")])
    #expect(wide == sum([40 * 2e14, 4 * 32 * 1e7 * 16]))
    // Layers of 64 units beside 10¹² dimensions, 128 + 64 + 128 weights each; a hundred states of 32 series.
    let latent = bytes(ForecastRecipe.forFile("f.csv"), [("network.latent", "1000000000000")])
    #expect(latent == sum([40 * 320e12, 4 * 100 * 32 * 1e12]))
    // 10¹² steps of four stages of 64 hidden units.
    let steps = bytes(ClassifierRecipe(), [("solver.steps", "1000000000000")])
    #expect(steps == sum([40 * 8192, 4 * 32 * 64 * 8e12]))
    // Weights that evolve are kept at every step.
    let evolving = bytes(
      ClassifierRecipe(), [("network.layers", "anodev2"), ("solver.steps", "1000000000000")])
    #expect(evolving == sum([40 * 4096, 4e12 * (32 * 64 + 4096)]))
    // Without a stem the states are as narrow as the features: no matrix is square.
    let narrow = [("network.stem", "false"), ("network.width", "100000")]
    #expect(bytes(ClassifierRecipe(), narrow) == nil)
  }

  @Test func `bounds are written without needless decimals`() {
    var recipe = DensityRecipe()
    let error = #expect(throws: ConfigurationError.self) {
      try recipe.set("training.kinetic", toWord: "-1")
    }
    #expect(
      error
        == .wrongValue(
          key: "training.kinetic", value: "-1", expected: "a number from 0 to 1000000"))
  }
}
