public import NumericCore

/// A controller of the step size by the estimated error.
///
/// With `r` the root mean square of the error over its tolerance and `q` the order of the estimate,
/// a step with `r ≤ 1` is accepted and the next is `safety · r^(−(integral + proportional) / q) ·
/// r_before^(proportional / q)` times as large, within bounds; a rejected one is tried again with
/// `safety · r^(−1/q)`.
///
/// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4; Hairer,
/// Wanner, II, IV.2.
public struct AdaptiveControl: Hashable, Sendable {
  public static let defaultStepBudget = 100_000

  public var tolerance: Tolerance
  public var integral: Double
  public var proportional: Double
  /// A step shrinks by no more than this factor after it was accepted.
  public var floorAfterAcceptance: Double
  public var safety = 0.9
  /// Bounds of the factor from one step to the next.
  public var smallestFactor = 0.2
  public var largestFactor = 10.0
  /// The size of the first step; nil: chosen from the field, for one evaluation more.
  public var firstStep: Double?
  public var largestStep: Double
  /// A solve that has tried so many steps ends.
  public var stepBudget: Int

  public init(
    _ tolerance: Tolerance, integral: Double, proportional: Double, floorAfterAcceptance: Double,
    firstStep: Double? = nil, largestStep: Double = .infinity,
    stepBudget: Int = AdaptiveControl.defaultStepBudget
  ) {
    precondition(firstStep ?? 1 > 0 && largestStep > 0, "step sizes are positive")
    precondition(stepBudget > 0, "a step budget is positive, not \(stepBudget)")
    self.tolerance = tolerance
    self.integral = integral
    self.proportional = proportional
    self.floorAfterAcceptance = floorAfterAcceptance
    self.firstStep = firstStep
    self.largestStep = largestStep
    self.stepBudget = stepBudget
  }
}
