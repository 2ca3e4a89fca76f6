import Platform
import NumericCore
import TimeSeries
import LearningTasks
import MechanisticModels
import Integrators
import Testing

/// Lotka–Volterra of 40 series with growth rates of their own; every fifth reading of the predators is missing.
private func lakes(_ rates: [Double]) throws -> String {
  let system = try NamedSystem.named("lotka-volterra")!.equations()
  var text = "lake,time,hares,foxes\n"
  let noise = RandomKey(21).normal(80 * rates.count, as: Double.self)
  for (lake, rate) in rates.enumerated() {
    let solution = system.solution(
      from: [20 + Double(lake % 7), 5 + Double(lake % 3)], at: (0..<40).map { Double($0) / 4 },
      parameters: [rate, 0.028, 0.8, 0.024], solver: .init())
    for (row, state) in solution.states.enumerated() {
      let place = 2 * (40 * lake + row)
      let foxes = row % 5 == 2 ? "" : "\(state[1] + 0.2 * noise[place + 1])"
      text += "lake\(lake),\(solution.times[row]),\(state[0] + 0.4 * noise[place]),\(foxes)\n"
    }
  }
  return text
}

private func recipe(_ file: String) throws -> ForecastRecipe {
  var recipe = ForecastRecipe.forFile(file)
  recipe.model = .goku
  recipe.reading.idColumn = "lake"
  recipe.law.system = "lotka-volterra"
  recipe.law.equations = NamedSystem.named("lotka-volterra")!.text
  recipe.law.columns = ["hares=prey", "foxes=predator"]
  recipe.law.shared = ["gamma"]
  recipe.law.known = ["beta=0.028", "delta=0.024"]
  recipe.law.ranges = ["alpha=0.2..1.2"]
  (recipe.history, recipe.future, recipe.stride) = (5, 2.5, 1.25)
  (recipe.horizons, recipe.gaps) = ([1.25, 2.5], [1])
  (recipe.steps, recipe.batchSize, recipe.shardSize, recipe.validations) = (400, 32, 16, 2)
  return recipe
}

private func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let n = Double(a.count)
  let (x, y) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
  let ab = zip(a, b).reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) }
  let aa = a.reduce(0) { $0 + ($1 - x) * ($1 - x) }
  let bb = b.reduce(0) { $0 + ($1 - y) * ($1 - y) }
  return ab / (aa * bb).squareRoot()
}

@Suite struct MechanismTests {
  @Test func `growth rates of unseen series are found, and the model file gives the same`() throws {
    let folder = "/tmp/neural-ode-tests-known-law"
    try Files.createDirectory(folder)
    let file = folder + "/lakes.csv"
    let rates = RandomKey(22).uniform(40, as: Double.self).map { 0.4 + 0.5 * $0 }
    try Files.writeAtomically(try lakes(rates), to: file)
    let outcome = try TrainingRun(ForecastTask(try recipe(file)), in: folder + "/run", threads: 2)
      .run()
    try outcome.writeReport()
    #expect(outcome.examples.recipe.law.ranges.contains("prey(0)=0.."))
    #expect(Files.exists(folder + "/run/parameters.csv"))
    let inferred = try #require(outcome.evaluation.inferred)
    let test = inferred.lines.filter { $0.part == "test" && $0.parameter == "alpha" }
    #expect(test.count == 6 && test.allSatisfy { (0.2...1.2).contains($0.mean) })
    let truth = test.map { rates[Int($0.series.dropFirst(4))!] }
    // A short training; in full it is above 0.95.
    #expect(correlation(test.map(\.mean), truth) > 0.7)
    let shared = inferred.lines.filter { $0.parameter == "gamma" }.map(\.mean)
    #expect(shared.allSatisfy { abs($0 - shared[0]) < 1e-6 })
    for line in outcome.evaluation.horizons {
      let last = line.baselines.first { $0.name == "last value" }
      #expect(line.score.rootMeanSquaredError < last!.forecasts.rootMeanSquaredError)
    }

    let read = try Forecaster(contentsOf: folder + "/run")
    #expect(read.forecaster.kind == .goku && read.recipe == outcome.model.recipe)
    let before = try ForecastPrediction(of: file, by: outcome.model, at: [0.3, 1, 2.5])
    let after = try ForecastPrediction(of: file, by: read, at: [0.3, 1, 2.5])
    #expect(before.lines == after.lines)
    #expect(before.inferred?.lines == after.inferred?.lines)
  }

  @Test func `equations and data that do not go together are refused`() throws {
    func refusal(_ change: (inout MechanismSettings) -> Void) throws -> MechanismError? {
      var settings = try recipe("lakes.csv").law
      change(&settings)
      let normalization = Normalization(
        channels: ["hares", "foxes"], means: [30, 6], deviations: [5, 2])
      do {
        _ = try Mechanism(
          settings, channels: ["hares", "foxes"], normalization: normalization, timeScale: 1)
        return nil
      } catch let error as MechanismError { return error }
    }
    let names = ["alpha", "beta", "gamma", "delta"]
    #expect(try refusal { _ in } == nil)
    #expect(try refusal { $0.equations = nil } == .noEquations)
    #expect(
      try refusal { $0.shared = ["gama"] }
        == .unknownName("gama", setting: "shared", system: "lotka-volterra", known: names))
    #expect(try refusal { $0.known = ["beta"] } == .notASetting("beta", setting: "fix"))
    #expect(try refusal { $0.ranges = ["alpha=1"] } == .notASetting("alpha=1", setting: "range"))
    #expect(
      try refusal { $0.ranges = ["alpha=2..1"] } == .emptyRange("alpha", lower: 2, upper: 1))
    #expect(
      try refusal { $0.known = ["beta=-1"] }
        == .outOfRange("beta", value: -1, lower: 0, upper: .infinity))
    #expect(try refusal { $0.known.append("gamma=1") } == .twoRoles("gamma"))
    #expect(
      try refusal { $0.columns = ["hares=prey"] }
        == .unmatchedChannels(["foxes"], system: "lotka-volterra", names: ["prey", "predator"]))
    #expect(
      try refusal { $0.columns.append("wolves=prey") }
        == .noSuchChannel("wolves", channels: ["hares", "foxes"]))
    #expect(
      try refusal { $0.columns = ["hares=prey", "foxes=prey"] }
        == .measuredTwice("prey", channels: ["hares", "foxes"]))
    #expect(
      try refusal {
        $0.equations = "prey' = -prey + u\npredator' = 0*prey\ninput u"
        ($0.known, $0.shared, $0.ranges) = ([], [], [])
      } == .inputWithoutValue("u"))
    #expect(
      try refusal {
        $0.equations = "prey' = -prey + sin(t)\npredator' = 0*prey"
        ($0.known, $0.shared, $0.ranges) = ([], [], [])
      } == .dependsOnTime(system: "lotka-volterra"))
    #expect(
      try refusal {
        $0.equations = "prey' = -prey\npredator' = 0*prey\nevent prey < 1: prey = 2"
        ($0.known, $0.shared, $0.ranges) = ([], [], [])
      } == .hasJumps(system: "lotka-volterra"))
    #expect(
      try refusal {
        ($0.columns, $0.emission) = (["hares=prey"], .learned)
      } == nil)
  }
}
