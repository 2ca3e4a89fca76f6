/// What a solve, or one row of it, has cost.
public struct StepStatistics: Hashable, BitwiseCopyable, Sendable {
  /// Evaluations of the field.
  public var evaluations = 0
  /// Steps that the solve consists of.
  public var acceptedSteps = 0
  /// Steps that were tried and repeated with a smaller size.
  public var rejectedSteps = 0
  /// Of implicit methods: Jacobians of the field, and matrices that were factored.
  ///
  /// The evaluations of a Jacobian by differences are in `evaluations`.
  public var jacobians = 0
  public var factorizations = 0
  /// Sizes of accepted steps, without sign; 0 when there was none.
  public var firstStep = 0.0
  /// The size of the smallest accepted step.
  public var smallestStep = 0.0
  /// The size of the largest accepted step.
  public var largestStep = 0.0

  /// The statistics of a solve without steps.
  @inlinable
  public init() {}

  @inlinable
  mutating func accept(_ step: Double) {
    let size = step.magnitude
    if acceptedSteps == 0 {
      firstStep = size
      smallestStep = size
    }
    smallestStep = min(smallestStep, size)
    largestStep = max(largestStep, size)
    acceptedSteps += 1
  }
}
