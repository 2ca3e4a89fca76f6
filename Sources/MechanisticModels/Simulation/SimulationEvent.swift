/// A jump of the state in a solve.
public struct SimulationEvent: Hashable, Sendable {
  /// What occurred.
  public enum Kind: Hashable, Sendable {
    /// An `event` statement, by its line in the equations.
    case event(line: Int)
    /// An amount was added at once.
    case dose
    /// An infusion began.
    case infusion
    /// All states returned to their initial values.
    case reset
    /// The state became that of a steady state.
    case steadyState
  }

  /// The time of the jump.
  public var time: Double
  public var kind: Kind
  /// The state before it.
  public var stateBefore: [Double]
  /// The state after it.
  public var stateAfter: [Double]
}

extension SimulationEvent.Kind: CustomStringConvertible {
  /// A few words for a table.
  public var description: String {
    switch self {
    case .event(let line): "event of line \(line)"
    case .dose: "dose"
    case .infusion: "infusion"
    case .reset: "reset"
    case .steadyState: "steady state"
    }
  }
}
