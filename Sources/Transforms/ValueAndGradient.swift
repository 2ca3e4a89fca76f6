import Platform
import Graphs
package import Programs
public import Tensors

/// The result of a loss function with auxiliary values.
public struct LossAndAuxiliary: Sendable {
  /// A scalar.
  public var loss: Tensor
  /// Values that are evaluated with the loss; no gradient passes through them.
  public var auxiliary: [Tensor]

  /// A loss with values that are evaluated with it.
  public init(_ loss: Tensor, auxiliary: [Tensor] = []) {
    self.loss = loss
    self.auxiliary = auxiliary
  }
}

/// A loss and its gradient as a function of a model and a batch; traced once per shape, then
/// replayed.
///
/// A call with other parts that are not tensors (tolerances, activations, closures) is traced again.
public final class ValueAndGradient<Model: TensorTree, Batch: TensorTree>: Sendable {
  /// A loss, its gradient, and auxiliary values.
  public struct Result: Sendable {
    /// The value of the loss.
    public var loss: Double
    /// The gradient, in the model's own type.
    public var gradient: Model
    /// Auxiliary values; no gradient passes through them.
    public var auxiliary: [Tensor]
  }

  private let body: @Sendable (Model, Batch) -> LossAndAuxiliary
  private let cache = ProgramCache()

  package init(_ body: @escaping @Sendable (Model, Batch) -> LossAndAuxiliary) {
    self.body = body
  }

  /// Loss and gradient of a concrete model on a concrete batch.
  public func callAsFunction(_ model: Model, _ batch: Batch) -> Result {
    self(model, batch) { _ in }
  }

  /// The same; `read` can access the records of the run's custom operations.
  package func callAsFunction(
    _ model: Model, _ batch: Batch, reading: (EvaluationContext) -> Void
  ) -> Result {
    let tensors = model.tensors
    let inputs = (tensors + batch.tensors).map(\.concreteStorage)
    let outputs = program(model, batch)(inputs, reading: reading)
    let gradients = outputs.suffix(tensors.count).map { Tensor(storage: $0) }
    let auxiliary = outputs.dropFirst().dropLast(tensors.count).map { Tensor(storage: $0) }
    return Result(
      loss: outputs[0].doubles[0], gradient: model.replacingTensors(with: gradients),
      auxiliary: auxiliary)
  }

  /// The compiled loss and gradient for these shapes.
  ///
  /// Parameters are the tensors of the model, then of the batch; outputs the loss, the auxiliary
  /// values, then the gradient.
  package func program(_ model: Model, _ batch: Batch) -> Program {
    cache.program(for: Pair(model, batch)) { Program(Self.graph(model, batch, body)) }
  }

  private static func graph(
    _ model: Model, _ batch: Batch, _ body: (Model, Batch) -> LossAndAuxiliary
  ) -> Graph {
    let count = model.tensors.count
    let types = (model.tensors + batch.tensors).map(\.type)
    let forward = trace(types) { arguments in
      let result = body(
        model.replacingTensors(with: arguments.prefix(count)),
        batch.replacingTensors(with: arguments.dropFirst(count)))
      precondition(result.loss.shape.isEmpty, "a loss is a scalar, not \(result.loss.type)")
      return [result.loss] + result.auxiliary
    }
    return forward.valueAndGradient(wrt: Array(0..<count))
  }
}

/// The loss and its gradient as one compiled function.
public func valueAndGrad<Model: TensorTree, Batch: TensorTree>(
  _ loss: @escaping @Sendable (Model, Batch) -> Tensor
) -> ValueAndGradient<Model, Batch> {
  ValueAndGradient { LossAndAuxiliary(loss($0, $1)) }
}

/// The same for a loss with auxiliary values.
public func valueAndGrad<Model: TensorTree, Batch: TensorTree>(
  _ loss: @escaping @Sendable (Model, Batch) -> LossAndAuxiliary
) -> ValueAndGradient<Model, Batch> {
  ValueAndGradient(loss)
}

/// A function of trees, compiled once per shape and per set of parts that are not tensors.
public final class CompiledFunction<Input: TensorTree>: Sendable {
  private let body: @Sendable (Input) -> [Tensor]
  private let cache = ProgramCache()

  /// A function that is compiled at its first call for each shape.
  public init(_ body: @escaping @Sendable (Input) -> [Tensor]) { self.body = body }

  /// The concrete results for an input.
  public func callAsFunction(_ input: Input) -> [Tensor] {
    let program = cache.program(for: input) { Program(trace(like: input, body)) }
    return program(input.tensors.map { $0.evaluated().concreteStorage }).map { Tensor(storage: $0) }
  }
}

extension Tensor {
  /// The concrete tensor that the expression evaluates to.
  public func evaluated() -> Tensor {
    if storage != nil { return self }
    return Tensor(storage: Program(trace([]) { _ in [self] })([])[0])
  }

  /// The values of the expression as doubles, row-major.
  public var values: [Double] { evaluated().concreteStorage.doubles }
}
