package import Integrators

/// The residuals and statistics that one solve saves in its workspace for its adjoint and for cost
/// reports.
package final class SolveRecord {
  /// Statistics and status of each row of the forward solve (one row if the batch shares its
  /// steps).
  package var reports: [RowReport] = []
  /// Evaluations of the field in the backward pass, with or without a vector–Jacobian product.
  package var backwardEvaluations = 0
  package var backwardReports: [RowReport] = []
  /// Vector–Jacobian products of the backward pass.
  package var backwardProducts = 0
  /// Memory in bytes: recorded steps, and the buffers of solve and adjoint.
  package var byteCount = 0
  /// Whether the same program contains a discrete adjoint: without one, no step is recorded.
  var isAwaited = false
  /// Identity of the forward result that the record belongs to.
  var states: UnsafeRawPointer?
  var steps: AnyObject?
  var evaluator: AnyObject?
  var events: AnyObject?
}

/// The identity that a solve shares with its adjoint.
package final class SolveKey: Sendable {
  package init() {}
}
