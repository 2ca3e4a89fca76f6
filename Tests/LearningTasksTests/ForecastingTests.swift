import Platform
import Serialization
import NumericCore
import TimeSeries
import Tables
import LearningTasks
import Programs
import Transforms
import Tensors
import Testing

/// A sine with noise and a gap, one reading a minute.
private func sines(_ count: Int) -> String {
  let noise = RandomKey(4).normal(count, as: Double.self)
  var text = "time,x\n"
  for i in 0..<count where !(200..<230).contains(i) {
    let value = Double.sine(Double(i) / 8) + 0.1 * noise[i]
    text += "\(i),\(value)\n"
  }
  return text
}

private func temporaryFolder(_ name: String) throws -> String {
  let path = "/tmp/neural-ode-tests-\(name)"
  try Files.createDirectory(path)
  return path
}

private func smallRecipe(_ file: String) -> ForecastRecipe {
  var recipe = ForecastRecipe.forFile(file)
  recipe.steps = 300
  recipe.batchSize = 32
  recipe.shardSize = 16
  recipe.validations = 2
  recipe.network.latent = 6
  recipe.network.hidden = 16
  recipe.network.field = 16
  recipe.network.decoder = 24
  recipe.network.head = 16
  return recipe
}

@Test func `a short training beats the last value on a sine, with bands that hold`() throws {
  let folder = try temporaryFolder("sine")
  let file = folder + "/sine.csv"
  try Files.writeAtomically(sines(1_500), to: file)
  let run = TrainingRun(ForecastTask(smallRecipe(file)), in: folder + "/run", threads: 2)
  let outcome = try run.run()
  try outcome.writeReport()
  for line in outcome.evaluation.horizons {
    let last = ForecastScore(line.baselines[0].forecasts)
    // A sine moves by more than its noise within the shortest horizon of six minutes.
    #expect(line.score.rootMeanSquaredError < last.rootMeanSquaredError)
    // Some hundred overlapping forecasts: a loose bound around 90 %.
    #expect((0.7...1).contains(line.score.coverage))
  }
  // The model file alone gives the same forecasts.
  let read = try Forecaster(contentsOf: folder + "/run")
  let before = try ForecastPrediction(of: file, by: outcome.model, at: [1, 5, 10])
  let after = try ForecastPrediction(of: file, by: read, at: [1, 5, 10])
  #expect(before.lines == after.lines)
  #expect(after.csv.hasPrefix("time,channel,mean,lower,upper\n1500,x,"))
  for name in ["config.json", "metrics.jsonl", "last.ckpt.safetensors", "report.html"] {
    #expect(Files.exists(folder + "/run/" + name))
  }
}

@Test func `one and two threads train the same bits`() throws {
  let folder = try temporaryFolder("threads")
  let file = folder + "/sine.csv"
  try Files.writeAtomically(sines(600), to: file)
  var recipe = smallRecipe(file)
  recipe.steps = 8
  let models = try [1, 2].map { threads in
    try TrainingRun(ForecastTask(recipe), in: folder + "/run\(threads)", threads: threads).run()
      .model.forecaster
  }
  #expect(models[0].tensors.map(\.values) == models[1].tensors.map(\.values))
}

@Test func `a forecast does not depend on the others of its block`() throws {
  let folder = try temporaryFolder("rows")
  let file = folder + "/sine.csv"
  try Files.writeAtomically(sines(600), to: file)
  let data = try ForecastData(smallRecipe(file))
  let builder = LatentBatchBuilder(clock: data.clock, channelCount: 1, latentCount: 6)
  let model = data.recipe.network.model(for: builder, key: RandomKey(1))
  let forecaster = LatentForecaster(
    model: model, builder: builder, normalization: data.normalization)
  let examples = data.windows(of: .test).prefix(5).map {
    SeriesExample(forecasting: $0, history: data.plan.history)
  }
  let together = forecaster.forecasts(examples)
  for (example, forecast) in zip(examples, together) {
    #expect(forecaster.forecasts([example]) == [forecast])
  }
}

@Test func `data that do not fit leave nothing behind`() throws {
  let folder = try temporaryFolder("bad")
  let cases: [(String, String)] = [
    ("short", "time,x\n0,1\n1,2\n"),
    ("constant", "time,x\n" + (0..<400).map { "\($0),3\n" }.joined()),
    ("backwards", "time,x\n0,1\n2,3\n1,2\n"),
  ]
  for (name, text) in cases {
    let file = "\(folder)/\(name).csv"
    try Files.writeAtomically(text, to: file)
    let run = TrainingRun(ForecastTask(smallRecipe(file)), in: "\(folder)/run-\(name)", threads: 1)
    #expect(throws: DataError.self) { try run.run() }
    #expect(!Files.exists("\(folder)/run-\(name)"))
  }
}

@Test func `a recipe reads back from its JSON and refuses unknown keys`() throws {
  var recipe = ForecastRecipe.glucose
  try recipe.set("training.steps", toWord: "77")
  try recipe.set("windows.horizons", toWord: "[0.25,3]")
  #expect(try ForecastRecipe(parsing: recipe.json.text(indented: true), path: "x") == recipe)
  #expect(throws: ConfigurationError.self) { try recipe.set("training.step", toWord: "1") }
  #expect(throws: ConfigurationError.self) { try recipe.set("training.steps", toWord: "many") }
}
