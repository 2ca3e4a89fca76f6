/// Every decision of the solve of one trajectory: the first step, where a step ends, whether it is
/// accepted, the size of the next one, and when to give up.
///
/// The solve of a single state and the solve of rows evaluate the field and ask this value. It
/// divides the span into pieces at the forced times and at events; inside a piece the solution is
/// smooth.
@frozen
@usableFromInline
struct StepLogic: BitwiseCopyable, Sendable {
  @usableFromInline var time: Double
  /// The end of the span.
  @usableFromInline let end: Double
  /// +1 or −1.
  @usableFromInline let direction: Double
  @usableFromInline let spanLength: Double
  /// Where the present piece ends.
  @usableFromInline var pieceEnd: Double
  /// Bounds of the times at which the field is evaluated in the present piece.
  @usableFromInline var low = -Double.infinity
  @usableFromInline var high = Double.infinity
  /// The signed size of the next step.
  @usableFromInline var size = 0.0
  @usableFromInline var memory = StepMemory()
  /// The last accepted step.
  @usableFromInline var lastSize = 0.0
  /// Since when steps have been shrinking, but for small variations, and the size of the step then.
  @usableFromInline var shrinkingFrom: Double
  @usableFromInline var shrinkingSize = 0.0
  @usableFromInline var stiffness = StiffnessCount()
  /// Accepted and rejected steps and their sizes; evaluations are counted elsewhere.
  @usableFromInline var counts = StepStatistics()
  /// Fixed steps: the interval that equal steps divide, and how many of them were taken.
  @usableFromInline var intervalStart = 0.0
  @usableFromInline var intervalEnd = 0.0
  @usableFromInline var intervalSteps = 0
  @usableFromInline var stepsTaken = 0

  @inlinable
  init(from start: Double, to end: Double) {
    time = start
    self.end = end
    pieceEnd = end
    spanLength = (end - start).magnitude
    shrinkingFrom = start
    direction = end < start ? -1 : 1
  }

  @inlinable var tries: Int { counts.acceptedSteps + counts.rejectedSteps }

  /// The time at which the field is evaluated: on the inner side of a jump.
  @inlinable
  @inline(__always)
  func inside(_ time: Double) -> Double { min(max(time, low), high) }

  /// Begins a smooth piece.
  ///
  /// The right-hand side may jump at an end of the piece that is a forced time: there the field is
  /// evaluated one rounding unit inside the piece.
  @inlinable
  mutating func beginPiece(
    at start: Double, to end: Double, jumpsAtStart: Bool, jumpsAtEnd: Bool
  ) {
    pieceEnd = end
    memory = StepMemory()
    let isForward = direction > 0
    let first = isForward ? start.nextUp : start.nextDown
    let last = isForward ? end.nextDown : end.nextUp
    low = -.infinity
    high = .infinity
    if jumpsAtStart { if isForward { low = first } else { high = first } }
    if jumpsAtEnd { if isForward { high = last } else { low = last } }
  }
}

/// A step to be tried.
@frozen
@usableFromInline
struct StepProposal: BitwiseCopyable, Sendable {
  /// Signed.
  @usableFromInline let size: Double
  /// The time at the end of the step.
  @usableFromInline let end: Double

  @inlinable
  init(size: Double, end: Double) {
    self.size = size
    self.end = end
  }
}

/// The estimated error of a step that was tried.
@frozen
@usableFromInline
struct StepError: BitwiseCopyable, Sendable {
  /// The norm of the error over its tolerance, or its square.
  @usableFromInline let value: Double
  /// log₂ of the norm.
  @usableFromInline let logarithm: Double
  /// The factor of the step size that follows from it, unbounded and without older steps.
  @usableFromInline let factor: Double
  /// The factor of a user's controller; 0 where there is none.
  @usableFromInline let ownFactor: Double
  /// Whether the error is no larger than rounding and the step a straight line: the derivative was
  /// constant, so that the step gives no hint of what follows.
  @usableFromInline let isUnresolved: Bool

  @inlinable
  init(
    value: Double, logarithm: Double, factor: Double, ownFactor: Double = 0,
    isUnresolved: Bool = false
  ) {
    self.value = value
    self.logarithm = logarithm
    self.factor = factor
    self.ownFactor = ownFactor
    self.isUnresolved = isUnresolved
  }
}

@frozen
@usableFromInline
enum StepVerdict: BitwiseCopyable, Sendable {
  case accepted
  case rejected
  /// A smaller step leads nowhere.
  case failed
  /// The end of the span is at a singularity.
  case singular
}

// MARK: - Adaptive steps

extension StepLogic {
  /// The largest size of a first step of the present piece.
  @inlinable
  func firstStepLimit(_ rule: StepRule) -> Double {
    min((pieceEnd - time).magnitude, rule.largestStep)
  }

  @inlinable
  mutating func setFirstStep(_ size: Double, _ rule: StepRule) {
    self.size = min(size, firstStepLimit(rule)) * direction
    shrinkingSize = 0
  }

