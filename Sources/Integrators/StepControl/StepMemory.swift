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
  /// A row whose error was not finite so many times in a row has failed: by then the step is
  /// smaller by 1e-21.
  @usableFromInline static let nonFiniteTryLimit = 30

  /// How much larger the next step is after one with this log₂ of the error was accepted.
  @inlinable
  @inline(__always)
  mutating func accept(logError: Double, _ rule: StepRule) -> Double {
    let power =
      rule.logSafety + rule.exponent * logError + rule.previousExponent * previousLogError
    let factor = max(rule.floorAfterAcceptance, quickExp2(power))
    let ceiling = wasRejected ? min(1, rule.largestFactor) : rule.largestFactor
    previousLogError = max(logError, StepMemory.smallestLogError)
    wasRejected = false
    nonFiniteTries = 0
    return min(ceiling, factor)
  }

  /// How much smaller the next try is; an error that is not a number shrinks it as far as is
  /// allowed.
  @inlinable
  mutating func reject(error: Double, logError: Double, _ rule: StepRule) -> Double {
    wasRejected = true
    guard error.isFinite else {
      nonFiniteTries += 1
      return rule.smallestFactor
    }
    nonFiniteTries = 0
    let factor = quickExp2(rule.logSafety + rule.rejectionExponent * logError)
    return max(rule.smallestFactor, factor)
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
