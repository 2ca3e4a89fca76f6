import Platform
import ArgumentParsing

SystemProcess.reserveStandardFiles()
StopSignals.leaveFileLimitsToWriters()
let code = SingleCommandTool.run(ReproduceCommand.self, Array(CommandLine.arguments.dropFirst()))
SystemProcess.exit(code.rawValue)
