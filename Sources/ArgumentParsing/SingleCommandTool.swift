import Platform

/// A tool without verbs.
package enum SingleCommandTool {
  /// Parses the words of a command line, runs the command and returns the exit code.
  ///
  /// - Parameter describe: message and exit code of the tool's own errors; `nil` for the error's
  ///   description.
  package static func run(
    _ type: any Command.Type, _ words: [String],
    describe: (any Error) -> (message: String, code: ExitCode)? = { _ in nil }
  ) -> ExitCode {
    var console = Console(isJSON: false)
    do {
      try FeatureLevel.checkEnvironment()
      switch try CommandLineParser.parse(type, words[...]) {
      case .help(let command): console.print(HelpText.page(of: command))
      case .run(let command, let json):
        console = Console(isJSON: json)
        try command.files.check()
        try command.run(console)
      }
      return console.isOutputComplete ? .success : .cannotCreate
    } catch let code as ExitCode {
      return code
    } catch {
      let (message, code) = describe(error) ?? standard(error)
      console.note("error: \(message)")
      return code
    }
  }

  private static func standard(_ error: any Error) -> (message: String, code: ExitCode) {
    switch error {
    case let error as ToolError: (error.message, error.code)
    case let error as UsageError: (error.description, .usage)
    case let error as FileError: (error.message, error.exitCode)
    default: ("\(error)", .failure)
    }
  }
}
