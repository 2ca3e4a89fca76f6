import NumericCore
import ArgumentParsing

/// The verb table.
///
/// To add a verb:
/// 1. write `Commands/NameCommand.swift` with a struct that conforms to `Command` (see the example there:
///    wrapped properties are the parameters, `page` is the help text, `run` does the work);
/// 2. add the type to `all` below, in the order in which `--help` should list it;
/// 3. throw typed errors; if their type is new, add its exit code to `ToolMessage.swift`.
///
/// In `run`, write results with `console.print` and `console.table` for a reader and `console.emit` for
/// `--json`; progress and warnings go to `console.note`. `Commands/DataCommand.swift` is a short example.
enum Verbs {
  static let all: [any Command.Type] = [
    SolveCommand.self,
    MethodsCommand.self,
    SystemsCommand.self,
    FitCommand.self,
    TrainCommand.self,
    TrainForecastCommand.self,
    TrainClassifyCommand.self,
    TrainDensityCommand.self,
    TrainMechanismCommand.self,
    PredictCommand.self,
    ImputeCommand.self,
    EvaluateCommand.self,
    InspectCommand.self,
    SampleCommand.self,
    DataCommand.self,
    CompletionsCommand.self,
  ]

  /// Verbs that are separate tools.
  private static let formerVerbs = [
    "reproduce": "neural-ode-reproduce", "bench": "neural-ode-bench",
  ]

  static let summary = "Neural ordinary differential equations: solve, learn, forecast."
  static let version = "0.1.0"

  /// Runs a command line and returns the exit code.
  static func run(_ words: [String]) -> ExitCode {
    var console = Console(isJSON: false)
    do {
      try FeatureLevel.checkEnvironment()
      guard let first = words.first, !["--help", "-h", "help"].contains(first) else {
        console.print(try overview(of: words.dropFirst()))
        return words.isEmpty ? .usage : console.isOutputComplete ? .success : .cannotCreate
      }
      if first == "--version" {
        console.print("neural-ode \(version)")
        return console.isOutputComplete ? .success : .cannotCreate
      }
      let (type, rest) = try find(words)
      switch try CommandLineParser.parse(type, rest) {
      case .help(let command):
        console.print(HelpText.page(of: command))
      case .run(let command, let json):
        console = Console(isJSON: json)
        try command.files.check()
        try command.run(console)
      }
      return console.isOutputComplete ? .success : .cannotCreate
    } catch let code as ExitCode {
      return code
    } catch {
      let sentence = ToolMessage(about: error)
      console.note("error: \(sentence.message)")
      return sentence.code
    }
  }

  /// Refuses the spelling of earlier versions, in which one command trained every task.
  private static func checkSpelling(_ words: ArraySlice<String>) throws(UsageError) {
    guard let new = TrainCommand.newSpelling(words) else { return }
    throw .oldSpelling("train " + words.joined(separator: " "), new: new)
  }

  /// `neural-ode help` and `neural-ode help solve`.
  private static func overview(of words: ArraySlice<String>) throws -> String {
    guard let verb = words.first, !verb.hasPrefix("-") else {
      return HelpText.overview(all, summary: summary)
    }
    return HelpText.page(of: try find(Array(words)).type.init())
  }

  /// The command of a verb of one or two words, and the words after it.
  private static func find(
    _ words: [String]
  ) throws -> (type: any Command.Type, rest: ArraySlice<String>) {
    let verb = words[0]
    for count in [2, 1] where words.count >= count {
      let name = words.prefix(count).joined(separator: " ")
      guard let type = all.first(where: { $0.page.verb == name }) else { continue }
      let rest = words.dropFirst(count)
      guard type == TrainCommand.self else { return (type, rest) }
      if let verb = try TrainCommand.continuedVerb(rest) {
        return try find(verb.split(separator: " ").map(String.init) + rest)
      }
      try checkSpelling(rest)
      return (type, rest)
    }
    if let tool = formerVerbs[verb] { throw UsageError.movedVerb(verb, to: tool) }
    let known = all.map { $0.page.verb }
    throw UsageError.unknownVerb(verb, suggestion: nearestName(to: verb, among: known))
  }
}
