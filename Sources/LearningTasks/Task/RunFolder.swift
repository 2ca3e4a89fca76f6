import Platform
import Serialization
import Synchronization

/// The folder of a training run: what it may hold already, and what a new training does to it.
///
/// Nothing in it is lost. A training that does not continue the run of the folder first moves that run's files into
/// `earlier-1`, `earlier-2`, …, which are run folders too.
///
/// One process at a time trains in a folder: it holds the lock `run.lock` as long as a copy of this value lives.
public struct RunFolder: Sendable {
  public let path: String
  /// Whether a checkpoint in the folder is continued.
  public let resumes: Bool
  private let whenNoticed: @Sendable (Notice) -> Void
  private let ownership = Ownership()

  /// The lock, which the copies of a value share.
  private final class Ownership: Sendable {
    let lock = Mutex<FileLock?>(nil)
  }

  /// What a user should hear of the folder when a training begins.
  public enum Notice: Hashable, Sendable {
    /// An earlier run's files are in this folder now.
    case kept(String)
    /// A run of this folder was to be continued, and there is none.
    case nothingToContinue(String)
    /// A run of this folder was to be continued, and has made all its steps.
    case isComplete(String, steps: Int)
  }

  /// A folder, which need not be there yet; `whenNoticed` hears what becomes of it.
  public init(
    _ path: String, resumes: Bool = false,
    whenNoticed: @escaping @Sendable (Notice) -> Void = { _ in }
  ) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.resumes = resumes
    self.whenNoticed = whenNoticed
  }

  /// Where a run's configuration is.
  public static func configuration(in path: String) -> String { path + "/config.json" }

  /// `model.safetensors` of a run folder, or the file itself.
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

  /// Makes this process the folder's owner, if the folder is there, and removes what a killed owner was writing.
  ///
  /// - Throws: `locked` if another process trains in the folder.
  func own() throws(FileError) {
    guard FileSystem.isDirectory(path) == true else { return }
    guard ownership.lock.withLock({ $0 == nil }) else { return }
    let lock = try FileLock.take(path + "/run.lock")
    ownership.lock.withLock { $0 = lock }
    Files.removeTemporaries(in: path, where: Self.isOwn)
  }

  /// Says that a training that is continued has no step to make.
  func noteCompletion(steps: Int) { whenNoticed(.isComplete(path, steps: steps)) }

  /// Makes the folder ready for a training that is about to begin.
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

  /// Beside models, checkpoints and logs; `parameters.csv` holds inferred parameters of known equations.
  private static let common = ["config.json", "evaluation.json", "report.html", "parameters.csv"]

  /// The files that the task of the folder's run wrote beside the common ones.
  private static func furtherFiles(in path: String) -> [String] {
    guard let bytes = try? Files.read(path + "/evaluation.json", limit: 1 << 24),
      let names = try? JSONValue(parsing: bytes)["files"]?.array
    else { return [] }
    return names.compactMap(\.string).filter { !$0.contains("/") }
  }

  /// Whether a run may write a file of this name, whatever its task.
  private static func isOwn(_ name: String) -> Bool {
    common.contains(name) || name.hasSuffix(".safetensors") || name.hasSuffix(".jsonl")
  }

  /// A run that got neither to a checkpoint nor to a model is not worth keeping.
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
