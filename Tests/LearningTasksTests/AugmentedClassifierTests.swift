import Platform
import NumericCore
import LearningTasks
import TestSupport
import Testing

/// Augmented flows and evolving weights as classifiers of a table or of images.
@Suite(.serialized) struct AugmentedClassifierTests {
  private static let path = "/tmp/neural-ode-augmented-\(SystemProcess.number).csv"

  /// Three places on the line; the one in the middle is a class of its own.
  private func line() throws -> ClassifierRecipe {
    let normal = RandomKey(2).normal(450, as: Double.self)
    let rows = (0..<450).map { row in
      "\(1.5 * Double(row % 3 - 1) + 0.1 * normal[row]),\(row % 3 == 1 ? "in" : "out")\n"
    }
    try Files.writeAtomically("x,label\n" + rows.joined(), to: Self.path)
    var recipe = ClassifierRecipe.forFile(Self.path)
    recipe.width = 32
    recipe.hasStem = false
    recipe.epochs = 40
    recipe.learningRate = 0.01
    return recipe
  }

  private func outcome(_ recipe: ClassifierRecipe) throws -> TrainingOutcome<ClassificationTask> {
    defer { try? Files.remove(Self.path) }
    return try TrainingRun(ClassificationTask(recipe), in: nil, threads: 1).run()
  }

  /// Per cent of rows that the best rule "above (below) a threshold" has right.
  private func bestThreshold(_ data: LabelledData) -> Double {
    let rows = (0..<data.count).map { (data.value($0, 0), data.labels[$0]) }
    let best = rows.map { threshold in
      let hits = rows.count { ($0.0 > threshold.0 ? 1 : 0) == $0.1 }
      return max(hits, rows.count - hits)
    }
    return 100 * Double(best.max() ?? 0) / Double(rows.count)
  }

  @Test func `a flow of the line preserves order, so it can only separate by one threshold`() throws
  {
    let outcome = try outcome(line())
    #expect(outcome.evaluation.classifier.accuracy <= bestThreshold(outcome.examples.test))
  }

  @Test(arguments: [
    (ClassifierRecipe.Widening.zeros, Int?.some(1)), (.lift, 1), (.secondOrder, nil),
  ])
  func `with further dimensions the flow separates the middle from both sides`(
    augmentation: ClassifierRecipe.Widening, dimensions: Int?
  ) throws {
    var recipe = try line()
    recipe.augmentation = augmentation
    recipe.augmentedDimensions = dimensions
    let outcome = try outcome(recipe)
    // Places 1.5 apart with a deviation of 0.1: every row can be right, and by one threshold two in three are.
    #expect(outcome.evaluation.classifier.accuracy > 97)
    #expect(bestThreshold(outcome.examples.test) < 80)
    let flow = try #require(outcome.evaluation.flow)
    #expect(flow.finer.accuracy > 97 && flow.reconstructionError < 0.05)
  }

  @Test(arguments: [(1, ClassifierRecipe.WeightActivation.none), (5, .tanh)])
  func `weights that evolve learn the middle from a stem`(
    weightSteps: Int, activation: ClassifierRecipe.WeightActivation
  ) throws {
    var recipe = try line()
    recipe.take(.anodev2)
    recipe.hasStem = true
    recipe.weightSteps = weightSteps
    recipe.solverSteps = weightSteps == 1 ? 5 : 2
    recipe.weightActivation = activation
    let outcome = try outcome(recipe)
    #expect(outcome.evaluation.classifier.accuracy > 97)
    // Stem 2 · 32, one layer 32 · 32 + 32, head 2 · 33, and three numbers for each of two equations.
    #expect(outcome.parameterCount == 64 + 1056 + 66 + 6)
    #expect(try #require(outcome.evaluation.flow).finer.accuracy > 97)
  }

