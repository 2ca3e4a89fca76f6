import Platform
import ArgumentParsing

SystemProcess.reserveStandardFiles()
StopSignals.leaveFileLimitsToWriters()
let code = Verbs.run(Array(CommandLine.arguments.dropFirst()))
SystemProcess.exit(code.rawValue)
