import Platform

/// Where the solves of rows are interrupted.
package struct RowInterruptions<Scalar: RowScalar> {
  /// Times at which the field of a row may jump, in any order.
  package enum Times {
    case none
    case shared([Double])
    /// A list for each row.
    case perRow([[Double]])
  }

  package var forcedTimes: Times
  package var events: (any RowEvents<Scalar>)?
  /// Whether a row that a terminal event ends keeps its state at the later save times; otherwise it
  /// is NaN there.
  package var holdsTerminalStates: Bool

  package init(
    forcedTimes: Times = .none, events: (any RowEvents<Scalar>)? = nil,
    holdsTerminalStates: Bool = false
  ) {
    self.forcedTimes = forcedTimes
    self.events = events
    self.holdsTerminalStates = holdsTerminalStates
  }

  /// The forced times of each row; one value if they are the same for all rows.
  func forced(rows: Int, _ times: SaveTimes) -> [ForcedTimes] {
    func make(_ list: [Double], _ row: Int) -> ForcedTimes {
      let saves = times.times(ofRow: row)
      return ForcedTimes(list, from: saves[0], to: saves[times.count - 1])
    }
    switch (forcedTimes, times) {
    case (.none, _): return [.none]
    case (.shared(let list), .shared): return rows > 0 ? [make(list, 0)] : [.none]
    case (.shared(let list), .perRow): return (0..<rows).map { make(list, $0) }
    case (.perRow(let lists), _):
      precondition(lists.count == rows, "forced times of \(lists.count) rows for \(rows) rows")
      return (0..<rows).map { make(lists[$0], $0) }
    }
  }
}

/// What an event of a row does to the solve.
package enum RowEventOutcome: Hashable, Sendable {
  /// The state and the field stay as they are.
  case unchanged
  /// The state or the field has changed: a new piece begins.
  case changed
  /// The row ends here.
  case terminated
}

/// The events of rows: roots of functions of time and state, and what happens at forced times.
///
/// A row's results may depend on its own time, state and number only.
package protocol RowEvents<Scalar>: AnyObject {
  associatedtype Scalar: RowScalar

  /// The direction of each root function.
  var directions: [EventDirection] { get }

  /// Whether an event only records time and state, so that the steps do not change.
  func isRecordOnly(_ event: Int) -> Bool

  /// Writes the values of all root functions of a row.
  func evaluate(
    row: Int, time: Double, state: UnsafePointer<Scalar>, into values: inout [Double])

  /// Applies a root's event to the state of a row, and to the field's own values for it.
  func apply(
    _ event: Int, row: Int, time: Double, state: UnsafeMutablePointer<Scalar>
  ) -> RowEventOutcome

  /// Applies what happens at a forced time, or at the start of a row: doses, for example.
  ///
  /// At the start it is called whether or not that is a forced time.
  func applyForced(
    row: Int, time: Double, state: UnsafeMutablePointer<Scalar>
  ) -> RowEventOutcome
}

extension RowEvents {
  package func isRecordOnly(_ event: Int) -> Bool { false }

  package func applyForced(
    row: Int, time: Double, state: UnsafeMutablePointer<Scalar>
  ) -> RowEventOutcome { .unchanged }
}

/// An event that occurred in a row.
package struct RowEventRecord<Scalar: RowScalar>: Hashable, Sendable {
  package let row: Int
  /// The index of the root function; `nil` for what happens at a forced time.
  package let event: Int?
  package let time: Double
  package let stateBefore: [Scalar]
  package let stateAfter: [Scalar]
}
