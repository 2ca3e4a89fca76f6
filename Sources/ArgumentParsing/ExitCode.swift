/// The exit code of a tool (the numbers of BSD's `sysexits.h` where one applies).
package enum ExitCode: Int32, CaseIterable, Error {
  case success = 0
  case failure = 1
  case usage = 64
  case badData = 65
  case noInput = 66
  case cannotCreate = 73
  case stoppedWithCheckpoint = 75
  case badConfiguration = 78
  case interrupted = 130

  package var meaning: String {
    switch self {
    case .success: "done"
    case .failure: "failed, diverged, or a claim did not hold"
    case .usage: "the command line cannot be understood"
    case .badData: "invalid data"
    case .noInput: "an input file is missing or cannot be read"
    case .cannotCreate: "an output file cannot be written"
    case .stoppedWithCheckpoint: "stopped with a checkpoint; resume to go on"
    case .badConfiguration: "invalid configuration"
    case .interrupted: "interrupted"
    }
  }
}

/// An error with its own message and exit code, for commands without a fitting typed error.
package struct ToolError: Error {
  /// The problem and its fix, on one line and without "error:".
  package var message: String
  package var code: ExitCode

  package init(_ message: String, code: ExitCode) {
    self.message = message
    self.code = code
  }

  /// The training data are not at the path in the run's configuration.
  ///
  /// - Parameter keepsName: whether a file of another name would be refused.
  package static func trainingDataMissing(_ path: String, keepsName: Bool = false) -> ToolError {
    ToolError(
      "\(path): the training data are not at this path; name them with --data FILE"
        + (keepsName ? ", of the same name" : "")
        + " (and its file of labels, if it has one, with --labels FILE)", code: .noInput)
  }
}
