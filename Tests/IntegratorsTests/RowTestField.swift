import Platform
import Integrators

/// A field on rows from a function of time, row, row number, derivative.
final class RowTestField<Scalar: RowScalar>: RowField {
  typealias Row = UnsafeBufferPointer<Scalar>
  let width: Int
  /// Evaluations of single rows.
  private(set) var rowEvaluations = 0
  private let body: (Double, Row, Int, UnsafeMutablePointer<Scalar>) -> Void

  init(
    width: Int, _ body: @escaping (Double, Row, Int, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    self.width = width
    self.body = body
  }

  func evaluate(
    times: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    rowEvaluations += rows
    for row in 0..<rows {
      body(
        times[row], Row(start: states + row * width, count: width), Int(rowNumbers[row]),
        derivatives + row * width)
    }
  }
}

/// The saved states `[time][row][component]` of a row solve, its reports and its record.
struct RowSolution<Scalar: RowScalar> {
  var states: [Scalar]
  var reports: [RowReport]
  var events: [RowEventRecord<Scalar>]
  let rows: Int
  let width: Int

  init(
    _ integrator: RowIntegrator<Scalar>, _ field: RowTestField<Scalar>, from initial: [Scalar],
    at times: [Double], perRow: Bool = false, record: StepRecord<Scalar>? = nil,
    interruptions: RowInterruptions<Scalar> = RowInterruptions()
  ) {
    rows = integrator.rows
    width = integrator.width
    precondition(initial.count == rows * width, "rows of the initial state")
    let count = perRow ? times.count / rows : times.count
    var states = [Scalar](repeating: -1, count: count * rows * width)
    reports = times.withUnsafeBufferPointer { times in
      guard let base = times.baseAddress else { return [] }
      return integrator.solve(
        field, initial: initial,
        times: perRow ? .perRow(base, count: count) : .shared(base, count: count),
        states: &states, record: record, interruptions: interruptions)
    }
    self.states = states
    events = integrator.eventRecords
  }

  func state(_ save: Int, _ row: Int) -> [Scalar] {
    Array(states[((save * rows + row) * width)..<((save * rows + row + 1) * width)])
  }
}
