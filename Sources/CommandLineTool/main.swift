import ArgumentParsing
import NumericCore

ProcessCalls.reserveStandardFiles()
SignalNote.leaveFileLimitsToWriters()
let code = Verbs.run(Array(CommandLine.arguments.dropFirst()))
ProcessCalls.exit(code.rawValue)
