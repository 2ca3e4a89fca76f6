import NumericCore

ProcessCalls.reserveStandardFiles()
let code = Verbs.run(Array(CommandLine.arguments.dropFirst()))
ProcessCalls.exit(code.rawValue)
