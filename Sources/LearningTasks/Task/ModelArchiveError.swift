public import Serialization
import Platform

/// Why a model file cannot be used.
public enum ModelArchiveError: Error, Hashable, Sendable {
  /// The file does not exist, or its contents are not those of a model.
  case unreadable(path: String, reason: SafetensorsError)
  /// The file contains another kind of model; `expected` is a name such as "forecasting model".
  case otherKind(path: String, found: String, expected: String)
}

extension ModelArchiveError: CustomStringConvertible {
  /// What is wrong and how to fix it.
  public var description: String {
    switch self {
    case .unreadable(let path, .file(let error)):
      if let folder = unfinishedRun {
        "\(folder): this training has not ended; continue it first"
      } else {
        "\(path): \(error.reason.description)"
      }
    case .unreadable(let path, let reason):
      "\(path): is not a model file (\(reason)); train again or copy it again"
    case .otherKind(let path, _, let expected):
      "\(path): is not a \(expected); name the run folder of one"
    }
  }

  /// The folder of a missing model, if it contains a run without a model.
  package var unfinishedRun: String? {
    guard case .unreadable(let path, .file(let error)) = self, error.reason == .notFound else {
      return nil
    }
    let folder = Files.folder(of: path)
    return Files.exists(RunFolder.configuration(in: folder)) ? folder : nil
  }
}
