import Integrators
package import Programs
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
