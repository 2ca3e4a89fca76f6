import NumericCore

let code = Verbs.run(Array(CommandLine.arguments.dropFirst()))
ProcessCalls.exit(code.rawValue)
