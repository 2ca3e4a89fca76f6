import Platform
import NumericCore
import TimeSeries
import Tables
import LearningTasks
import ContinuousModels
import Programs
import Transforms
import Tensors
import Testing
import Training

/// Two noisy sines of which the second is known in advance; readings are missing here and there.
private func driven(_ count: Int) -> String {
  let noise = RandomKey(14).normal(count, as: Double.self)
  var text = "time,x,u\n"
  for i in 0..<count where i % 7 != 3 {
    // The input is a random square wave, which no history tells in advance.
    let input = Double((i / 12 &* 2_654_435_761 >> 7) & 1)
    let value = Double.sine(Double(i) / 8) + 2 * input + 0.1 * noise[i]
    text += "\(i),\(value),\(input)\n"
  }
  return text
}

private func recipe(_ file: String, _ kind: ForecastKind) -> ForecastRecipe {
  var recipe = ForecastRecipe.forFile(file)
  recipe.model = kind
  recipe.steps = 600
  recipe.batchSize = 32
  recipe.shardSize = 16
  recipe.validations = 2
  (recipe.history, recipe.future, recipe.stride) = (24, 12, 12)
  (recipe.horizons, recipe.gaps) = ([6, 12], [6])
  recipe.network.latent = 6
  recipe.network.hidden = 16
  recipe.network.field = 16
  recipe.network.decoder = 24
  recipe.network.head = 16
  return recipe
}

private func folder(_ name: String) throws -> String {
  let path = "/tmp/neural-ode-tests-\(name)"
  try Files.createDirectory(path)
  return path
}

@Suite struct ForecastModelTests {
  @Test(arguments: [ForecastKind.odeRNN, .latentODE])
  func `a known input is used, and the model file alone gives the same forecasts`(
    kind: ForecastKind
  ) throws {
    let folder = try folder("driven-\(kind.rawValue)")
    let file = folder + "/driven.csv"
    try Files.writeAtomically(driven(1_500), to: file)
    var recipe = recipe(file, kind)
    recipe.reading.inputs = ["u"]
    recipe.beside = kind == .odeRNN ? .gruD : nil
    let outcome = try TrainingRun(ForecastTask(recipe), in: folder + "/run", threads: 2).run()
    try outcome.writeReport()
    #expect(outcome.examples.channels == ["x"] && outcome.examples.inputs == ["u"])
    for line in outcome.evaluation.horizons {
      // Without the input an error of 1, the wave's deviation, is all that can be had.
      #expect(line.score.rootMeanSquaredError < 0.8, "\(kind) at \(line.length)")
      let names = line.baselines.map(\.name)
      #expect(names.contains("GRU-D") == (kind == .odeRNN))
    }
    let read = try Forecaster(contentsOf: folder + "/run")
    #expect(read.forecaster.kind == kind && read.recipe == outcome.model.recipe)
    let before = try ForecastPrediction(of: file, by: outcome.model, at: [1, 5, 10])
    let after = try ForecastPrediction(of: file, by: read, at: [1, 5, 10])
    for line in after.lines {
      // The ends of the 90 % interval, to the rounding of sums.
      let scale = 1e-12 * (line.mean.magnitude + line.standardDeviation)
      #expect(abs(line.quantile(0.05) - line.lower) <= scale)
      #expect(abs(line.quantile(0.95) - line.upper) <= scale)
      #expect(abs(line.quantile(0.5) - line.mean) <= scale)
      #expect(line.quantile(0.25) < line.mean && line.quantile(0.25) > line.lower)
    }
    #expect(before.lines == after.lines && before.lines.map(\.channel) == ["x", "x", "x"])
    #expect(try read.beside(in: folder + "/run")?.recipe.model == recipe.beside)
  }

