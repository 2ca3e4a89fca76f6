/// A step that a solve tried.
///
/// ```swift
/// var solver = ODESolver(method: .tsitouras5)
/// solver.recordsSteps = true
/// let solution = try solver.solve(Lorenz(), from: SIMD3(1, 1, 1), over: span)
/// let sizes = solution.steps.filter(\.isAccepted).map { ($0.time, $0.size) }
/// ```
public struct StepTrial: Hashable, BitwiseCopyable, Sendable {
  /// The start of the step.
  public var time: Double
  /// The signed size of the step; an event may have ended it earlier.
  public var size: Double
  /// The norm of the estimated error over its tolerance, so that at most 1 is accepted; nil under
  /// fixed steps.
  public var error: Double?
  /// Whether the error was within the tolerance.
  public var isAccepted: Bool

  /// A step that was tried.
  @inlinable
  public init(time: Double, size: Double, error: Double?, isAccepted: Bool) {
    self.time = time
    self.size = size
    self.error = error
    self.isAccepted = isAccepted
  }
}
