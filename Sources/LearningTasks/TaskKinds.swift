/// The tasks of the library, by the kind of their models.
public enum TaskKinds {
  /// Every task that `predict`, `evaluate` and `inspect` find by the kind of an archive.
  public static let all: [any LearningTask.Type] = [
    ForecastTask.self, ClassificationTask.self, SequenceClassificationTask.self, DensityTask.self,
    SubjectTask.self,
  ]

  /// The task of an archive's kind; nil for an unknown kind.
  public static func task(of kind: String) -> (any LearningTask.Type)? {
    all.first { modelKind(of: $0) == kind }
  }

  private static func modelKind<Task: LearningTask>(of task: Task.Type) -> String {
    Task.Model.kind
  }
}
