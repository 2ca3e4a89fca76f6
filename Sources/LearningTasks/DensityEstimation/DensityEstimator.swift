import Platform
public import Serialization
import NumericCore
import Adjoints
import ContinuousModels
package import Integrators
import NeuralNets
import Programs
public import Tensors
public import TimeSeries

/// A trained density with its normalization.
public struct DensityEstimator: ArchivedModel {
  public static let kind = "density"
  public static let title = "density"

  typealias Model = ContinuousNormalizingFlow<TimeConditionedMLP>

  public var recipe: DensityRecipe
  /// Mean and scale of the columns, from the training part.
  public var normalization: Normalization
  var model: Model

  init(recipe: DensityRecipe, normalization: Normalization, model: Model) {
    self.recipe = recipe
    self.normalization = normalization
    self.model = model
  }

  public var weights: any TensorTree { model }

  public var descriptions: [String: JSONValue] {
    [
      "normalization": [
        "columns": JSONValue(normalization.channels), "means": JSONValue(normalization.means),
        "deviations": JSONValue(normalization.deviations),
      ]
    ]
  }

  public init(_ stored: StoredModel) throws(SafetensorsError) {
    recipe = try stored.recipe()
    let document = try stored.required(stored.document("normalization"), of: "normalization")
    normalization = try stored.required(
      StoredModel.normalization(document, names: "columns"), of: "normalization")
    if normalization.channels.isEmpty { throw .badMetadata(key: "normalization") }
    model = try stored.weights(
      as: recipe.initialModel(dimension: normalization.channels.count))
  }
}

extension DensityRecipe {
  /// An untrained model of the recipe's form.
  func initialModel(dimension: Int) -> DensityEstimator.Model {
    DensityEstimator.Model(
      TimeConditionedMLP(
        dimension: dimension, hidden: hidden, conditioning: conditioning, waveCount: waves,
        key: RandomKey(UInt64(seed)).folding(in: 1)),
      dimension: dimension,
      duration: method == .likelihood ? .trained(from: 0.5) : .fixed(1),
      orientation: method == .likelihood ? .dataToBase : .baseToData,
      solver: solver)
  }
}

extension DensityEstimator {
  /// `log p` of each row in nats, in the units of the data, by a solver (`nil` for the model's
  /// own).
  package func logDensities(of table: PointTable, solver: ODESolver? = nil) -> [Double] {
    let solver = solver ?? model.solver
    func points(_ table: PointTable) -> Tensor {
      Tensor(table.normalized(by: normalization), shape: [table.count, table.dimension])
    }
    let jacobian = normalization.deviations.reduce(0) { $0 + .logarithm($1) }
    var found = model.densities(of: points(table), solver: solver).logDensities
    let failed = found.indices.filter { !found[$0].isFinite }
    if !failed.isEmpty {
      // Rows that share steps fail together if one of them is extreme.
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
