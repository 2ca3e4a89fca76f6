package import Platform

extension FileError {
  /// The description with the option that helps.
  package var message: String {
    if case .locked = reason { description + " with --out" } else { description }
  }

  package var exitCode: ExitCode { operation == .read ? .noInput : .cannotCreate }

  /// The message for results that standard output did not accept.
  package static func lostOutput(_ reason: Reason) -> String {
    if case .system(let code) = reason {
      return
        "standard output: the results cannot be written (error \(code)); redirect it to an open file or pipe"
    }
    return "standard output: \(reason)"
  }
}