  @Test func `rows after the last observation give future values of an input`() throws {
    let folder = try folder("future-input")
    let file = folder + "/driven.csv"
    try Files.writeAtomically(driven(600), to: file)
    var recipe = recipe(file, .odeRNN)
    recipe.reading.inputs = ["u"]
    let data = try ForecastData(recipe)
    let parts = LatentBatchBuilder(
      clock: data.clock, channelCount: 1, inputCount: 1, latentCount: 6)
    let model = data.recipe.network.recurrent(.odeRNN, for: parts, key: RandomKey(3))
    let trained = Forecaster(
      recipe: data.recipe,
      forecaster: SeriesForecaster(
        .recurrent(
          .odeRNN,
          RecurrentForecaster(
            model: model, builder: RecurrentBatchBuilder(parts), normalization: data.normalization))
      ))
    func means(_ rows: String) throws -> [Double] {
      let path = folder + "/next.csv"
      try Files.writeAtomically("time,x,u\n0,1,0\n1,2,0\n2,1,0\n" + rows, to: path)
      return try ForecastPrediction(of: path, by: trained, at: [1, 3]).lines.map(\.mean)
    }
    let low = try means("4,,0\n")
    let high = try means("4,,1\n")
    // The forecast at time 3 comes before the input changes, the one at time 5 after.
    #expect(low[0] == high[0] && low[1] != high[1])
    #expect(try means("") == low)
  }

