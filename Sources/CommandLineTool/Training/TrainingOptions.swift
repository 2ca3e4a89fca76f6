import ArgumentParsing
import LearningTasks

/// The options of every training.
struct TrainingOptions: ParameterGroup {
  static let title = "Training"

  enum Resume: String, CaseIterable, ArgumentValue {
    case auto, never
  }

  @Option(value: "directory", help: "The run folder; runs/ and the recipe's name if not given.")
  var out: String?
  @Option(help: "The seed of all random choices.") var seed: Int?
  @Option(help: "Changes one value of the configuration, for example training.steps=500.")
  var set: [Assignment] = []
  @Option(
    help:
      "Whether the run in the folder is continued, with the configuration that is there; if not, "
      + "its files are moved to earlier-1 in it.")
  var resume = Resume.never
  @Option(help: "Threads; they do not change the result.") var threads = 2

  func validate() throws(UsageError) {
    if threads < 1 || threads > 256 {
      throw .combination("--threads is \(threads)", fix: "write 1 to 256")
    }
    if let seed, seed < 0 {
      throw .combination("--seed is at least 0", fix: "give a number from 0 on")
    }
  }
}

/// The length of a training in passes over the data.
struct EpochOptions: ParameterGroup {
  static let title = TrainingOptions.title

  @Option(help: "Passes over the data, instead of the recipe's number of steps.") var epochs: Int?

  func validate() throws(UsageError) {
    guard let epochs else { return }
    if epochs < 1 {
      throw .combination("--epochs is at least 1", fix: "give a positive number")
    }
    if epochs > 1_000_000_000 {
      throw .combination("--epochs is \(epochs)", fix: "write 1000000000 at most")
    }
  }
}
