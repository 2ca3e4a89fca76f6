public import Platform
public import Serialization
public import Tensors
import Training

/// A trained model as one safetensors file.
///
/// The tensors are the weights. The header contains the kind of model (`kind`), its configuration
/// (`config`) and JSON documents with everything else that applying the model needs, such as the
/// normalization. Opening an archive reads only the header; `load` reads the weights.
public struct ModelArchive: Sendable {
  /// The model file.
  public let path: String
  /// The kind of model, such as `forecast`; empty for a file that is not an archive.
  public let kind: String
  /// Names and shapes of the tensors.
  public let tensors: [(name: String, shape: [Int])]
  private let metadata: [String: String]

  /// Opens a model file, or the model of a run folder.
  ///
  /// - Throws: `ModelArchiveError.unreadable`.
  public init(contentsOf run: String) throws(ModelArchiveError) {
    path = RunFolder.model(in: run)
    do {
      let header = try SafetensorsFile.readHeader(path: path)
      metadata = header.metadata
      tensors = header.tensors
    } catch {
      throw .unreadable(path: path, reason: error)
    }
    kind = metadata["kind"] ?? ""
  }

  /// The configuration of the training; `nil` if there is none, or if it is not JSON.
  public var configuration: JSONValue? {
    metadata["config"].flatMap { try? JSONValue(parsing: $0) }
  }

  /// The number of weights.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  /// The trained model.
  ///
  /// - Throws: `ModelArchiveError.otherKind` if the archive contains another kind of model,
  ///   `unreadable` if it is damaged.
  public func load<Model: ArchivedModel>(
    _ type: Model.Type = Model.self
  ) throws(ModelArchiveError) -> Model {
    guard kind == Model.kind else {
      throw .otherKind(path: path, found: kind, expected: Model.title)
    }
    do {
      return try Model(StoredModel(try SafetensorsFile(path: path)))
    } catch {
      throw .unreadable(path: path, reason: error)
    }
  }
}

/// A trained model that can be stored in an archive.
public protocol ArchivedModel: Sendable {
  associatedtype Recipe: TaskRecipe

  /// The kind that identifies the model in archives.
  static var kind: String { get }
  /// The name in messages: "forecasting model".
  static var title: String { get }

  /// The configuration of the training.
  var recipe: Recipe { get set }
  /// JSON documents of the header in addition to the configuration, by name.
  var descriptions: [String: JSONValue] { get }
  /// The tensors of the archive.
  var weights: any TensorTree { get }

  /// The model of an archive. The header may come from an untrusted source, so every part of it is
  /// validated.
  ///
  /// - Throws: `SafetensorsError.badMetadata` for an invalid description, and errors of reading the
  ///   weights.
  init(_ stored: StoredModel) throws(SafetensorsError)
}

extension ArchivedModel {
  /// Reads the model of a run folder or of a model file.
  public init(contentsOf run: String) throws(ModelArchiveError) {
    self = try ModelArchive(contentsOf: run).load()
  }

  /// Writes the archive atomically.
  public func write(to path: String) throws(FileError) {
    var metadata = ["kind": Self.kind, "config": recipe.json.description]
    for (name, document) in descriptions { metadata[name] = document.description }
    try weights.save(to: path, metadata: metadata)
  }
}

/// The configuration of a learning task.
public protocol TaskRecipe: ConfigurableRecipe {
  /// An initial configuration; an archive's values replace its values.
  init()
  /// The name of the recipe; run folders are named after it.
  var name: String { get }
  /// The data file; `nil` for the bundled data.
  var file: String? { get set }
  /// A separate file of labels; `nil` if there is none.
  var labelsFile: String? { get set }
  /// The seed of all random choices.
  var seed: Int { get set }
}

extension TaskRecipe {
  /// The file of labels that the model was trained on; `nil` for none.
  public var labelsFile: String? {
    get { nil }
    set {}
  }
}
