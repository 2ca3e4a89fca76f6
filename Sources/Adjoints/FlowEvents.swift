import Integrators

/// The events of a plan, for the integrator and the adjoint.
final class FlowEvents<Scalar: RowScalar>: RowEvents {
  let directions: [EventDirection]
  let roots: [RowFunction<Scalar>]
  /// `nil` if the event ends the row.
  let resets: [RowFunction<Scalar>?]
  private let state: UnsafeMutablePointer<Scalar>
  private let width: Int

  init(_ plan: SolvePlan) {
    let events = plan.interruptions.events
    directions = events.map(\.direction)
    roots = events.map { RowFunction($0.root, isPerRow: plan.isPerRow) }
    resets = events.map { event in
      event.reset.map { RowFunction($0, isPerRow: plan.isPerRow) }
    }
    width = plan.width
    state = .allocate(capacity: max(width, 1))
  }

  deinit { state.deallocate() }

  /// Sets new parameter values.
  func bind(_ parameters: [UnsafeRawPointer]) {
    for function in roots { function.bind(parameters) }
    for function in resets { function?.bind(parameters) }
  }

  func evaluate(
    row: Int, time: Double, state: UnsafePointer<Scalar>, into values: inout [Double]
  ) {
    for (index, root) in roots.enumerated() {
      root.evaluate(row: row, time: time, state: state, into: self.state)
      values[index] = Double(self.state.pointee)
    }
  }

  func apply(
    _ event: Int, row: Int, time: Double, state: UnsafeMutablePointer<Scalar>
  ) -> RowEventOutcome {
    guard let reset = resets[event] else { return .terminated }
    reset.evaluate(row: row, time: time, state: state, into: self.state)
    state.update(from: self.state, count: width)
    return .changed
  }
}
