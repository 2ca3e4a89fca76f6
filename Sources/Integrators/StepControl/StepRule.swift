import NumericCore
public import CKernels

/// A step control made ready for a method: plain numbers that every decision of a solve reads.
@frozen
@usableFromInline
struct StepRule: BitwiseCopyable, Sendable {
  /// Whether steps follow the estimated error.
  @usableFromInline let isAdaptive: Bool
  /// The error estimate of a step of size `h` is O(h^errorOrder).
  @usableFromInline let errorOrder: Int
  /// The size of the first step; 0: chosen from the field.
  @usableFromInline let firstStep: Double
  @usableFromInline let smallestStep: Double
  @usableFromInline let acceptsSmallestStep: Bool
  @usableFromInline let largestStep: Double
  @usableFromInline let stepBudget: Int
  /// Steps before the end of the budget that are examined for stiffness.
  @usableFromInline let stiffnessWindow: Int
  /// The powers of the errors of a step and of the accepted one before it: log₂ of the safety factor,
  /// `−β₁/k` and `−β₂/k`, and `−1/k` after a rejection.
  @usableFromInline let powers: nk_step_powers
  /// `−β₃/k`, `−α₂` and `−α₃`.
  @usableFromInline let olderExponent: Double
  @usableFromInline let ratioExponent: Double
  @usableFromInline let previousRatioExponent: Double
  @usableFromInline let bounds: StepBounds
  /// log₂ of an error that is no larger than rounding.
  @usableFromInline let unresolvedLogError: Double
  /// A step whose distance from a straight line has a smaller norm is one.
  @usableFromInline let straightNorm: Double
  /// The largest step along a straight line, as a part of the span.
  @usableFromInline let unresolvedPart: Double
  /// The relative distance of a singularity from the end of the span at which the state there is
  /// not determined.
  @usableFromInline let singularPart: Double
  /// Whether the filter, a user's controller or a user's norm reads more than the usual.
  @usableFromInline let needsHistory: Bool
  @usableFromInline let hasController: Bool
  @usableFromInline let hasOwnNorm: Bool

  @usableFromInline
  init(_ control: StepControl, _ method: ODEMethod) {
    let adaptive = control.adaptive ?? AdaptiveControl(control.tolerance, stepBudget: .max)
    errorOrder = method.errorOrder ?? 1
    let order = Double(errorOrder)
    let filter = adaptive.filter
    isAdaptive = control.isAdaptive
    firstStep = adaptive.firstStep ?? 0
    smallestStep = adaptive.smallestStep?.size ?? 0
    acceptsSmallestStep = adaptive.smallestStep?.isAccepted ?? false
    largestStep = adaptive.largestStep
    stepBudget = adaptive.stepBudget
    stiffnessWindow = min(adaptive.stepBudget / 2, 100)
    powers = nk_step_powers(
      log_safety: nk_quick_log2(adaptive.bounds.safety), exponent: -filter.beta1 / order,
      previous_exponent: -filter.beta2 / order, rejection_exponent: -1 / order)
    olderExponent = -filter.beta3 / order
    ratioExponent = -filter.alpha2
    previousRatioExponent = -filter.alpha3
    bounds = adaptive.bounds
    let relative = adaptive.tolerance.relative
    let rounding = relative > 0 ? 8 * Double.ulpOfOne / relative : 0
    unresolvedLogError = nk_quick_log2(min(max(1e-10, rounding), 1e-3))
    straightNorm = min(max(1e-6, rounding), 1e-3)
    unresolvedPart = adaptive.resolvedPart * method.largestStepAcrossPulse
    singularPart = min(100 * relative, 1e-3)
    hasController = adaptive.controller != nil
    needsHistory = filter.needsHistory || hasController
    hasOwnNorm = adaptive.norm != .rootMeanSquare
  }
}
