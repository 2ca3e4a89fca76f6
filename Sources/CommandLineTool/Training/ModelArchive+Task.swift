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
  /// The description with the command that helps.
  var message: String {
    switch self {
    case .unreadable:
      unfinishedRun.map { description + " with 'train --out \($0) --resume auto'" } ?? description
    case .otherKind: description + ", as 'neural-ode train' writes it"
    }
  }

  /// An unreadable file is a missing input; a file of another kind is bad data.
  var exitCode: ExitCode { if case .unreadable(_, .file) = self { .noInput } else { .badData } }
}
