import Platform
import Tables
import LearningTasks
import ArgumentParsing
import MechanisticModels
import Training

/// Turns a thrown error into the tool's one line and its exit code.
///
/// Errors carry values; sentences are made here. To teach the tool a new error type, add a case here.
struct Sentence {
  var message: String
  var code: ExitCode

  init(about error: any Error) {
    switch error {
    case let error as ToolError: (message, code) = (error.message, error.code)
    case let error as UsageError: (message, code) = (error.description, .usage)
    case let error as FileError: (message, code) = (error.sentence, error.exitCode)
    case let error as DataError: (message, code) = (error.sentence, error.exitCode)
    case let error as DosingError: (message, code) = (error.description, .badData)
    case let error as EquationError: (message, code) = (error.description, .badData)
    case let error as EquationDataError: (message, code) = (error.sentence, error.exitCode)
    case let error as MechanismError: (message, code) = (error.sentence, error.exitCode)
    case let error as FitError: (message, code) = (error.sentence, error.exitCode)
    case let error as ConfigurationError:
      (message, code) = (error.sentence, .badConfiguration)
    case let error as CheckpointError: (message, code) = (error.sentence, error.exitCode)
    case let error as RunError: (message, code) = (error.sentence, error.exitCode)
    case let error as ModelArchiveError: (message, code) = (error.sentence, error.exitCode)
    default: (message, code) = ("\(error)", .failure)
    }
  }
}
