import Integrators
public import Programs
package import Tensors

/// What the solves of one gradient cost.
package struct GradientCost: Sendable, Hashable {
  /// Evaluations of the field on the way forward, of each solve's first row.
  package var forwardEvaluations = 0
  /// Evaluations of the field on the way back, with or without a product with a vector.
  ///
  /// A product that reads what the forward pass has kept evaluates nothing.
  package var backwardEvaluations = 0
  /// Products of a vector with the field's Jacobian on the way back.
  package var backwardProducts = 0
  /// Bytes that the solves hold: recorded steps, and the buffers of solve and adjoint.
  package var bytes = 0

  /// Computes a gradient once and adds up what its solves say.
  package static func measured<Model: TensorTree, Batch: TensorTree>(
    _ gradient: ValueAndGradient<Model, Batch>, _ model: Model, _ batch: Batch
  ) -> GradientCost {
    let workspace = Workspace(gradient.program(model, batch))
    _ = workspace((model.tensors + batch.tensors).compactMap { $0.evaluated().storage })
    return workspace.context.all(SolveRecord.self).reduce(into: GradientCost()) { cost, record in
      cost.forwardEvaluations += record.reports.first?.statistics.evaluations ?? 0
      cost.backwardEvaluations += record.backwardEvaluations
      cost.backwardProducts += record.backwardProducts
      cost.bytes += record.byteCount
    }
  }
}

/// How often the solves of one gradient evaluate their fields: what grows while a field gets harder to solve.
public struct SolveEvaluations: Hashable, Sendable {
  /// Evaluations on the way forward, a mean over the rows; of several solves the sum.
  public var forward: Double
  /// Products of a vector with the field's Jacobian on the way back, each of which costs about two evaluations.
  public var backward: Double

  public init(forward: Double, backward: Double) {
    self.forward = forward
    self.backward = backward
  }

  /// What the solves of a run noted; nil: there were none, as in a loss without a solver or with unrolled steps.
  init?(_ context: EvaluationContext) {
    let records = context.all(SolveRecord.self)
    if records.isEmpty { return nil }
    // Sorted, for the sum of a run to be the same every time.
    forward = records.map { record in
      let total = record.reports.reduce(0) { $0 + $1.statistics.evaluations }
      return Double(total) / Double(max(record.reports.count, 1))
    }.sorted().reduce(0, +)
    backward = Double(records.reduce(0) { $0 + $1.backwardProducts })
  }
}

extension ValueAndGradient {
  /// Loss and gradient, and what their solves cost.
  public func counted(
    _ model: Model, _ batch: Batch
  ) -> (result: Result, evaluations: SolveEvaluations?) {
    var evaluations: SolveEvaluations?
    let result = self(model, batch) { evaluations = SolveEvaluations($0) }
    return (result, evaluations)
  }
}