  @Test func `with twice the steps the way back misses by less than a tenth`() throws {
    var recipe = try line()
    recipe.take(.anode)
    recipe.epochs = 10
    recipe.time = 4
    let file = try outcome(recipe).model
    let normal = RandomKey(3).normal(60, as: Double.self)
    let text = "x,label\n" + normal.map { "\($0),\($0 > 0 ? "in" : "out")\n" }.joined()
    let data = try LabelledData(name: "t", bytes: Array(text.utf8), label: nil)
    func error(steps: Int) throws -> Double {
      var other = file
      other.model = file.model.with(steps: steps)
      return try #require(other.flowCheck(on: data)).reconstructionError
    }
    // Forward and back the classical method is of fifth order: a factor of 32 in the limit, which is 6e-6 here, some
    // roundings.
    let (coarse, fine) = (try error(steps: 3), try error(steps: 6))
    #expect(fine < 0.1 * coarse && fine > 0)
  }

  @Test func `residual blocks have no way back`() throws {
    var recipe = try line()
    recipe.layers = .resNet
    recipe.epochs = 1
    #expect(try outcome(recipe).evaluation.flow == nil)
  }

  @Test(
    arguments: [
      (
        "network.layers", "resnet",
        .requires(
          key: "network.augmentation", value: "zeros", other: "network.layers",
          options: ["ode-net", "rk-net"], found: "resnet")
      ),
      (
        "network.augmentation", "second-order",
        .hasNoEffect(
          key: "network.augmentedDimensions", other: "network.augmentation",
          options: ["zeros", "lift"], found: "second-order")
      ),
      (
        "solver.weightSteps", "2",
        .hasNoEffect(
          key: "solver.weightSteps", other: "network.layers", options: ["anodev2"], found: "rk-net")
      ),
    ] as [(String, String, ConfigurationError)])
  func `settings that make nothing of each other are refused`(
    key: String, word: String, expected: ConfigurationError
  ) throws {
    var recipe = ClassifierRecipe()
    recipe.augmentation = .zeros
    recipe.augmentedDimensions = 2
    func check() throws(ConfigurationError) {
      try recipe.check()
      try recipe.checkHeeded(besides: recipe.usual)
    }
    try check()
    try recipe.set(key, toWord: word)
    #expect(throws: expected) { try check() }
  }

  @Test(arguments: [
    ClassifierRecipe.Widening.zeros, .lift, .secondOrder,
  ])
  func `channels are added to images, and the file gives the same probabilities`(
    augmentation: ClassifierRecipe.Widening
  ) throws {
    var recipe = ClassifierRecipe.forFile(fixturePath("fashion-mnist"))
    recipe.take(.anode)
    #expect(recipe.hasStem)
    recipe.augmentation = augmentation
    recipe.augmentedDimensions = augmentation.isCounted ? 3 : nil
    recipe.width = 8
    recipe.epochs = 1
    let outcome = try TrainingRun(ClassificationTask(recipe), in: nil, threads: 2).run()
    // Stem: 3 × 3 from 1 channel, two of 4 × 4 from 8, two norms. Depth: a norm of all channels c and two of the d that
    // the block gives, two 3 × 3 with the time as a channel. A norm of c, a head. A lift besides: 8 · 11 + 11.
    let (c, d) = augmentation == .secondOrder ? (16, 8) : (11, 11)
    let stem = 9 * 8 + 8 + 2 * (16 * 64 + 8) + 2 * 16
    let depth = 2 * c + 4 * d + 9 * (c + 1) * d + d + 9 * (d + 1) * d + d
    let head = 2 * c + 10 * c + 10
    let lift = augmentation == .lift ? 8 * 11 + 11 : 0
    #expect(outcome.parameterCount == stem + depth + head + lift)
    let path = "/tmp/neural-ode-augmented-\(SystemProcess.number).safetensors"
    defer { try? Files.remove(path) }
    try outcome.model.write(to: path)
    let rows = outcome.examples.test.rows(0..<20)
    let again = try RowClassifier(contentsOf: path)
    #expect(again.recipe == outcome.model.recipe)
    #expect(
      again.evaluation(on: rows).probabilities == outcome.model.evaluation(on: rows).probabilities)
  }

  @Test(arguments: [("network.layers", "anodev2"), ("network.stem", "false")])
  func `what images cannot have is refused`(key: String, word: String) throws {
    var recipe = ClassifierRecipe.forFile(fixturePath("fashion-mnist"))
    try recipe.set(key, toWord: word)
    let error = #expect(throws: ConfigurationError.self) {
      try TrainingRun(ClassificationTask(recipe), in: nil, threads: 1).run()
    }
    guard case .tablesOnly(key, word, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
