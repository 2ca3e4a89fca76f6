import Platform
import NumericCore
import Tables
import LearningTasks
import ContinuousModels
import Testing
import Training

/// Two correlated columns and a text of them.
private func table(_ count: Int) -> String {
  let normal = RandomKey(1).normal(2 * count, as: Double.self)
  var text = "height,weight\n"
  for row in 0..<count {
    text += "\(170 + 10 * normal[2 * row]),\(70 + 8 * normal[2 * row] + 4 * normal[2 * row + 1])\n"
  }
  return text
}

/// Sixty rows of two columns.
private func sixty(_ row: (Int) -> String) -> String {
  "x,y\n" + (0..<60).map { row($0) + "\n" }.joined()
}

/// Thirty columns and twelve rows.
private let wide: String = {
  var text = (0..<30).map { "c\($0)" }.joined(separator: ",") + "\n"
  for row in 0..<12 {
    let cells: [String] = (0..<30).map { column in "\((row * 7 + column * column) % 11)" }
    text += cells.joined(separator: ",") + "\n"
  }
  return text
}()

private let directory = "/tmp/density-recipe-\(RandomKey(77).seed)"

@Suite(.serialized) struct DensityRecipeTests {
  @Test func `a run's file gives the same densities again, and samples like the data`() throws {
    try Files.createDirectory(directory)
    try Files.writeAtomically(table(600), to: directory + "/points.csv")
    var recipe = DensityRecipe.forFile(directory + "/points.csv")
    recipe.hidden = [24, 24]
    recipe.steps = 600
    recipe.batchSize = 128
    recipe.solverSteps = 10
    let outcome = try TrainingRun(DensityTask(recipe), in: directory, threads: 1).run()
    try outcome.writeReport()
    // The data are Gaussian: a flow comes close, and cannot be better than chance allows.
    #expect(abs(outcome.evaluation.audit.fine - outcome.evaluation.gaussian) < 0.25)
    let again = try DensityEstimator(contentsOf: directory)
    #expect(
      again.logDensities(of: outcome.examples.test)
        == outcome.model.logDensities(of: outcome.examples.test))
    let samples = again.samples(2000, seed: 3)
    let mean = samples.column(0).reduce(0, +) / 2000
    // A deviation of 10 over √600 rows of training, and the model's own error.
    #expect(abs(mean - 170) < 2)
    #expect(Files.exists(directory + "/report.html"))
    #expect(Files.exists(directory + "/evaluation.json"))
  }

  @Test(arguments: [
    (
      "x,y\n1,2\n,3\n",
      DataError.Reason.tooFewRows(found: 1, needed: 50, columns: 2, incomplete: 1)
    ),
    ("", .empty), ("x,y\n", .noRows), ("x,x\n1,2\n", .duplicateColumn("x")),
    ("x,y\n1,two\n", .textInTable(text: "two", column: "y", columns: ["x", "y"])),
    ("1.5,2\n3,4\n", .headerOfNumbers), ("x y\n1 2\n", .separatedByBlanks),
    ("x,y\n1,nan\n", .notFinite(text: "nan", column: "y")),
    ("x,y\n1\n", .tooFewCells(found: 1, expected: 2)),
    (
      sixty { "\($0),5" },
      .constantChannel("y", value: 5)
    ),
    // y = 2 x − 1, and more columns than the rows allow.
    (
      sixty { "\($0),\(2 * $0 - 1)" }, .dependentColumn("y")
    ),
    (
      sixty { "\($0)e300,\($0 * $0)" }, .tooLarge(column: "x")
    ),
    (
      wide,
      .tooFewRows(found: 12, needed: 300, columns: 30, incomplete: 0)
    ),
  ]) func `bad tables are refused with the reason`(text: String, reason: DataError.Reason) throws {
    try Files.createDirectory(directory)
    let path = directory + "/bad.csv"
    try Files.writeAtomically(text, to: path)
    let error = #expect(throws: DataError.self) {
      try PointTable(path: path).checkForTraining()
    }
    #expect(error?.reason == reason)
  }

  @Test func `rows with an empty cell are left out and counted`() throws {
    try Files.createDirectory(directory)
    let path = directory + "/gaps.csv"
    try Files.writeAtomically("x,y\n1,2\n,3\n4,5\n", to: path)
    let table = try PointTable(path: path)
    #expect(table.count == 2 && table.incompleteRows == 1)
    #expect(table.values == [1, 2, 4, 5])
  }

  @Test func `few values, far values and gaps are cautioned against, ordinary columns are not`() {
    let normal = RandomKey(3).normal(900, as: Double.self)
    var values = normal
    for row in 0..<300 { values[3 * row + 1] = Double(row % 3) }
    values[5] = 1e9
    let table = PointTable(
      source: "t", columns: ["a", "b", "c"], values: values, incompleteRows: 2)
    let cautions = table.cautions
    #expect(cautions.count == 3)
    #expect(cautions.contains(.incompleteRows(2)))
    #expect(cautions.contains(.fewValues(column: "b", count: 3)))
    #expect(
      cautions.contains {
        if case .outliers("c", _, 1e9) = $0 { true } else { false }
      })
  }

  @Test func `nearly collinear columns are named with the part that they do not explain`() throws {
    let normal = RandomKey(6).normal(4_000, as: Double.self)
    // d = 2 a - c and noise of variance 1e-4 beside one of 5.
    let rows = (0..<1_000).flatMap { row -> [Double] in
      let (a, b, c) = (normal[4 * row], normal[4 * row + 1], normal[4 * row + 2])
      return [a, b, c, 2 * a - c + 0.01 * normal[4 * row + 3]]
    }
    let table = PointTable(source: "t", columns: ["a", "b", "c", "d"], values: rows)
    let found = table.cautions
    #expect(found.count == 1)
    guard case .nearlyDependent("d", on: ["a", "c"], let part) = found.first else {
      Issue.record("\(found)")
      return
    }
    // Of a thousand rows, a variance is known to 4.5 %.
    #expect(abs(part / 2e-5 - 1) < 0.2)
    let loose = PointTable(
      source: "t", columns: ["a", "b", "c", "d"],
      values: rows.enumerated().map { $0 % 4 == 3 ? $1 + normal[$0] : $1 })
    #expect(loose.cautions.isEmpty)
  }

  @Test func `a recipe reads back from its document and refuses unknown keys`() throws {
    var recipe = DensityRecipe.forFile("points.csv")
    try recipe.set("network.hidden", toWord: "[32,16]")
    try recipe.set("training.method", toWord: "likelihood")
    #expect(try DensityRecipe().overridden(by: recipe.json) == recipe)
    #expect(throws: ConfigurationError.self) { try recipe.set("nothing", toWord: "1") }
    #expect(throws: ConfigurationError.self) {
      try recipe.set("training.steps", toWord: "none")
    }
  }

  /// A short training by likelihood on the table, changed by words of the command line.
  private func trained(_ words: [(String, String)]) throws -> TrainingOutcome<DensityTask> {
    try Files.createDirectory(directory)
    try Files.writeAtomically(table(600), to: directory + "/points.csv")
    var recipe = DensityRecipe.forFile(directory + "/points.csv")
    recipe.hidden = [16]
    recipe.steps = 200
    recipe.batchSize = 128
    recipe.solverSteps = 5
    recipe.learningRate = 1e-2
    try recipe.set("training.method", toWord: "likelihood")
    for (name, word) in words { try recipe.set(name, toWord: word) }
    return try TrainingRun(DensityTask(recipe), in: nil, threads: 2).run()
  }

  @Test(arguments: [
    [("network.conditioning", "hyper")], [("network.conditioning", "blend")],
    [("training.trace", "gaussian"), ("training.steer", "0.5")],
    [
      ("training.kinetic", "0.05"), ("training.jacobian", "0.05"), ("training.trace", "rademacher"),
    ],
    [("solver.tolerance", "1e-3")],
  ])
  func `every way of training by likelihood learns, and counts its evaluations`(
    words: [(String, String)]
  ) throws {
    let outcome = try trained(words)
    // The columns' correlation is 2/√5: a density without it is ½ log 5 = 0.80 nats off. Half of that is learned soon.
    #expect(abs(outcome.evaluation.audit.fine - outcome.evaluation.gaussian) < 0.4, "\(words)")
    let record = try #require(outcome.history.last)
    let forward = try #require(record.auxiliary("forwardEvaluations"))
    // Four stages in each of five steps; adaptive steps as many as they need.
    if words[0].0 != "solver.tolerance" { #expect(forward == 20) }
    #expect(try #require(record.auxiliary("backwardEvaluations")) > 0 && forward > 6)
    let read = try DensityRecipe().overridden(by: outcome.model.recipe.json)
    #expect(read == outcome.model.recipe)
  }

  @Test func `penalties make paths short`() throws {
    func energy(_ weight: String) throws -> Double {
      let outcome = try trained([("training.kinetic", weight)])
      let file = outcome.model
      // Mean squared distance from each point to its image: a straight path's energy is half of it.
      let samples = file.samples(400, seed: 5)
      let noise = RandomKey(5).normal(800, as: Float.self)
      let moved = samples.normalized(by: file.normalization)
      return zip(moved, noise).reduce(0.0) { sum, pair in
        let distance = Double(pair.0 - pair.1)
        return sum + distance * distance
      }
    }
    #expect(try energy("10") < 0.5 * energy("0"))
  }

  @Test func `settings of the likelihood are refused with flow matching`() throws {
    var recipe = DensityRecipe.forFile(directory + "/points.csv")
    try recipe.set("training.steer", toWord: "0.2")
    let error = #expect(throws: ConfigurationError.self) {
      try recipe.checkHeeded(besides: recipe.usual)
    }
    #expect(
      error
        == .hasNoEffect(
          key: "training.steer", other: "training.method", options: ["likelihood"],
          found: "flow-matching"))
  }

  @Test func `a Gaussian's figure is its entropy on its own data`() {
    let normal = RandomKey(2).normal(40_000, as: Double.self)
    let points = PointTable(source: "normal", columns: ["a", "b"], values: normal)
    let figure = GaussianBaseline(points).negativeLogLikelihood(of: points)
    // 1 + log 2π = 2.8379; 20,000 points have a standard error of 0.007.
    #expect(abs(figure - 2.8379) < 0.03)
  }
}
