import Experiments

extension FetchError {
  /// What is wrong and what to do.
  var sentence: String {
    switch reason {
    case .noTool(let tool):
      "there is no \(tool) on this system; \(byHand)"
    case .unknownPackage:
      "the package manager does not know \(packageName); run `apt-get update` and try again, or \(byHand)"
    case .noNetwork:
      "\(packageName) could not be downloaded; check the network and try again, or \(byHand)"
    case .deviceFull:
      "\(folder): no space is left on the device; free 100 MB and try again"
    case .lacks(let name):
      "the package \(packageName) has no \(name); \(byHand)"
    case .other(let words):
      "\(packageName) did not come (\(words)); try `apt-get download \(packageName)`, or \(byHand)"
    }
  }

  private var byHand: String {
    "get the Debian package \(packageName) by other means, unpack it, and put \(fileNames.joined(separator: ", ")) into "
      + folder
  }

  var exitCode: ExitCode { reason == .deviceFull ? .cannotCreate : .noInput }
}
