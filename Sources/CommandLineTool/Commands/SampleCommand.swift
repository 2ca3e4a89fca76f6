import Platform
import Serialization
import LearningTasks
import ArgumentParsing

/// `neural-ode sample RUN`.
struct SampleCommand: Command {
  static let page = CommandPage(
    verb: "sample", summary: "Draws points from a trained density, as CSV.",
    discussion: "The run is one of `train --model cnf`. The same seed gives the same points.",
    examples: ["sample runs/density --count 1000 --out samples.csv", "sample runs/density --json"])

  @Argument(value: "run", help: "A run folder or a model file.") var folder: String
  @Option(help: "How many points.") var count = 1000
  @Option(value: "number", help: "The seed of all random numbers.") var seed = 0
  @Option(value: "file", help: "The CSV file; default: standard output.") var out: String?

  func validate() throws(UsageError) {
    if count < 1 || count > 10_000_000 {
      throw .combination("--count is \(count)", fix: "write 1 to 10000000")
    }
    if seed < 0 { throw .combination("--seed is \(seed)", fix: "write a number from 0 on") }
  }

  var files: CommandFiles {
    CommandFiles(run: folder, outputs: [("--out", out)])
  }

  func run(_ console: Console) throws {
    if let out { try Files.checkWritable(out) }
    let samples = try DensityEstimator(contentsOf: folder).samples(count, seed: UInt64(seed))
    try console.deliver(samples.csv, to: out, what: "\(count) points")
    console.emit(["columns": JSONValue(samples.columns), "rows": samples.json])
  }
}

extension Console {
  /// Writes a CSV text to a file or to standard output.
  func deliver(_ csv: String, to path: String?, what: String) throws {
    if let path {
      try Files.writeAtomically(csv, to: path)
      print("\(what) in \(path)")
    } else {
      print(String(csv.dropLast()))
    }
  }
}
