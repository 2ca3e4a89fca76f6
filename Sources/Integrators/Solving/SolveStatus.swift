/// How a solve, or one row of it, ended.
public enum SolveStatus: Hashable, BitwiseCopyable, Sendable {
  case completed
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

  @inlinable
  public var isCompleted: Bool { self == .completed }
}
