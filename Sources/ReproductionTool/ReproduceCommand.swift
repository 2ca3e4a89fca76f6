import Serialization
import NumericCore
import Reports
import Reproduction
import ArgumentParsing

/// `neural-ode-reproduce`: the papers' experiments, claim by claim.
struct ReproduceCommand: Command {
  static let page = CommandPage(
    tool: "neural-ode-reproduce",
    summary: "Runs the papers' experiments and passes or fails each claim.",
    discussion:
      "Without names all experiments run, one after the other. With --seeds each figure is the "
      + "median over so many seeds. The tool ends with 1 if a claim fails.",
    examples: ["--list", "cnf ffjord --quick", "ffjord --seeds 3"])

  @Argument(value: "name", help: "Experiments to run.") var names: [String] = []
  @Flag(help: "Versions that take seconds, with thresholds of their own.") var quick
  @Flag(help: "Only lists the experiments.") var list
  @Option(help: "How many seeds to take the median over.") var seeds = 1
  @Option(value: "number", help: "The first seed.") var seed = 0
  @Option(value: "file", help: "Data of an experiment whose data are not bundled (hopper).")
  var data: String?
  @Option(value: "file", help: "Writes a page with the claims and pictures.") var report: String?

  func validate() throws(UsageError) {
    _ = try chosen()
    if seeds < 1 || seed < 0 {
      throw .combination(
        "there is at least one seed, and none is negative", fix: "write --seeds 3 --seed 0")
    }
  }

  var files: CommandFiles {
    CommandFiles(inputs: [("--data", data)], outputs: [("--report", report)])
  }

  func run(_ console: Console) throws {
    let experiments = try chosen()
    if list {
      console.table(["name", "what"], experiments.map { [$0.name, $0.summary] })
      console.emit(
        .array(
          experiments.map { ["name": .string($0.name), "summary": .string($0.summary)] }))
      return
    }
    var verdicts: [Reproduction.Verdict] = []
    var pages: [(experiment: any Experiment, reproduction: Reproduction)] = []
    for experiment in experiments {
      let reproduction = try Reproduction(
        experiment, seeds: (0..<seeds).map { UInt64(seed + $0) }, isQuick: quick,
        dataPath: data
      ) { console.note($0) }
      for note in reproduction.notes { console.note("\(experiment.name): \(note)") }
      verdicts += reproduction.verdicts
      pages.append((experiment, reproduction))
    }
    console.table(Reproduction.Verdict.columns, verdicts.map(\.row))
    console.emit(["claims": .array(verdicts.map(\.json))])
    if let report { try ReproductionReport.report(pages).write(to: report) }
    if !verdicts.allSatisfy(\.passed) { throw ExitCode.failure }
  }

  private func chosen() throws(UsageError) -> [any Experiment] {
    let all = ExperimentTable.all
    if names.isEmpty { return all }
    var found: [any Experiment] = []
    for name in names {
      guard let experiment = all.first(where: { $0.name == name }) else {
        let known = all.map(\.name)
        throw .invalidValue(
          of: "<names>", word: name, verb: Self.page.call,
          expected: "one of \(known.joined(separator: ", "))",
          suggestion: nearestName(to: name, among: known))
      }
      found.append(experiment)
    }
    return found
  }
}
