import Platform
import Serialization
import NumericCore
import Integrators
import LearningTasks
import ContinuousModels
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing
import Training

// A task of a user's own: regression of the last column of a table on the others by an ODE-Net.

private struct RegressionRecipe: TaskRecipe {
  var (name, file) = ("regression", String?.none)
  var (width, steps, seed) = (16, 300, 0)

  static let settings: [RecipeSetting<Self>] = [
    .text("data.file", \.file), .count("network.width", \.width),
    .count("training.steps", \.steps), .count("training.seed", \.seed, atLeast: 0),
  ]
}

private typealias Network = AugmentedODE<PerceptronField>

extension Network {
  fileprivate init(_ features: Int, _ recipe: RegressionRecipe) {
    self.init(
      features: features, augmentedBy: 2, hidden: recipe.width, outputs: 1, activation: .tanh,
      solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 2)),
      key: RandomKey(UInt64(recipe.seed)))
  }
}

private struct Regressor: ArchivedModel {
  static let (kind, title) = ("regressor", "regressor of rows")
  var recipe: RegressionRecipe
  var network: Network
  var features: Int
  var weights: any TensorTree { network }
  var descriptions: [String: JSONValue] { ["features": JSONValue(features)] }
}

extension Regressor {
  init(_ stored: StoredModel) throws(SafetensorsError) {
    recipe = try stored.recipe()
    features = try stored.required(stored.document("features")?.integer, of: "features")
    network = try stored.weights(as: Network(features, recipe))
  }

  func predictions(_ table: PointTable) -> [Double] {
    let run = CompiledFunction<Pair<Network, Tensor>> { [$0.first($0.second)] }
    return run(Pair(network, table.tensor(0..<features)))[0].values
  }
}

private struct RegressionTask: LearningTask {
  var recipe: RegressionRecipe
  init(_ recipe: RegressionRecipe) { self.recipe = recipe }

  func examples() throws -> PointTable { try PointTable(path: recipe.file ?? "") }

  func trainings(on table: PointTable, threads: Int) throws -> [TaskTraining<Regressor>] {
    let (features, recipe) = (table.dimension - 1, recipe)
    let network = Network(features, recipe)
    let rows = Pair(table.tensor(0..<features), table.tensor(features..<features + 1))
    return [
      TaskTraining(
        of: network, on: rows, recipe: recipe, steps: recipe.steps, learningRate: 0.01,
        loss: { meanSquaredError($0($1.first), target: $1.second) },
        model: { Regressor(recipe: recipe, network: $0, features: features) })
    ]
  }

  func evaluate(
    _ model: Regressor, beside others: [Regressor], on table: PointTable, threads: Int
  ) -> TaskResult {
    let targets = table.tensor(model.features..<model.features + 1).values
    let squares = zip(model.predictions(table), targets).map { ($0 - $1) * ($0 - $1) }
    let rmse = (squares.reduce(0, +) / Double(targets.count)).squareRoot()
    return TaskResult(
      lines: ["RMSE \(rmse)"], json: ["rmse": .number(rmse)], files: [("rmse.txt", "\(rmse)")])
  }

  static func predict(with model: Regressor, _ request: PredictionRequest) throws -> Prediction {
    Prediction(model.predictions(try PointTable(path: request.file)), name: "y")
  }
}

@Suite(.serialized) struct CustomTaskTests {
  private let folder = "/tmp/neural-ode-custom-\(SystemProcess.number)"

  private func write(_ count: Int, _ name: String) throws -> String {
    let draws = RandomKey(3).uniform(2 * count, as: Double.self)
    let rows = (0..<count).map { row in
      "\(draws[2 * row]),\(draws[2 * row + 1]),\(3 * draws[2 * row] - draws[2 * row + 1])\n"
    }
    try Files.createDirectory(folder)
    try Files.writeAtomically("a,b,y\n" + rows.joined(), to: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }

  @Test func `a user-defined task has a run folder, is resumed, reported and applied`() throws {
    var recipe = RegressionRecipe()
    recipe.file = try write(200, "f.csv")
    recipe.steps = 150
    let run = folder + "/run"
    let half = TrainingRun(RegressionTask(recipe), in: run)
    try half.run().writeReport()
    recipe.steps = 300
    let whole = try TrainingRun(RegressionTask(recipe), in: run, resumes: true).run()
    try whole.writeReport()
    let once = try TrainingRun(RegressionTask(recipe), in: nil).run()
    // A resumed training has the bits of one that was never stopped.
    #expect(
      whole.steps == 300 && whole.model.weights.tensorValues == once.model.weights.tensorValues)
    #expect((whole.evaluation.json["rmse"]?.number ?? 1) < 0.05)
    let files = [
      "config.json", "evaluation.json", "last.ckpt.safetensors", "metrics.jsonl",
      "model.safetensors",
      "report.html", "rmse.txt",
    ]
    #expect(RunFolder.fileNames(in: run) == files)

    let archive = try ModelArchive(contentsOf: run)
    #expect(archive.kind == "regressor" && archive.parameterCount == whole.parameterCount)
    let read: Regressor = try archive.load()
    let measured = try RegressionTask.measure(
      read, on: MeasuredData(file: recipe.file, isTraining: true, run: run))
    #expect(measured.result.json == whole.evaluation.json)
    let prediction = try RegressionTask.predict(
      with: read, PredictionRequest(file: try write(5, "new.csv")))
    #expect(prediction.csv.split(separator: "\n").count == 6)
    #expect(throws: ModelArchiveError.self) { try archive.load(DensityEstimator.self) }
    #expect(throws: (any Error).self) {
      try TrainingRun(RegressionTask(wider(recipe)), in: run, resumes: true).run()
    }
    // Another training moves all files of the first one aside, and nothing else.
    try Files.writeAtomically("mine", to: run + "/notes.txt")
    _ = try TrainingRun(RegressionTask(wider(recipe)), in: run).run()
    #expect(RunFolder.fileNames(in: run + "/earlier-1") == files)
    #expect(Files.exists(run + "/notes.txt") && !Files.exists(run + "/rmse.txt"))
  }

  private func wider(_ recipe: RegressionRecipe) -> RegressionRecipe {
    var recipe = recipe
    recipe.width += 1
    return recipe
  }
}

extension TensorTree {
  fileprivate var tensorValues: [[Double]] { tensors.map(\.values) }
}
