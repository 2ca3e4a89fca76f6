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
  @usableFromInline let largestStep: Double
  @usableFromInline let stepBudget: Int
  /// Steps before the end of the budget that are examined for stiffness.
  @usableFromInline let stiffnessWindow: Int
  @usableFromInline let exponent: Double
  @usableFromInline let previousExponent: Double
  @usableFromInline let rejectionExponent: Double
  @usableFromInline let logSafety: Double
  @usableFromInline let floorAfterAcceptance: Double
  /// Bounds of the factor from one step to the next.
  @usableFromInline let smallestFactor: Double
  @usableFromInline let largestFactor: Double

  @usableFromInline
  init(_ control: StepControl, errorOrder: Int) {
    self.errorOrder = errorOrder
    guard case .adaptive(let adaptive) = control else {
      isAdaptive = false
      (firstStep, largestStep, stepBudget, stiffnessWindow) = (0, .infinity, .max, 0)
      (exponent, previousExponent, rejectionExponent, logSafety) = (0, 0, 0, 0)
      (floorAfterAcceptance, smallestFactor, largestFactor) = (1, 1, 1)
      return
    }
    isAdaptive = true
    firstStep = adaptive.firstStep ?? 0
    largestStep = adaptive.largestStep
    stepBudget = adaptive.stepBudget
    stiffnessWindow = min(adaptive.stepBudget / 2, 100)
    exponent = -(adaptive.integral + adaptive.proportional) / Double(errorOrder)
    previousExponent = adaptive.proportional / Double(errorOrder)
    rejectionExponent = -1 / Double(errorOrder)
    logSafety = quickLog2(adaptive.safety)
    floorAfterAcceptance = adaptive.floorAfterAcceptance
    smallestFactor = adaptive.smallestFactor
    largestFactor = adaptive.largestFactor
  }
}
