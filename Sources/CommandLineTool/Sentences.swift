import MechanisticModels
import Experiments
import NumericCore
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
    case let error as FileError: (message, code) = Self.sentence(error)
    case let error as DataError: (message, code) = (error.sentence, error.exitCode)
    case let error as EquationError: (message, code) = (error.description, .badData)
    case let error as LawError: (message, code) = (error.sentence, error.exitCode)
    case let error as FitError: (message, code) = (error.sentence, error.exitCode)
    case let error as ConfigurationError:
      (message, code) = (error.sentence, .badConfiguration)
    case let error as CheckpointError: (message, code) = (error.sentence, error.exitCode)
    case let error as FetchError: (message, code) = (error.sentence, error.exitCode)
    case let error as RunError: (message, code) = (error.sentence, error.exitCode)
    case let error as DensityModelFile.ReadError:
      (message, code) = (error.sentence, error.exitCode)
    case let error as ClassifierModelFile.ReadError:
      (message, code) = (error.sentence, error.exitCode)
    default: (message, code) = ("\(error)", .failure)
    }
  }

  private static func sentence(_ error: FileError) -> (String, ExitCode) {
    let code: ExitCode = error.operation == .read ? .noInput : .cannotCreate
    if error.operation == .write && error.reason == .notFound {
      let folder = error.path.lastIndex(of: "/").map { String(error.path[..<$0]) } ?? "."
      return (
        "\(error.path): the folder '\(folder)' does not exist; make it, or name another", code
      )
    }
    return ("\(error.path): \(what(error.reason))", code)
  }

  /// Results that could not be written.
  static func standardOutput(_ reason: FileError.Reason) -> String {
    if case .system(let code) = reason {
      return
        "standard output: the results cannot be written (error \(code)); lead it to an open file or pipe"
    }
    return "standard output: \(what(reason))"
  }

  /// Why a run's model cannot be read.
  static func missingModel(_ path: String, _ reason: FileError.Reason) -> String {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    guard reason == .notFound, Files.exists(RunFolder.configuration(in: folder)) else {
      return "\(path): \(what(reason))"
    }
    return
      "\(folder): this training has not ended; continue it with 'train --out \(folder) --resume auto'"
  }

  static func what(_ reason: FileError.Reason) -> String {
    switch reason {
    case .notFound: "there is no such file; check the path"
    case .permissionDenied: "permission denied; check the file's owner and mode"
    case .isDirectory: "is a directory; name a file in it"
    case .notADirectory: "a part of the path is not a directory; check the path"
    case .exists: "exists already; choose another name or remove it"
    case .deviceFull: "no space is left on the device; free some and run again"
    case .readOnly: "the file system is read-only; choose another place"
    case .nameTooLong: "the name is too long; choose a shorter one"
    case .tooLarge(let limit): "has more than \(limit) bytes; check that it is the right file"
    case .symbolicLink: "is a symbolic link, which is not followed here; remove it, or name the file itself"
    case .locked(let process):
      "the process \(process.map { "\($0) " } ?? "")trains in this folder; wait until it ends, or name another folder with --out"
    case .system(let code): "the system refused (error \(code)); check the path and its device"
    }
  }
}
