package import Platform

extension FileError {
  /// The error on one line, with the fix.
  package var sentence: String {
    if operation == .write && reason == .notFound {
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      return "\(path): the folder '\(folder)' does not exist; make it, or name another"
    }
    return "\(path): \(reason.description)"
  }

  package var exitCode: ExitCode { operation == .read ? .noInput : .cannotCreate }

  /// The message for results that standard output did not accept.
  package static func lostOutput(_ reason: Reason) -> String {
    if case .system(let code) = reason {
      return
        "standard output: the results cannot be written (error \(code)); redirect it to an open file or pipe"
    }
    return "standard output: \(reason.description)"
  }
}
