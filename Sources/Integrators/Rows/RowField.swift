import Platform

/// A vector field on rows of a buffer.
package protocol RowField<Scalar>: AnyObject {
  associatedtype Scalar: RowScalar

  /// Components of a row.
  var width: Int { get }

  /// `derivatives[r, :] = f(times[r], states[r, :])` for `r` in `0 ..< rows`, row-major.
  ///
  /// A row's result may depend on its own time, state and number only. `rowNumbers[r]` is the
  /// number that the row had when the solve began.
  func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>)

  /// Prepares the field for a smooth piece of a row, from `start` to `end` (before it, in a backward
  /// solve).
  ///
  /// A solve calls this before the first evaluation of each piece of the row: at its start, after
  /// every forced time and after every event that changes the state or the field. The default does
  /// nothing.
  func beginPiece(row: Int, from start: Double, to end: Double, at state: UnsafePointer<Scalar>)

  /// Numbers that the field keeps of an evaluation of all rows, for its adjoint.
  var keptCount: Int { get }

  /// The derivatives of all rows, and the values to save.
  func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>,
    derivatives: UnsafeMutablePointer<Scalar>, keeping kept: UnsafeMutablePointer<Scalar>)
}

extension RowField {
  package var keptCount: Int { 0 }

  package func beginPiece(
    row: Int, from start: Double, to end: Double, at state: UnsafePointer<Scalar>
  ) {}

  package func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>,
    derivatives: UnsafeMutablePointer<Scalar>, keeping kept: UnsafeMutablePointer<Scalar>
  ) {
    preconditionFailure("a field that saves nothing")
  }
}

/// The times at which a row solve saves states; the first is the start.
package enum SaveTimes {
  /// `[count]` for all rows.
  case shared(UnsafePointer<Double>, count: Int)
  /// `[rows, count]`, each row's own.
  case perRow(UnsafePointer<Double>, count: Int)

  package var count: Int {
    switch self {
    case .shared(_, let count), .perRow(_, let count): count
    }
  }

  @inline(__always)
  func times(ofRow row: Int) -> UnsafePointer<Double> {
    switch self {
    case .shared(let times, _): times
    case .perRow(let times, let count): times + row * count
    }
  }
}

/// How one row ended, and what it has cost.
package struct RowReport: Hashable, BitwiseCopyable, Sendable {
  package var status: SolveStatus
  package var statistics: StepStatistics

  package init(status: SolveStatus, statistics: StepStatistics) {
    self.status = status
    self.statistics = statistics
  }
}
