/// How a solve, or one row of it, ended.
public enum SolveStatus: Hashable, BitwiseCopyable, Sendable {
  case completed
  /// An event whose action is to end the solve occurred; `event` is its index.
  case terminated(time: Double, event: Int)
  /// All steps were used up before the end.
  case stepBudgetExhausted(time: Double)
  /// All steps were used up, and stability bounded the last of them, not accuracy: `h |λ|` near the
  /// method's stability boundary.
  ///
  /// An implicit method would take larger steps.
  case stiff(time: Double, stepTimesEigenvalue: Double)
  /// The step size fell below what the time can resolve.
  case stepUnderflow(time: Double)
  /// The state or the field ceased to be finite after this time, first in this component.
  case nonFinite(time: Double, component: Int)
  /// Steps shrank toward the end of the span as they do toward a singularity, which lies so near to
  /// the end that the state there is not determined at this tolerance.
  case singular(time: Double)
  /// Events follow each other faster and faster and accumulate at this time (Zeno behavior);
  /// `event` is the index of the last one.
  case eventsAccumulate(time: Double, event: Int)
  /// The algebraic equations have no solution near the state at this time, or do not determine it.
  case inconsistent(time: Double)

  /// The tolerance of a row is smaller than the rounding of its initial state; `smallest` is the least
  /// relative tolerance that the state's scalar type can keep.
  case toleranceBelowRounding(smallest: Double)

  /// Whether the solve ended as it was asked to: at the end of the span or by a terminal event.
  @inlinable
  public var isCompleted: Bool {
    switch self {
    case .completed, .terminated: true
    default: false
    }
  }

  /// Whether the solve reached the end of the span.
  @inlinable public var reachedEnd: Bool { self == .completed }
}