  @Test(arguments: ForecastKind.allCases.filter { $0.recurrent != nil })
  func `every recurrent kind trains by its name and its file is read again`(
    kind: ForecastKind
  ) throws {
    let folder = try folder("kind-\(kind.rawValue)")
    let file = folder + "/driven.csv"
    try Files.writeAtomically(driven(600), to: file)
    var recipe = recipe(file, .latentODE)
    try recipe.set("model", toWord: kind.rawValue)
    recipe.steps = 200
    let outcome = try TrainingRun(ForecastTask(recipe), in: folder + "/run", threads: 2).run()
    for line in outcome.evaluation.horizons {
      // The deviation of the series is about 1.2.
      #expect(line.score.rootMeanSquaredError < 1.2, "\(kind) at \(line.length)")
    }
    let read = try Forecaster(contentsOf: folder + "/run")
    #expect(read.forecaster.kind == kind)
    #expect(
      read.forecaster.tensors.map(\.values) == outcome.model.forecaster.tensors.map(\.values))
  }

  @Test func `a recurrent forecast does not depend on the others of its block`() throws {
    let folder = try folder("recurrent-rows")
    let file = folder + "/driven.csv"
    try Files.writeAtomically(driven(600), to: file)
    let data = try ForecastData(recipe(file, .odeRNN))
    let parts = LatentBatchBuilder(clock: data.clock, channelCount: 2, latentCount: 6)
    let forecaster = RecurrentForecaster(
      model: data.recipe.network.recurrent(.odeRNN, for: parts, key: RandomKey(1)),
      builder: RecurrentBatchBuilder(parts), normalization: data.normalization)
    let examples = data.testWindows.prefix(5).map {
      SeriesExample(forecasting: $0, history: data.plan.history)
    }
    let together = forecaster.forecasts(examples)
    #expect(together.count == 5)
    for (example, forecast) in zip(examples, together) {
      #expect(forecaster.forecasts([example]) == [forecast])
      #expect(forecast.means.count == example.asked.count)
    }
  }

  @Test func `series are split by time or by series, as requested`() throws {
    let folder = try folder("split")
    let file = folder + "/many.csv"
    var text = "id,time,x\n"
    for id in 0..<4 {
      for i in 0..<300 { text += "s\(id),\(i),\(Double.sine(Double(i * (id + 1)) / 9))\n" }
    }
    try Files.writeAtomically(text, to: file)
    var recipe = recipe(file, .latentODE)
    #expect(try ForecastData(recipe).test.map(\.id) == ["s0", "s1", "s2", "s3"])
    recipe.split = .series
    let data = try ForecastData(recipe)
    #expect(data.test.map(\.id) == ["s3"] && data.training.map(\.id) == ["s0", "s1"])
    #expect(data.test[0].count == 300)
  }

  @Test func `of very many windows an even selection is evaluated, with a warning`() throws {
    let folder = try folder("many-windows")
    let file = folder + "/long.csv"
    var text = "time,x\n"
    for i in 0..<60_000 { text += "\(i),\(i * 7 % 13)\n" }
    try Files.writeAtomically(text, to: file)
    var recipe = recipe(file, .latentODE)
    (recipe.history, recipe.future, recipe.stride) = (4, 2, 1)
    let data = try ForecastData(recipe)
    let count = data.testWindows.count
    #expect((2_500...5_000).contains(count))
    #expect(
      data.warnings.contains {
        if case .windowsThinned("test", count, _) = $0.kind { true } else { false }
      })
    #expect(data.windows(of: .training).count <= 20_000)
  }

  @Test func `an unknown input names the columns there are`() throws {
    let folder = try folder("no-input")
    let file = folder + "/driven.csv"
    try Files.writeAtomically(driven(300), to: file)
    var recipe = recipe(file, .odeRNN)
    recipe.reading.inputs = ["v"]
    #expect(
      throws: DataError(source: file, line: 1, .missingColumn("v", found: ["x", "u"]))
    ) { try ForecastData(recipe) }
    recipe.reading.inputs = ["x", "u"]
    #expect(throws: DataError(source: file, line: 1, .noChannels)) { try ForecastData(recipe) }
  }

  @Test(arguments: [(10.0, nil, 0.5), (10, 0, 0), (200, nil, 0), (200, 0.3, 0.3)])
  func `short spans come first by themselves where the future holds several oscillations`(
    period: Double, wanted: Double?, share: Double
  ) throws {
    // Cases run side by side: each has a file of its own.
    let name = wanted.map { "\(period)-\($0)" } ?? "\(period)"
    let file = try folder("oscillations") + "/sine-\(name).csv"
    var text = "time,x\n"
    for i in 0..<600 { text += "\(i),\(Double.sine(2 * .pi * Double(i) / period))\n" }
    try Files.writeAtomically(text, to: file)
    var recipe = recipe(file, .latentODE)
    // 30 of a period of 10 are three oscillations; of a period of 200 less than one.
    (recipe.history, recipe.future, recipe.growingShare) = (24, 30, wanted)
    #expect(try ForecastData(recipe).recipe.growingShare == share)
  }

  @Test func `a verdict follows the interval, and a baseline that wins is named first`() {
    let noise = RandomKey(2).normal(400, as: Double.self)
    func forecasts(_ scale: Double) -> GaussianForecasts {
      GaussianForecasts(
        means: noise.map { scale * $0 }, deviations: noise.map { _ in 1 },
        observed: noise.map { _ in 0 })
    }
    var other = noise
    other.reverse()
    let alike = GaussianForecasts(
      means: other, deviations: noise.map { _ in 1 }, observed: noise.map { _ in 0 })
    func line(blockLength: Int) -> ForecastEvaluation.Line {
      ForecastEvaluation.Line(
        channel: "x", length: 2, model: forecasts(1),
        baselines: [("worse", forecasts(1.2)), ("better", forecasts(0.8)), ("alike", alike)],
        blockLength: blockLength)
    }
    let long = line(blockLength: 5)
    let (intervals, comparisons) = (long.intervals, long.comparisons)
    #expect(intervals.count == 4)
    #expect(comparisons.map(\.verdict) == [.better, .worse, .undecided])
    #expect(abs(comparisons[1].change - 0.25) < 1e-12)
    let evaluation = ForecastEvaluation(horizons: [long], gaps: [], modelName: "model")
    #expect(
      evaluation.verdicts(unit: "")[0].hasPrefix("forecast +2: better is better than the model"))
    #expect(evaluation.balance.hasSuffix("wins 1, a baseline wins 1, 1 are undecided"))
    // Four hundred forecasts in blocks of 101 are fewer than four blocks: they tell nothing.
    let short = line(blockLength: 101)
    #expect(short.intervals.isEmpty)
    #expect(short.comparisons.allSatisfy { $0.verdict == .undecided })
    let few = ForecastEvaluation(horizons: [short], gaps: [], modelName: "model")
    #expect(
      few.balance.hasSuffix(
        "3 are undecided, all of them, because the test part has too few forecasts for an interval; "
          + "of the undecided a baseline is ahead in 1 and the model in 1"))
    #expect(
      few.verdicts(unit: "").map { String($0.prefix { $0 != "(" }) } == [
        "forecast +2: the model is ahead of worse, not significantly ",
        "forecast +2: better is ahead of the model, not significantly ",
        "forecast +2: no difference between the model and alike ",
      ])
    let mixed = ForecastEvaluation(horizons: [long, short], gaps: [], modelName: "model")
    #expect(
      mixed.balance.contains(
        "4 are undecided, 3 of them, because the test part has too few forecasts"))
    #expect(line(blockLength: 100).intervals.count == 4)
  }
}
