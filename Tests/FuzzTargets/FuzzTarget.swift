import Platform
import Serialization
import NumericCore
import Integrators
import LearningTasks
import MechanisticModels
package import NeuralNets
import Programs
import Tables
import Tensors
import TimeSeries
import Transforms
package import Training

/// A reader of bytes that may come from anybody: it reads them, or throws.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case csv, equations, json, safetensors, configuration, idx, checkpoint, model

  /// Gives the bytes to the reader, and checks what comes out.
  package func run(_ bytes: [UInt8]) {
    switch self {
    case .csv: Self.readTables(bytes)
    case .equations: Self.readEquations(bytes)
    case .json: Self.readJSON(bytes)
    case .safetensors: Self.readTensors(bytes)
    case .configuration: Self.readConfigurations(bytes)
    case .idx: Self.readImages(bytes)
    case .checkpoint: Self.readCheckpoint(bytes)
    case .model: Self.readModel(bytes)
    }
  }

  /// As a table of points, as labelled rows and as series, gaps and all.
  private static func readTables(_ bytes: [UInt8]) {
    if let table = try? PointTable(CSVReader(name: "fuzz", bytes: bytes)) {
      precondition(table.values.count == table.count * table.dimension)
    }
    _ = try? LabelledData(name: "fuzz", bytes: bytes)
    for options in [TimeSeriesOptions(), TimeSeriesOptions(duplicates: .average)] {
      guard let file = try? TimeSeriesFile.parse(bytes, name: "fuzz", options) else { continue }
      guard (try? file.validate(minimumPoints: 1)) != nil else { continue }
      _ = SeriesSummary(of: file)
    }
  }

  /// Equations with a value for every input, their derivatives at the start, and a few steps from there.
  private static func readEquations(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let system = try? EquationSystem(text, name: "fuzz"),
      system.states.allSatisfy(\.hasInitialValue),
      system.inputs.allSatisfy({ $0.defaultValue != nil })
    else { return }
    let solver = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 3))

    let start = system.span?.lowerBound ?? 0
    _ = system.solution(at: [start, start + 1], solver: solver)
  }

  /// What is read is written, and read again as the same.
  private static func readJSON(_ bytes: [UInt8]) {
    guard let value = try? JSONValue(parsing: bytes) else { return }
    let again = try? JSONValue(parsing: value.text(indented: bytes.count % 2 == 0))
    precondition(again == value, "a document changes when it is written and read")
  }

  private static func readTensors(_ bytes: [UInt8]) {
    guard let file = try? SafetensorsFile(bytes: bytes) else { return }
    for entry in file.entries { _ = try? file.tensor(entry.name) }
  }

  /// As a configuration of every kind; what is read is written and read again as the same.
  private static func readConfigurations(_ bytes: [UInt8]) {
    guard let document = try? JSONValue(parsing: bytes) else { return }
    readConfiguration(document, ForecastRecipe())
    readConfiguration(document, ClassifierRecipe())
    readConfiguration(document, SeriesClassRecipe())
    readConfiguration(document, DensityRecipe())
  }

  private static func readConfiguration<Recipe: ConfigurableRecipe & Equatable>(
    _ document: JSONValue, _ initial: Recipe
  ) {
    guard let recipe = try? initial.overridden(by: document) else { return }
    let again = try? initial.overridden(by: recipe.json)
    precondition(again == recipe, "a recipe changes when it is written and read")
  }

  private static func readImages(_ bytes: [UInt8]) {
    guard let file = try? IDXFile(name: "fuzz", bytes: bytes) else { return }
    precondition(file.bytes.count == file.shape.reduce(1, *), "bytes of the shape \(file.shape)")
    _ = try? LabelledData(images: file, labels: file)
  }

  /// The state of a small training.
  package static var trainingState: TrainingState<MLP> {
    let model = MLP(sizes: [2, 3, 1], key: RandomKey(1))
    return TrainingState(model: model, optimizer: Adam(for: model, learningRate: 0.01))
  }

  package static var emptyCheckpoint: Checkpoint {
    Checkpoint(path: "fuzz", options: TrainingOptions(length: .steps(10)))
  }

  private static func readCheckpoint(_ bytes: [UInt8]) {
    guard let file = try? SafetensorsFile(bytes: bytes),
      let state = try? emptyCheckpoint.load(into: trainingState, from: file)
    else { return }
    precondition(state.step >= 0 && state.wall >= 0 && state.best.tensors.allSatisfy(\.isFinite))
  }

  /// As a trained model of every kind.
  private static func readModel(_ bytes: [UInt8]) {
    let folder = SystemProcess.environment("TMPDIR") ?? "/tmp"
    let path = "\(folder)/neural-ode-fuzz-\(SystemProcess.number).safetensors"
    defer { try? Files.remove(path) }
    guard (try? Files.writeAtomically(bytes, to: path)) != nil else { return }
    if let file = try? Forecaster(contentsOf: path) {
      precondition(file.forecaster.tensors.allSatisfy(\.isFinite))
    }
    if let file = try? RowClassifier(contentsOf: path) {
      precondition(file.model.tensors.allSatisfy(\.isFinite))
    }
    _ = try? SequenceClassifier(contentsOf: path)
    _ = try? DensityEstimator(contentsOf: path)
  }
}

extension Tensor {
  /// Whether all elements are finite numbers.
  fileprivate var isFinite: Bool { values.allSatisfy(\.isFinite) }
}
