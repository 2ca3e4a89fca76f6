import Serialization
import NumericCore
import ArgumentParsing
import Benchmarks

/// `neural-ode-bench`: timings of fixed workloads.
struct BenchCommand: Command {
  static let page = CommandPage(
    tool: "neural-ode-bench",
    summary: "Times fixed pieces of work, the same that the peers' scripts time.",
    discussion:
      "Times are process CPU time in milliseconds, the median and the least of all repetitions after a warm-up. "
      + "Compare figures of one run on one machine only.",
    examples: ["", "W5 --repetitions 50", "W5 --json"])

  @Argument(value: "workload", help: "Names of workloads; all unless some are given.")
  var workloads: [String] = []
  @Option(help: "How often each piece of work is done.") var repetitions = 20
  @Flag(help: "List the workloads and do nothing.") var list

  func validate() throws(UsageError) {
    if repetitions < 1 {
      throw .combination("--repetitions is \(repetitions)", fix: "write 1 or more")
    }
    for word in workloads where find(word) == nil {
      let known = BenchmarkWorkload.all.map(\.name)
      throw .combination(
        "there is no workload '\(word)'",
        fix: nearestName(to: word, among: known).map { "did you mean '\($0)'?" }
          ?? "the workloads are \(known.joined(separator: ", "))")
    }
  }

  func run(_ console: Console) throws {
    let chosen = workloads.isEmpty ? BenchmarkWorkload.all : workloads.compactMap(find)
    if list {
      console.table(["name", "what"], chosen.map { [$0.name, $0.summary] })
      console.emit(
        .array(chosen.map { ["name": .string($0.name), "summary": .string($0.summary)] }))
      return
    }
    var figures: [BenchmarkFigure] = []
    for workload in chosen {
      console.note("\(workload.name): \(workload.summary)")
      figures += try workload.figures(repetitions: repetitions)
    }
    console.table(
      ["workload", "variant", "metric", "value", "unit", "least", "evaluations"],
      figures.map { figure in
        [
          figure.workload, figure.variant, figure.metric, shortText(figure.value, digits: 4),
          figure.unit, figure.leastTime.map { shortText($0, digits: 4) } ?? "-",
          figure.forwardEvaluations.map { "\($0)" } ?? "-",
        ]
      })
    console.emit(.array(figures.map(\.json)))
  }

  private func find(_ word: String) -> BenchmarkWorkload? {
    BenchmarkWorkload.all.first { $0.name.lowercased() == word.lowercased() }
  }
}
