import ArgumentParsing
import NumericCore

/// The verb table.
///
/// To add a verb:
/// 1. write `Commands/NameCommand.swift` with a struct that conforms to `Command` (see the example there:
///    wrapped properties are the parameters, `page` is the help text, `run` does the work);
/// 2. add the type to `all` below, in the order in which `--help` should list it;
/// 3. throw typed errors; if their type is new, add its sentence and exit code to `Sentences.swift`.
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
    PredictCommand.self,
    EvaluateCommand.self,
    SampleCommand.self,
    DataCommand.self,
  ]

  /// Verbs that are tools of their own now.
  private static let formerVerbs = [
    "reproduce": "neural-ode-reproduce", "bench": "neural-ode-bench",
  ]

  static let summary = "Neural ordinary differential equations: solve, learn, forecast."
  static let version = "0.1.0"

  /// Runs a command line and says how the tool ends.
  static func run(_ words: [String]) -> ExitCode {
    var console = Console(isJSON: false)
    do {
      try FeatureLevel.checkEnvironment()
      guard let first = words.first, !["--help", "-h", "help"].contains(first) else {
        console.print(try overview(of: words.dropFirst().first))
        return words.isEmpty ? .usage : console.isOutputComplete ? .success : .cannotCreate
      }
      if first == "--version" {
        console.print("neural-ode \(version)")
        return console.isOutputComplete ? .success : .cannotCreate
      }
      switch try CommandLineParser.parse(find(first), words.dropFirst()) {
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
      let sentence = Sentence(about: error)
      console.note("error: \(sentence.message)")
      return sentence.code
    }
  }

  /// `neural-ode help` and `neural-ode help solve`.
  private static func overview(of verb: String?) throws(UsageError) -> String {
    guard let verb, !verb.hasPrefix("-") else {
      return HelpText.overview(all, summary: summary)
    }
    return HelpText.page(of: try find(verb).init())
  }

  private static func find(_ verb: String) throws(UsageError) -> any Command.Type {
    for type in all where type.page.verb == verb { return type }
    if let tool = formerVerbs[verb] { throw .movedVerb(verb, to: tool) }
    let known = all.map { $0.page.verb }
    throw .unknownVerb(verb, suggestion: nearestName(to: verb, among: known))
  }
}
