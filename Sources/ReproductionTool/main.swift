import ArgumentParsing
import NumericCore

ProcessCalls.reserveStandardFiles()
SignalNote.leaveFileLimitsToWriters()
let code = SingleCommandTool.run(ReproduceCommand.self, Array(CommandLine.arguments.dropFirst()))
ProcessCalls.exit(code.rawValue)
