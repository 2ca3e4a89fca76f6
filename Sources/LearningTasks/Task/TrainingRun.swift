import Platform
import Serialization
import Tensors
import Reports
public import Training

/// The training of a task: data, training with checkpoints, archive, evaluation, report.
///
/// A run folder contains `config.json`, `metrics.jsonl`, `model.safetensors`,
/// `last.ckpt.safetensors`, `evaluation.json` and `report.html`. Invalid data and mismatched
/// checkpoints are found before anything is written.
public struct TrainingRun<Task: LearningTask>: Sendable {
  /// The task and its configuration.
  public var task: Task
  /// The run folder; `nil` writes nothing.
  public var directory: String?
  /// Threads; they do not change the result.
  public var threads: Int
  /// Whether a checkpoint in the folder is continued.
  public var resumes: Bool
  /// Receives notices about the run folder.
  public var onNotice: @Sendable (RunFolder.Notice) -> Void = { _ in }

  /// A run in a folder; `nil` writes nothing, and `resumes` continues the checkpoint of the folder.
  public init(_ task: Task, in directory: String?, threads: Int = 1, resumes: Bool = false) {
    self.task = task
    self.directory = directory
    self.threads = threads
    self.resumes = resumes
  }

  /// Trains and evaluates.
  ///
  /// - Throws: errors of the data, `RunError` after a stop request or if the training diverges.
  public func run(
    progress: ProgressReporter? = nil, stop: StopRequest? = nil
  ) throws -> TrainingOutcome<Task> {
    try run(on: try task.examples(), progress: progress, stop: stop)
  }

  /// Trains and evaluates on a thread of its own without blocking the caller.
  ///
  /// Cancelling the task stops the training after its current step; the checkpoint of the run folder continues it.
  /// - Throws: errors of the data, `RunError.interrupted` after a cancellation, `RunError.diverged`.
  public func outcome(progress: ProgressReporter? = nil) async throws -> TrainingOutcome<Task> {
    let stop = StopRequest()
    return try await withTaskCancellationHandler {
      try await onThread { try run(progress: progress, stop: stop) }
    } onCancel: {
      stop.request()
    }
  }

  /// Trains and evaluates on examples of the task that have been read.
  public func run(
    on examples: Task.Examples, progress: ProgressReporter? = nil, stop: StopRequest? = nil
  ) throws -> TrainingOutcome<Task> {
    let task = Task(task.recipe(for: examples))
    let folder = directory.map { RunFolder($0, resumes: resumes, whenNoticed: onNotice) }
    // Checkpoints are read before anything is written.
    let trainings = try task.trainings(on: examples, threads: threads).map {
      (try $0.started(in: folder), $0.name)
    }
    try folder?.begin(task.recipe, isContinued: trainings[0].0.isContinued)
    var trained: [TaskTraining<Task.Model>.Trained] = []
    for (training, name) in trainings {
      let one = try training.run(progress, stop)
      if let folder { try one.model.write(to: folder.model(of: name)) }
      trained.append(one)
    }
    let others = trained.dropFirst().map(\.model)
    return TrainingOutcome(
      task: task, examples: examples, model: trained[0].model, others: others,
      evaluation: try task.evaluate(
        trained[0].model, beside: others, on: examples, threads: threads),
      history: trained[0].history, steps: trained[0].steps,
      stepsPerEpoch: trained[0].stepsPerEpoch, seconds: trained[0].seconds, folder: folder)
  }
}

/// The result of a run.
public struct TrainingOutcome<Task: LearningTask>: Sendable {
  /// The task with the values that the data determined.
  public var task: Task
  public var examples: Task.Examples
  /// The trained model.
  public var model: Task.Model
  /// The comparison models of the run.
  public var others: [Task.Model]
  /// The figures on the test part.
  public var evaluation: Task.Evaluation
  /// The steps of the training, thinned to a few thousand.
  public var history: [StepRecord]
  /// The number of updates.
  public var steps: Int
  /// Updates of one pass over the training part.
  public var stepsPerEpoch: Int
  /// Time of the training in seconds.
  public var seconds: Double
  /// The lock is held until the report is written.
  let folder: RunFolder?

  /// The number of trained scalars.
  public var parameterCount: Int { model.weights.parameterCount }

  /// Steps with a validation, and as many others as a chart needs.
  var shownHistory: [StepRecord] {
    let every = max(1, history.count / 400)
    return history.enumerated().filter { $0.element.validation != nil || $0.offset % every == 0 }
      .map(\.element)
  }

  /// Writes `report.html`, `evaluation.json` and the task's further files into the run folder.
  @discardableResult
  public func writeReport() throws -> TaskResult {
    let result = task.result(of: self, in: folder?.path ?? "")
    guard let folder else { return result }
    try task.report(of: self).write(to: folder.path + "/report.html", followsLinks: false)
    var document = result.json
    if var object = document.object, !result.files.isEmpty {
      object["files"] = JSONValue(result.files.map(\.name))
      document = .object(object)
    }
    let files = result.files + [("evaluation.json", document.text(indented: true) + "\n")]
    for (name, text) in files {
      try Files.writeAtomically(text, to: "\(folder.path)/\(name)", followsLinks: false)
    }
    return result
  }
}
