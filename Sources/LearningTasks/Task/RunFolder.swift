import Platform
import Serialization
import Synchronization

/// The folder of a training run.
///
/// Nothing in it is lost: a training that does not continue the run of the folder first moves the
/// run's files into `earlier-1`, `earlier-2`, …, which are run folders too. One process at a time
/// trains in a folder; it holds the lock `run.lock` while a copy of this value exists.
public struct RunFolder: Sendable {
  /// The path of the folder.
  public let path: String
  /// Whether a checkpoint in the folder is continued.
  public let resumes: Bool
  private let whenNoticed: @Sendable (Notice) -> Void
  private let ownership = Ownership()

  /// The lock, shared by the copies of a value.
  private final class Ownership: Sendable {
    let lock = Mutex<FileLock?>(nil)
  }

  /// A notice about the folder when a training begins.
  public enum Notice: Hashable, Sendable {
    /// The files of an earlier run are now in this folder.
    case kept(String)
    /// There is no run in the folder to continue.
    case nothingToContinue(String)
    /// The run to continue has completed all its steps.
    case isComplete(String, steps: Int)
  }

  /// A folder, which need not exist yet; `whenNoticed` receives notices.
  public init(
    _ path: String, resumes: Bool = false,
    whenNoticed: @escaping @Sendable (Notice) -> Void = { _ in }
  ) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.resumes = resumes
    self.whenNoticed = whenNoticed
  }

  /// The path of a run's configuration.
  public static func configuration(in path: String) -> String { path + "/config.json" }

  /// `model.safetensors` of a run folder, or the model file itself.
  public static func model(in run: String) -> String {
    run.hasSuffix(".safetensors") ? run : run + "/model.safetensors"
  }

  /// The archive of a training.
  func model(of name: String) -> String {
    name == Self.main ? Self.model(in: path) : "\(path)/\(name).safetensors"
  }

  func checkpoint(of name: String) -> String { "\(path)/\(name).ckpt.safetensors" }

  /// The main training's log is `metrics.jsonl`.
  func log(of name: String) -> String {
    "\(path)/\(name == Self.main ? "metrics" : name).jsonl"
  }

  /// The name of a run's main training.
  static let main = "last"

  /// Locks the folder, if it exists, and removes temporary files of a killed process.
  ///
  /// - Throws: `locked` if another process trains in the folder.
  func own() throws(FileError) {
    guard FileSystem.isDirectory(path) == true else { return }
    guard ownership.lock.withLock({ $0 == nil }) else { return }
    let lock = try FileLock.take(path + "/run.lock")
    ownership.lock.withLock { $0 = lock }
    Files.removeTemporaries(in: path, where: Self.isOwn)
  }

  /// Reports that a continued training has no steps left.
  func noteCompletion(steps: Int) { whenNoticed(.isComplete(path, steps: steps)) }

  /// Prepares the folder for a training.
  func begin(_ recipe: some ConfigurableRecipe, isContinued: Bool) throws(FileError) {
    try Files.createDirectory(path)
    try own()
    if !isContinued {
      if resumes { whenNoticed(.nothingToContinue(path)) }
      try keepEarlierRun()
    }
    try Files.writeAtomically(
      recipe.json.text(indented: true) + "\n", to: Self.configuration(in: path),
      followsLinks: false)
  }

  // MARK: An earlier run

  /// The files of a run in a folder, in alphabetical order.
  ///
  /// These are the files that every run writes, checkpoints, models and logs of all its trainings, and the further files that
  /// `evaluation.json` lists.
  public static func fileNames(in path: String) -> [String] {
    let further = furtherFiles(in: path)
    return FileSystem.names(in: path).filter { isOwn($0) || further.contains($0) }.sorted()
  }

  /// In addition to models, checkpoints and logs; `parameters.csv` contains inferred parameters of
  /// known equations.
  private static let common = ["config.json", "evaluation.json", "report.html", "parameters.csv"]

  /// The further files of the task whose run is in the folder.
  private static func furtherFiles(in path: String) -> [String] {
    guard let bytes = try? Files.read(path + "/evaluation.json", limit: 1 << 24),
      let names = try? JSONValue(parsing: bytes)["files"]?.array
    else { return [] }
    return names.compactMap(\.string).filter { !$0.contains("/") }
  }

  /// Whether a run may write a file of this name, for any task.
  private static func isOwn(_ name: String) -> Bool {
    common.contains(name) || name.hasSuffix(".safetensors") || name.hasSuffix(".jsonl")
  }

  /// A run without a checkpoint and a model is not moved aside.
  private func keepEarlierRun() throws(FileError) {
    let names = Self.fileNames(in: path)
    if !names.contains(where: { $0.hasSuffix(".safetensors") }) { return }
    var number = 1
    while FileSystem.isTaken("\(path)/earlier-\(number)") { number += 1 }
    let place = "\(path)/earlier-\(number)"
    try Files.createDirectory(place)
    for name in names { try Files.move("\(path)/\(name)", to: "\(place)/\(name)") }
    whenNoticed(.kept(place))
  }
}
