public import CKernels

/// What a controller remembers from step to step.
@frozen
@usableFromInline
struct StepMemory: BitwiseCopyable, Sendable {
  /// log₂ of the error of the last accepted step.
  @usableFromInline var previousLogError = StepMemory.smallestLogError
  @usableFromInline var wasRejected = false
  /// Tries in a row whose error was not finite.
  @usableFromInline var nonFiniteTries = 0

  @inlinable
  init() {}

  /// log₂ 1e-4: an error before that was smaller counts as this (Hairer's `facold`).
  @usableFromInline static let smallestLogError = -13.287712379549449
  /// A row whose error is not finite in this many consecutive tries has failed: by then the step is
  /// smaller by 1e-21.
  @usableFromInline static let nonFiniteTryLimit = 30

  /// Of the accepted steps before the last one, where a controller reads so much: log₂ of the error,
  /// the size of the last step, and log₂ of its ratio to the one before.
  @usableFromInline var olderLogError = 0.0
  @usableFromInline var lastSize = 0.0
  @usableFromInline var lastLogRatio = 0.0

  /// The history that a controller reads after a step of this size was tried.
  @usableFromInline
  func history(size: Double, logError: Double, isAccepted: Bool, _ rule: StepRule) -> StepHistory {
    let hasSteps = lastSize > 0
    return StepHistory(
      error: nk_quick_exp2(logError), previousError: hasSteps ? nk_quick_exp2(previousLogError) : 1,
      olderError: hasSteps ? nk_quick_exp2(olderLogError) : 1,
      ratio: hasSteps ? size.magnitude / lastSize : 1, previousRatio: nk_quick_exp2(lastLogRatio),
      isAccepted: isAccepted, errorOrder: rule.errorOrder)
  }

  /// log₂ of what a filter adds for the steps before the last one; keeps the accepted step.
  @inlinable
  @inline(never)
  mutating func addHistory(size: Double, logError: Double, _ rule: StepRule) -> Double {
    let hasSteps = lastSize > 0
    let logRatio = hasSteps ? nk_quick_log2(size.magnitude / lastSize) : 0
    let previous = hasSteps ? previousLogError : logError
    let older = hasSteps ? olderLogError : logError
    let power =
      rule.powers.previous_exponent * (previous - previousLogError) + rule.olderExponent * older
      + rule.ratioExponent * logRatio + rule.previousRatioExponent * lastLogRatio
    (olderLogError, lastSize, lastLogRatio) = (previous, size.magnitude, logRatio)
    return power
  }

  /// How much larger the next step is after an accepted one.
  @inlinable
  @inline(__always)
  mutating func accept(size: Double, _ error: StepError, _ rule: StepRule) -> Double {
    var factor = error.factor
    if rule.needsHistory {
      factor *= nk_quick_exp2(addHistory(size: size, logError: error.logarithm, rule))
    }
    let ceiling = wasRejected ? min(1, rule.bounds.largest) : rule.bounds.largest
    previousLogError = max(error.logarithm, StepMemory.smallestLogError)
    wasRejected = false
    nonFiniteTries = 0
    // One instruction each, which `min` and `max` are not.
    let smallest = rule.bounds.smallestAfterAcceptance
    let bounded = smallest > factor ? smallest : factor
    return ceiling < bounded ? ceiling : bounded
  }

  /// How much smaller the next try is; an error that is not a number shrinks it as far as is
  /// allowed.
  @inlinable
  mutating func reject(_ error: StepError, _ rule: StepRule) -> Double {
    wasRejected = true
    guard error.value.isFinite else {
      nonFiniteTries += 1
      return rule.bounds.smallest
    }
    nonFiniteTries = 0
    return max(rule.bounds.smallest, error.factor)
  }

  /// Whether a step that shrank from try to try has reached nothing finite.
  @inlinable var isHopeless: Bool { nonFiniteTries >= StepMemory.nonFiniteTryLimit }
}

/// Steps near the end of a budget that were examined, and those that stability bounded.
@frozen
@usableFromInline
struct StiffnessCount: BitwiseCopyable, Sendable {
  @usableFromInline var checked = 0
  @usableFromInline var bounded = 0
  @usableFromInline var stepTimesEigenvalue = 0.0

  @inlinable
  init() {}

  @inlinable
  mutating func add(_ estimate: Double, boundary: Double) {
    guard estimate.isFinite else { return }
    checked += 1
    stepTimesEigenvalue = estimate
    if estimate > 0.5 * boundary { bounded += 1 }
  }

  /// How a solve that has used up its budget ends.
  @inlinable
  func status(at time: Double) -> SolveStatus {
    checked > 0 && 2 * bounded >= checked
      ? .stiff(time: time, stepTimesEigenvalue: stepTimesEigenvalue)
      : .stepBudgetExhausted(time: time)
  }
}
