import Platform
import Adjoints
public import Transforms
public import Tensors

/// A loss written in tensors as the evaluator of a training: it is traced and compiled once per
/// shape of a shard.
///
/// Auxiliary values are scalars, averaged over the shard.
public struct CompiledLoss<Model: TensorTree, Batch: TensorTree>: ShardEvaluator {
  /// Names of the auxiliary values.
  public let auxiliaryNames: [String]
  private let gradient: ValueAndGradient<Model, Batch>
  private let value: CompiledFunction<Pair<Model, Batch>>

  /// A loss with named auxiliary values.
  public init(
    auxiliaryNames: [String], _ loss: @escaping @Sendable (Model, Batch) -> LossAndAuxiliary
  ) {
    self.auxiliaryNames = auxiliaryNames
    gradient = valueAndGrad(loss)
    value = CompiledFunction { pair in
      let result = loss(pair.first, pair.second)
      return [result.loss] + result.auxiliary
    }
  }

  /// A loss without auxiliary values.
  public init(_ loss: @escaping @Sendable (Model, Batch) -> Tensor) {
    self.init(auxiliaryNames: []) { LossAndAuxiliary(loss($0, $1)) }
  }

  public func evaluate(model: Model, batch: Batch) -> ShardResult<Model> {
    let (result, evaluations) = gradient.counted(model, batch)
    return ShardResult(
      loss: result.loss, gradient: result.gradient, auxiliary: scalars(result.auxiliary),
      evaluations: evaluations)
  }

  /// Loss and auxiliary values without the gradient.
  public func loss(model: Model, batch: Batch) -> (loss: Double, auxiliary: [Double]) {
    let values = value(Pair(model, batch))
    return (values[0].concreteStorage.doubles[0], scalars(Array(values.dropFirst())))
  }

  private func scalars(_ tensors: [Tensor]) -> [Double] {
    precondition(
      tensors.count == auxiliaryNames.count && tensors.allSatisfy(\.shape.isEmpty),
      "auxiliary values \(tensors.map(\.type)) are not one scalar for each of \(auxiliaryNames)")
    return tensors.map { $0.concreteStorage.doubles[0] }
  }
}
