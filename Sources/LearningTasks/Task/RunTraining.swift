import Platform
import Serialization
import Tensors
import Training

/// One training of a run: continued from the folder's checkpoint if there is one, logged, and
/// stopped by signals.
///
/// The initializer reads the checkpoint and writes nothing, so mismatches are found while the
/// folder is unchanged.
struct RunTraining<Evaluator: ShardEvaluator, Data: TrainingData>
where Data.Batch == Evaluator.Batch {
  private(set) var state: TrainingState<Evaluator.Model>
  /// The records of the log, then those of every step; both are thinned.
  private var all = TrainingHistory()
  var history: [StepRecord] { all.records }
  private let trainer: Trainer<Evaluator, Data>
  private let folder: RunFolder?
  private let name: String
  private let checkpoint: Checkpoint?

  /// A training from a state, or from the checkpoint of its name; without a folder nothing is
  /// written.
  init(
    _ trainer: Trainer<Evaluator, Data>, from state: TrainingState<Evaluator.Model>,
    recipe: some ConfigurableRecipe, folder: RunFolder?, name: String = RunFolder.main
  ) throws {
    try folder?.own()
    self.trainer = trainer
    self.folder = folder
    self.name = name
    self.state = state
    checkpoint = folder.map {
      Checkpoint(
        path: $0.checkpoint(of: name), options: trainer.options,
        metadata: ["config": recipe.json.description])
    }
    if let checkpoint, folder?.resumes == true, Files.exists(checkpoint.path) {
      try recipe.checkContinues(checkpoint)
      self.state = try checkpoint.load(into: state)
    }
  }

  var isContinued: Bool { state.step > 0 }

  /// Trains to the end.
  ///
  /// - Throws: `RunError` after a signal, or if the training diverged.
  mutating func run(progress: ProgressReporter?, stop: StopRequest?) throws {
    var observer = TrainingObserver<Evaluator.Model>(progress: progress, stop: stop)
    if let folder, let checkpoint {
      let log = try MetricsLog(path: folder.log(of: name), continuingAfter: state.step)
      all = log.earlier
      observer.log = log
      observer.save = { try checkpoint.save($0) }
    }
    var records = all
    observer.onStep = { record in
      records.append(record)
      let signal = StopSignals.shared.received
      if signal != 0 { stop?.request(Int(signal)) }
    }
    let start = state.step
    let status = try trainer.train(&state, observer: observer)
    all = records
    switch status {
    case .interrupted:
      throw RunError.interrupted(signal: stop?.number ?? 0, run: folder?.path ?? "")
    case .diverged(let step): throw RunError.diverged(step: step)
    case .finished, .stoppedEarly:
      let isComplete = start > 0 && state.step == start
      if isComplete && name == RunFolder.main { folder?.noteCompletion(steps: start) }
    }
  }
}

extension ConfigurableRecipe {
  /// Settings that may differ: the name, and the length of the training.
  private static var openSettings: Set<String> {
    ["recipe", "training.steps", "training.epochs", "training.validations"]
  }

  /// Paths: the file may have moved, or be relative to another folder.
  private static var pathSettings: Set<String> { ["data.file", "data.labelsFile"] }

  /// Refuses a checkpoint of another recipe.
  func checkContinues(_ checkpoint: Checkpoint) throws(CheckpointError) {
    let text = try checkpoint.readMetadata()["config"] ?? ""
    guard let document = try? JSONValue(parsing: text) else { return }
    for setting in Self.settings where !Self.openSettings.contains(setting.key) {
      let now = setting.read(self)
      guard let there = document.value(of: setting.key), there != now else { continue }
      if Self.pathSettings.contains(setting.key), let old = there.string, let new = now.string,
        Files.mayBe(old, new)
      {
        continue
      }
      throw .settingDiffers(
        path: checkpoint.path, name: setting.key, checkpoint: there.description,
        now: now.description)
    }
  }
}

extension JSONValue {
  /// The value of a dotted name.
  fileprivate func value(of key: String) -> JSONValue? {
    key.split(separator: ".").reduce(Optional(self)) { $0?[String($1)] }
  }
}
