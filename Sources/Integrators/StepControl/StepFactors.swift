/// An adaptive control made ready for a method: its exponents and bounds.
@frozen
@usableFromInline
struct StepFactors: Sendable {
  @usableFromInline let control: AdaptiveControl
  @usableFromInline let exponent: Double
  @usableFromInline let previousExponent: Double
  @usableFromInline let rejectionExponent: Double
  @usableFromInline let logSafety: Double

  @usableFromInline
  init(_ control: AdaptiveControl, errorOrder: Int) {
    self.control = control
    exponent = -(control.integral + control.proportional) / Double(errorOrder)
    previousExponent = control.proportional / Double(errorOrder)
    rejectionExponent = -1 / Double(errorOrder)
    logSafety = quickLog2(control.safety)
  }
}

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

  /// How much larger the next step is after one with this log₂ of the error was accepted.
  @inlinable
  @inline(__always)
  mutating func accept(logError: Double, _ factors: StepFactors) -> Double {
    let power =
      factors.logSafety + factors.exponent * logError
      + factors.previousExponent * previousLogError
    let largest = factors.control.largestFactor
    let factor = max(factors.control.floorAfterAcceptance, quickExp2(power))
    let ceiling = wasRejected ? min(1, largest) : largest
    previousLogError = max(logError, StepMemory.smallestLogError)
    wasRejected = false
    nonFiniteTries = 0
    return min(ceiling, factor)
  }

  /// How much smaller the next try is; an error that is not a number shrinks it as far as is
  /// allowed.
  @inlinable
  mutating func reject(error: Double, logError: Double, _ factors: StepFactors) -> Double {
    wasRejected = true
    guard error.isFinite else {
      nonFiniteTries += 1
      return factors.control.smallestFactor
    }
    nonFiniteTries = 0
    let factor = quickExp2(factors.logSafety + factors.rejectionExponent * logError)
    return max(factors.control.smallestFactor, factor)
  }

  /// Whether a step that shrank from try to try has reached nothing finite.
  @inlinable var isHopeless: Bool { nonFiniteTries >= AdaptiveControl.nonFiniteTryLimit }
}
