import Platform
import Serialization
import ArgumentParsing
import LearningTasks

extension ModelArchive {
  /// The task whose models have this kind.
  var task: any LearningTask.Type {
    get throws(ModelArchiveError) {
      guard let task = TaskKinds.task(of: kind) else {
        throw .otherKind(path: path, found: kind, expected: "model of this tool")
      }
      return task
    }
  }
}

extension ModelArchiveError {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .unreadable(let path, .file(let error)): Self.missing(path, error.reason)
    case .unreadable(let path, let reason):
      "\(path): is not a model file (\(reason.phrase)); train again or copy it again"
    case .otherKind(let path, _, let expected):
      "\(path): is not a \(expected); name a run folder that 'neural-ode train' wrote"
    }
  }

  /// An unreadable file is a missing input; a file of another kind is bad data.
  var exitCode: ExitCode { if case .unreadable(_, .file) = self { .noInput } else { .badData } }

  /// Why the model of a run cannot be read.
  private static func missing(_ path: String, _ reason: FileError.Reason) -> String {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    guard reason == .notFound, Files.exists(RunFolder.configuration(in: folder)) else {
      return "\(path): \(reason.description)"
    }
    return
      "\(folder): this training has not ended; continue it with 'train --out \(folder) --resume auto'"
  }
}
