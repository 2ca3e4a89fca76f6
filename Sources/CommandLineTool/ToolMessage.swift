import Platform
import Tables
import LearningTasks
import ArgumentParsing
import MechanisticModels
import Training

/// The message of a thrown error and the exit code of the tool.
///
/// Errors describe themselves; the tool adds which option helps (`OptionHints*.swift`). A new error type needs a case
/// here if its exit code is not that of a failure.
struct ToolMessage {
  var message: String
  var code: ExitCode

  init(about error: any Error) {
    switch error {
    case let error as ToolError: (message, code) = (error.message, error.code)
    case let error as UsageError: (message, code) = (error.description, .usage)
    case let error as FileError: (message, code) = (error.message, error.exitCode)
    case let error as DataError: (message, code) = (error.message, error.exitCode)
    case let error as DosingError: (message, code) = (error.description, .badData)
    case let error as EquationError: (message, code) = (error.description, .badData)
    case let error as EquationDataError: (message, code) = (error.sentence, error.exitCode)
    case let error as MechanismError: (message, code) = (error.message, error.exitCode)
    case let error as SubjectDataError:
      (message, code) = (error.description, error.problem == .diverged ? .failure : .badData)
    case let error as FitError: (message, code) = (error.sentence, error.exitCode)
    case let error as ConfigurationError:
      (message, code) = (error.description, .badConfiguration)
    case let error as CheckpointError: (message, code) = (error.message, error.exitCode)
    case let error as RunError: (message, code) = (error.message, error.exitCode)
    case let error as ModelArchiveError: (message, code) = (error.message, error.exitCode)
    default: (message, code) = ("\(error)", .failure)
    }
  }
}
