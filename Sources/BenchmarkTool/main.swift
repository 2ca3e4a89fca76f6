import Platform
import ArgumentParsing

SystemProcess.reserveStandardFiles()
StopSignals.leaveFileLimitsToWriters()
let code = SingleCommandTool.run(BenchCommand.self, Array(CommandLine.arguments.dropFirst()))
SystemProcess.exit(code.rawValue)
