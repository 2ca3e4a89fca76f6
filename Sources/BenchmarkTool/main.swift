import ArgumentParsing
import NumericCore

ProcessCalls.reserveStandardFiles()
SignalNote.leaveFileLimitsToWriters()
let code = SingleCommandTool.run(BenchCommand.self, Array(CommandLine.arguments.dropFirst()))
ProcessCalls.exit(code.rawValue)
