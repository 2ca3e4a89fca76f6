import Platform
public import Serialization
public import Tensors

/// Why a checkpoint cannot continue a training.
public enum CheckpointError: Error, Sendable {
  case file(path: String, reason: SafetensorsError)
  /// The file contains a model but no training state.
  case notACheckpoint(path: String)
  /// A setting differs from that of the checkpoint, so the continued training would not have the
  /// same bits.
  case settingDiffers(path: String, name: String, checkpoint: String, now: String)
}

extension CheckpointError: CustomStringConvertible {
  /// What is wrong and how to fix it.
  public var description: String {
    switch self {
    case .file(let path, .file(let error)): "\(path): \(error.reason.description)"
    case .file(let path, .modelMismatch), .file(let path, .shapeMismatch):
      "\(path): belongs to another network than the data and the configuration now define; continue with "
        + "those of the checkpoint, or start a new training"
    case .file(let path, let reason):
      "\(path): is damaged (\(reason)); copy it again, or start a new training"
    case .notACheckpoint(let path):
      "\(path): contains a model and no training to continue; start a new training"
    case .settingDiffers(let path, let name, let checkpoint, let now):
      "\(path): was made with \(name) \(checkpoint), and now it is \(now); continue it with the settings of the "
        + "checkpoint, or start another training"
    }
  }
}

/// A training's state as a file: model, best model, optimizer and counters in one safetensors file.
///
/// Tensors are named `model.…`, `best.…`, `optimizer.first.…`; the counters are the JSON text
/// `training` of the metadata.
public struct Checkpoint: Sendable {
  /// The path of the file.
  public let path: String
  private let options: TrainingOptions
  private let metadata: [String: String]

  /// A checkpoint at a path; `metadata` is written into its header.
  public init(path: String, options: TrainingOptions, metadata: [String: String] = [:]) {
    self.path = path
    self.options = options
    self.metadata = metadata
  }

  /// Writes the state atomically.
  public func save<Model: TensorTree>(_ state: TrainingState<Model>) throws {
    var metadata = metadata
    metadata["training"] = counters(of: state).description
    let tensors =
      state.model.namedTensors(prefix: "model") + state.best.namedTensors(prefix: "best")
      + state.optimizer.state.namedTensors(prefix: "optimizer")
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
  }

  /// Reads the state; `initial` provides the shapes and an optimizer with its settings.
  public func load<Model: TensorTree>(
    into initial: TrainingState<Model>
  ) throws(CheckpointError) -> TrainingState<Model> {
    try load(into: initial, from: read())
  }

  /// Reads the state from an open file.
  package func load<Model: TensorTree>(
    into initial: TrainingState<Model>, from file: SafetensorsFile
  ) throws(CheckpointError) -> TrainingState<Model> {
    guard let text = file.metadata["training"], let counters = try? JSONValue(parsing: text),
      let steps = Steps(counters)
    else { throw .notACheckpoint(path: path) }
    try check(counters, initial.optimizer)
    var state = initial
    do {
      // A diverging training can have such numbers; it returns to its best model.
      state.model = try initial.model.loading(file, prefix: "model", allowsNonFinite: true)
      state.best = try initial.best.loading(file, prefix: "best")
      state.optimizer.state = try initial.optimizer.state.loading(
        file, prefix: "optimizer", allowsNonFinite: true)
    } catch {
      throw .file(path: path, reason: error)
    }
    steps.restore(&state)
    return state
  }

  /// The metadata of the file.
  package func readMetadata() throws(CheckpointError) -> [String: String] { try read().metadata }

  private func read() throws(CheckpointError) -> SafetensorsFile {
    do {
      return try SafetensorsFile(path: path)
    } catch {
      throw .file(path: path, reason: error)
    }
  }

  // MARK: Counters

  private func counters<Model: TensorTree>(of state: TrainingState<Model>) -> JSONValue {
    var object = Steps(state).json
    for (name, value) in settings(state.optimizer) { object[name] = .string(value) }
    return .object(object)
  }

  /// The settings that must be equal for the same bits.
  private func settings(_ optimizer: any Optimizer) -> [(name: String, value: String)] {
    [
      ("seed", String(options.seed)), ("batchSize", String(options.batchSize)),
      ("shardSize", String(options.shardSize)),
      ("optimizer", String(describing: type(of: optimizer))),
    ]
  }

  private func check(
    _ counters: JSONValue, _ optimizer: any Optimizer
  ) throws(CheckpointError) {
    for (name, value) in settings(optimizer) {
      let stored = counters[name]?.string ?? ""
      if stored != value {
        throw .settingDiffers(path: path, name: name, checkpoint: stored, now: value)
      }
    }
  }
}

/// The counters of a training's state as text; reading it back gives the same numbers.
private struct Steps {
  var step, updates, age, bestStep, validationsSinceBest, skipped, skippedInARow, rollbacks: Int
  var rateScale, wall: Double
  var bestValidation: Double?

  init<Model: TensorTree>(_ state: TrainingState<Model>) {
    step = state.step
    updates = state.optimizer.state.step
    age = state.optimizer.state.age
    bestStep = state.bestStep
    validationsSinceBest = state.validationsSinceBest
    skipped = state.skipped
    skippedInARow = state.skippedInARow
    rollbacks = state.rollbacks
    rateScale = state.optimizer.state.rateScale
    wall = state.wall
    bestValidation = state.bestValidation
  }

  init?(_ json: JSONValue) {
    func count(_ name: String) -> Int? { json[name]?.integer.flatMap { $0 >= 0 ? $0 : nil } }
    func number(_ name: String) -> Double? { json[name]?.number.flatMap { $0 >= 0 ? $0 : nil } }
    guard let step = count("step"), let updates = count("updates"),
      let age = count("age"),
      let bestStep = count("bestStep"), let validations = count("validationsSinceBest"),
      let skipped = count("skipped"), let skippedInARow = count("skippedInARow"),
      let rollbacks = count("rollbacks"), let rateScale = number("rateScale"),
      let wall = number("wall"), bestStep <= step, updates <= step
    else { return nil }
    self.step = step
    self.updates = updates
    self.age = age
    self.bestStep = bestStep
    validationsSinceBest = validations
    self.skipped = skipped
    self.skippedInARow = skippedInARow
    self.rollbacks = rollbacks
    self.rateScale = rateScale
    self.wall = wall
    bestValidation = json["bestValidation"]?.number
  }

  var json: JSONObject {
    [
      "step": JSONValue(step), "updates": JSONValue(updates), "age": JSONValue(age),
      "bestStep": JSONValue(bestStep),
      "validationsSinceBest": JSONValue(validationsSinceBest), "skipped": JSONValue(skipped),
      "skippedInARow": JSONValue(skippedInARow), "rollbacks": JSONValue(rollbacks),
      "rateScale": .number(rateScale), "wall": .number(wall),
      "bestValidation": bestValidation.map(JSONValue.number) ?? .null,
    ]
  }

  func restore<Model: TensorTree>(_ state: inout TrainingState<Model>) {
    state.step = step
    state.optimizer.state.resume(updates: updates, age: age, rateScale: rateScale)
    state.bestStep = bestStep
    state.validationsSinceBest = validationsSinceBest
    state.skipped = skipped
    state.skippedInARow = skippedInARow
    state.rollbacks = rollbacks
    state.wall = wall
    state.bestValidation = bestValidation
  }
}
