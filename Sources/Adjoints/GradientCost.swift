import Integrators
import Programs
public import Transforms
public import Transforms
package import Tensors

/// The evaluations and memory of the solves of one gradient.
package struct GradientCost: Sendable, Hashable {
  /// Evaluations of the field in the forward pass, of each solve's first row.
  package var forwardEvaluations = 0
  /// Evaluations of the field in the backward pass, with or without a vector–Jacobian product.
  ///
  /// A product that reads saved values evaluates nothing.
  package var backwardEvaluations = 0
  /// Vector–Jacobian products in the backward pass.
  package var backwardProducts = 0
  /// Memory of the solves in bytes: recorded steps, and the buffers of solve and adjoint.
  package var bytes = 0

  /// Computes a gradient once and sums the records of its solves.
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

/// Evaluations of the fields by the solves of one gradient: they increase as a field becomes harder
/// to solve.
public struct SolveEvaluations: Hashable, Sendable {
  /// Evaluations in the forward pass, averaged over the rows; summed over several solves.
  public var forward: Double
  /// Vector–Jacobian products in the backward pass, each of which costs about two evaluations.
  public var backward: Double
  /// Rows whose solves failed: their states are not-a-number from there on, and so is a loss that reads them.
  public var failedRows: Int

  /// Figures of the solves of one gradient.
  public init(forward: Double, backward: Double, failedRows: Int = 0) {
    self.forward = forward
    self.backward = backward
    self.failedRows = failedRows
  }

  /// The records of a run's solves; `nil` without solves, as in a loss without a solver or with
  /// unrolled steps.
  init?(_ context: EvaluationContext) {
    let records = context.all(SolveRecord.self)
    if records.isEmpty { return nil }
    // Sorted, so that the sum of a run is reproducible.
    forward = records.map { record in
      let total = record.reports.reduce(0) { $0 + $1.statistics.evaluations }
      return Double(total) / Double(max(record.reports.count, 1))
    }.sorted().reduce(0, +)
    backward = Double(records.reduce(0) { $0 + $1.backwardProducts })
    failedRows = records.reduce(0) { $0 + $1.reports.count { !$0.status.isCompleted } }
  }
}

extension ValueAndGradient {
  /// Loss and gradient, with the cost of their solves.
  public func counted(
    _ model: Model, _ batch: Batch
  ) -> (result: Result, evaluations: SolveEvaluations?) {
    var evaluations: SolveEvaluations?
    let result = self(model, batch) { evaluations = SolveEvaluations($0) }
    return (result, evaluations)
  }
}
