import Platform
import NumericCore
import TimeSeries
import Tables
import LearningTasks
import Testing

/// Short series that are noise first and then rise or fall, as their group says and nothing before.
private func groups(_ count: Int) -> String {
  let noise = RandomKey(31).normal(count * 18, as: Double.self)
  var text = "id,time,x,group,age\n"
  for series in 0..<count {
    let isUp = series * 7 % 5 < 2
    for i in 0..<18 {
      let ramp = i < 12 ? 0 : Double(i - 11) / 3 * (isUp ? 1 : -1)
      let value = ramp + 0.1 * noise[series * 18 + i]
      text += "s\(series),\(i),\(value),\(isUp ? "up" : "down"),\(20 + series % 40)\n"
    }
  }
  return text
}

private func folder(_ name: String) throws -> String {
  let path = "/tmp/neural-ode-tests-covariates-\(name)"
  try Files.createDirectory(path)
  return path
}

@Suite struct CovariateTests {
  @Test func `texts become indicators, numbers standard deviations, and unknown ones are marked`()
    throws
  {
    let folder = try folder("encoding")
    var text = groups(12)
    text += (0..<18).map { "last,\($0),\($0 % 3),sideways,\n" }.joined()
    let file = folder + "/groups.csv"
    try Files.writeAtomically(text, to: file)
    var recipe = ForecastRecipe.forFile(file)
    (recipe.history, recipe.future) = (11, 6)
    let data = try ForecastData(recipe)
    // The columns were found by themselves; the text comes first.
    #expect(data.covariates.names == ["group", "age"] && data.channels == ["x"])
    #expect(data.recipe.reading.statics == ["group", "age"])
    #expect(data.warnings.contains { $0.kind == .covariatesFound(["group", "age"]) })
    #expect(data.training.count == 11 && data.test.map(\.id) == ["last"])
    // Ages 20 to 30 of the training part: mean 25, deviation √10.
    for (number, one) in data.training.enumerated() {
      let isUp = number * 7 % 5 < 2
      let age = (Double(number) - 5) / 10.0.squareRoot()
      #expect(Array(one.covariates.prefix(2)) == (isUp ? [0, 1] : [1, 0]))
      #expect(abs(one.covariates[2] - age) < 1e-12)
    }
    // Neither the group nor the age of the last one is known.
    #expect(data.test[0].covariates == [0, 0, 0])
    #expect(
      data.warnings.contains { $0.kind == .unknownText(column: "group", text: "sideways") })
    recipe.reading.statics = ["age"]
    let chosen = try ForecastData(recipe)
    #expect(chosen.channels == ["x"] && chosen.covariates.names == ["age"])
    #expect(chosen.warnings.contains { $0.kind == .columnsLeftOut(["group"], .texts) })
  }

  @Test(arguments: [ForecastKind.latentODE, .odeRNN])
  func `what is known of a whole series is used and kept with the model`(
    kind: ForecastKind
  ) throws {
    let folder = try folder(kind.rawValue)
    let file = folder + "/groups.csv"
    try Files.writeAtomically(groups(60), to: file)
    var recipe = ForecastRecipe.forFile(file)
    recipe.model = kind
    (recipe.history, recipe.future, recipe.stride) = (11, 6, 1)
    (recipe.horizons, recipe.gaps, recipe.fillShare) = ([6], [2], 0)
    (recipe.steps, recipe.batchSize, recipe.shardSize, recipe.validations) = (300, 16, 16, 3)
    recipe.network.latent = 4
    recipe.network.hidden = 12
    recipe.network.field = 12
    recipe.network.decoder = 16
    recipe.network.head = 12
    let outcome = try TrainingRun(ForecastTask(recipe), in: folder + "/run", threads: 2).run()
    // Without the group an error of 2, the height of the ramps, is all that can be had.
    #expect(outcome.evaluation.horizons[0].score.rootMeanSquaredError < 0.8, "\(kind)")

    let read = try Forecaster(contentsOf: folder + "/run")
    #expect(read.covariates == outcome.examples.covariates)
    func mean(_ group: String) throws -> Double {
      let path = folder + "/next.csv"
      let rows = (0..<12).map { "\($0),0.\($0 % 3),\(group),30\n" }.joined()
      try Files.writeAtomically("time,x,group,age\n" + rows, to: path)
      return try ForecastPrediction(of: path, by: read, at: [6]).lines[0].mean
    }
    // The truth is 2 and −2; the network starts from one statistical forecast for both groups.
    let (up, down) = (try mean("up"), try mean("down"))
    #expect(up - down > 2, "\(up), \(down)")
    let path = folder + "/without.csv"
    try Files.writeAtomically("time,x,age\n0,1,30\n1,1,30\n", to: path)
    let error = #expect(throws: DataError.self) {
      try ForecastPrediction(of: path, by: read, at: [6])
    }
    #expect(error?.reason == .missingColumn("group", found: ["time", "x", "age"]))
  }
}
