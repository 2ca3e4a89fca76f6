package import TimeSeries
import Adjoints
import ContinuousModels
package import Integrators
import NeuralNets
package import NumericCore
import Programs
import Tensors
package import Training

/// A trained density as one file: weights, and in the metadata all that its use needs.
package struct DensityModelFile: Sendable {
  typealias Model = ContinuousNormalizingFlow<TimeConditionedMLP>

  package var recipe: DensityRecipe
  package var normalization: Normalization
  var model: Model

  /// Whether a run folder or a file holds a density.
  package static func isDensity(_ run: String) -> Bool {
    (try? SafetensorsFile(path: RunFolder.model(in: run)))?.metadata["kind"] == "density"
  }

  /// Why a file cannot be used.
  package enum ReadError: Error, Sendable {
    case noModel(path: String, reason: SafetensorsError)
    /// The file is a model of another kind, or its description is damaged.
    case notADensity(path: String)
  }

  init(recipe: DensityRecipe, normalization: Normalization, model: Model) {
    self.recipe = recipe
    self.normalization = normalization
    self.model = model
  }

  /// Reads a run folder or a model file.
  package init(reading run: String) throws(ReadError) {
    let path = RunFolder.model(in: run)
    do {
      let file = try SafetensorsFile(path: path)
      guard let (recipe, normalization) = Self.description(file) else {
        throw ReadError.notADensity(path: path)
      }
      let form = recipe.initialModel(dimension: normalization.channels.count)
      self.init(recipe: recipe, normalization: normalization, model: try form.loading(file))
    } catch let error as SafetensorsError {
      throw .noModel(path: path, reason: error)
    } catch {
      throw .notADensity(path: path)
    }
  }

  /// Writes the file, whole or not at all.
  package func write(to path: String) throws(FileError) {
    let description: JSONValue = [
      "columns": JSONValue(normalization.channels), "means": JSONValue(normalization.means),
      "deviations": JSONValue(normalization.deviations),
    ]
    try model.save(
      to: path,
      metadata: [
        "kind": "density", "config": recipe.json.description,
        "normalization": description.description,
      ])
  }

  private static func description(
    _ file: SafetensorsFile
  ) -> (DensityRecipe, Normalization)? {
    let stored = StoredDescription(file)
    guard file.metadata["kind"] == "density", let recipe = stored.recipe(DensityRecipe()),
      let text = stored.document("normalization"),
      let normalization = StoredDescription.normalization(text, names: "columns"),
      !normalization.channels.isEmpty
    else { return nil }
    return (recipe, normalization)
  }
}

extension DensityRecipe {
  /// An untrained model of the recipe's form.
  func initialModel(dimension: Int) -> DensityModelFile.Model {
    DensityModelFile.Model(
      TimeConditionedMLP(
        dimension: dimension, hidden: hidden, conditioning: conditioning, waveCount: waves,
        key: RandomKey(UInt64(seed)).folding(in: 1)),
      dimension: dimension,
      duration: method == .likelihood ? .trained(from: 0.5) : .fixed(1),
      orientation: method == .likelihood ? .dataToBase : .baseToData,
      solver: solver)
  }
}

extension DensityModelFile {
  /// `log p` of each row in nats and in the units of the data, by a solver (nil: the model's own).
  package func logDensities(of table: PointTable, solver: ODESolver? = nil) -> [Double] {
    let solver = solver ?? model.solver
    func points(_ table: PointTable) -> Tensor {
      Tensor(table.normalized(by: normalization), shape: [table.count, table.dimension])
    }
    let jacobian = normalization.deviations.reduce(0) { $0 + .logarithm($1) }
    var found = model.densities(of: points(table), solver: solver).logDensities
    let failed = found.indices.filter { !found[$0].isFinite }
    if !failed.isEmpty {
      // Rows that share their steps fail together, one far away and all others.
      let single = model.densities(
        of: points(table.rows(failed)), solver: solver, sharing: .perRow)
      for (row, value) in zip(failed, single.logDensities) { found[row] = value }
    }
    return found.map { $0 - jacobian }
  }

  /// Points drawn from the density, row-major, in the units of the data.
  package func samples(_ count: Int, seed: UInt64) -> PointTable {
    let width = normalization.channels.count
    let noise = RandomKey(seed).normal([count, width])
    let values = model.samples(from: noise, solver: model.solver)
    return PointTable(
      source: "samples", columns: normalization.channels,
      values: values.enumerated().map {
        normalization.restored($0.element, $0.offset % width)
      })
  }
}