  /// The size that the user gave for the first step of the solve.
  @inlinable
  func givenFirstStep(_ rule: StepRule) -> Double? {
    rule.firstStep > 0 && tries == 0 ? rule.firstStep : nil
  }

  /// The next step: one that would end just before the end of the piece ends there.
  @inlinable
  @inline(__always)
  func proposal() -> StepProposal {
    let rest = pieceEnd - time
    // A branch, so that the usual step does not wait for a selection: 3 % of a Lorenz solve.
    if _slowPath(size.magnitude * 1.01 >= rest.magnitude) {
      return StepProposal(size: rest, end: pieceEnd)
    }
    return StepProposal(size: size, end: time + size)
  }

  /// Why no further step may be tried, or nil.
  @inlinable
  @inline(__always)
  func endBeforeStep(_ rule: StepRule) -> SolveStatus? {
    if time == end { return .completed }
    return tries >= rule.stepBudget ? stiffness.status(at: time) : nil
  }

  /// Whether the budget is nearly used up, so that steps are examined for stiffness.
  @inlinable
  @inline(__always)
  func isNearBudget(_ rule: StepRule) -> Bool {
    tries >= rule.stepBudget - rule.stiffnessWindow
  }

  /// Decides on a step that was tried, and sets the size of the next.
  @inlinable
  @inline(__always)
  mutating func judge(
    _ step: StepProposal, _ error: StepError, _ rule: StepRule
  ) -> StepVerdict {
    if error.value <= 1 { return accept(step, error, rule) }
    if rule.acceptsSmallestStep && isSmallest(step, rule) && error.value.isFinite {
      let verdict = accept(step, StepError(value: 1, logarithm: 0, factor: 1, ownFactor: 1), rule)
      size = step.size
      return verdict
    }
    counts.rejectedSteps += 1
    let factor = memory.reject(error, rule)
    let own = error.ownFactor
    size = step.size * (own > 0 && error.value.isFinite ? min(own, 0.9) : factor)
    if time + size == time || memory.isHopeless { return .failed }
    return rule.smallestStep > 0 ? boundBelow(step, rule) : .rejected
  }

  @inlinable
  @inline(__always)
  mutating func accept(
    _ step: StepProposal, _ error: StepError, _ rule: StepRule
  ) -> StepVerdict {
    if step.end == end && isNearSingularity(rule) {
      counts.rejectedSteps += 1
      return .singular
    }
    var factor = memory.accept(size: step.size, error, rule)
    if rule.hasController { factor = error.ownFactor }
    var largest = rule.largestStep
    if error.isUnresolved { largest = min(largest, rule.unresolvedPart * spanLength) }
    if step.size.magnitude > min(shrinkingSize, 1.5 * lastSize) {
      shrinkingFrom = time
      shrinkingSize = step.size.magnitude
    }
    lastSize = step.size.magnitude
    size = step.size * factor
    if size.magnitude > largest { size = largest * direction }
    counts.accept(step.size)
    return .accepted
  }

  /// Whether the steps have shrunk toward the end of the span in a geometric series, whose sum ends
  /// so near to it that the state there is not determined: the solution has a singularity there.
  ///
  /// Steps from `h` to `h′` over a time `T` end at a distance of `h′ T / (h − h′)`.
  @inlinable
  func isNearSingularity(_ rule: StepRule) -> Bool {
    let last = size.magnitude
    guard last < 0.1 * shrinkingSize else { return false }
    let elapsed = (end - shrinkingFrom).magnitude
    return last * elapsed / (shrinkingSize - last) < rule.singularPart * spanLength
  }

  @inlinable
  func isSmallest(_ step: StepProposal, _ rule: StepRule) -> Bool {
    step.size.magnitude <= rule.smallestStep * (1 + 0x1p-40)
  }

  /// Keeps the next step above the smallest one, if a step of that size was not tried yet.
  @inlinable
  mutating func boundBelow(_ step: StepProposal, _ rule: StepRule) -> StepVerdict {
    if size.magnitude >= rule.smallestStep { return .rejected }
    if isSmallest(step, rule) { return .failed }
    size = rule.smallestStep * direction
    return .rejected
  }
}

// MARK: - Fixed steps

extension StepLogic {
  /// Divides the interval from the present time to a stop into equal steps.
  @inlinable
  mutating func beginInterval(to stop: Double, _ control: StepControl) {
    intervalStart = time
    intervalEnd = stop
    intervalSteps = control.fixedStepCount(over: stop - time) ?? 0
    stepsTaken = 0
    size = (stop - time) / Double(intervalSteps)
  }

  @inlinable var isIntervalDone: Bool { stepsTaken == intervalSteps }

  /// Ends an interval before its time.
  @inlinable
  mutating func endInterval() { stepsTaken = intervalSteps }

  @inlinable
  func fixedProposal() -> StepProposal {
    let isLast = stepsTaken + 1 == intervalSteps
    return StepProposal(
      size: size, end: isLast ? intervalEnd : intervalStart + Double(stepsTaken + 1) * size)
  }

  @inlinable
  mutating func acceptFixed(_ step: StepProposal) {
    stepsTaken += 1
    counts.accept(step.size)
  }
}
