/// An invalid request of a solve.
public enum SolveError: Error, Hashable {
  /// Each time must lie beyond the one before it, or at it, in the direction of the span.
  case timesOutOfOrder(index: Int, before: Double, time: Double)
  case timeOutsideSpan(time: Double, start: Double, end: Double)
  case initialStateNotFinite(component: Int)
  /// The tolerance of the initial state is smaller than rounding; `smallest` is the least relative
  /// tolerance that the state's scalar type allows.
  case toleranceBelowRounding(relative: Double, smallest: Double)
}
