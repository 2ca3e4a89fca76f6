public import NumericCore
public import CKernels

extension Integration {
  /// Steps of the controller until one is accepted.
  @inlinable
  @inline(__always)
  mutating func takeAdaptiveStep() -> Bool {
    if let status = logic.endBeforeStep(rule) {
      ending = status
      return false
    }
    while true {
      let step = logic.proposal()
      let end = stepper.attempt(field, logic.time, state, size: step.size)
      let squared = square(stepper.error(size: step.size), second: end)
      if logic.isNearBudget(rule) { examineStiffness(step, end, squared) }
      let logError = 0.5 * nk_quick_log2(squared)
      let error = StepError(
        value: squared, logarithm: logError,
        factor: nk_step_factor(rule.powers, squared, logError, logic.memory.previousLogError),
        ownFactor: ownFactor(step, squared, logError),
        isUnresolved: logError <= rule.unresolvedLogError ? isStraight(step, end) : false)
      let verdict = logic.judge(step, error, rule)
      if recordsSteps { record(step, squared.squareRoot(), isAccepted: verdict == .accepted) }
      if verdict == .accepted {
        (stepSize, endTime, endState) = (step.size, step.end, end)
        return true
      }
      switch verdict {
      case .failed: ending = failure(end)
      case .singular: ending = .singular(time: logic.time)
      default: if logic.tries >= rule.stepBudget { ending = logic.endBeforeStep(rule) }
      }
      if ending != nil { return false }
    }
  }

  @inlinable
  @inline(never)
  mutating func record(_ step: StepProposal, _ error: Double?, isAccepted: Bool) {
    trials.append(
      StepTrial(time: logic.time, size: step.size, error: error, isAccepted: isAccepted))
  }

  /// The square of the norm of an error over its tolerance.
  @inlinable
  @inline(__always)
  func square(_ error: State, second: State) -> Double {
    rule.hasOwnNorm
      ? ownSquare(error, second)
      : error.squaredError(tolerance, first: state, second: second) * meanFactor
  }

  @inlinable
  @inline(never)
  func ownSquare(_ error: State, _ second: State) -> Double {
    norm.square(
      error.componentCount, tolerance, error: { error.component($0) },
      size: { Swift.max(state.component($0).magnitude, second.component($0).magnitude) })
  }

  /// Whether a step differs from one of Euler's by a small part of the tolerance.
  @inlinable
  @inline(never)
  mutating func isStraight(_ step: StepProposal, _ end: State) -> Bool {
    let slope = stepper.slope(field, logic.time, state)
    let difference = end.adding(-1, times: state).adding(-step.size, times: slope)
    return square(difference, second: end) <= rule.straightNorm * rule.straightNorm
  }

  /// The factor of the user's controller, or 0.
  @inlinable
  @inline(__always)
  func ownFactor(_ step: StepProposal, _ squared: Double, _ logError: Double) -> Double {
    if !rule.hasController { return 0 }
    return logic.memory.history(
      size: step.size, logError: logError, isAccepted: squared <= 1, rule
    ).factor(control)
  }

  /// The next of the equal steps to a stop.
  @inlinable
  mutating func takeFixedStep() -> Bool {
    if logic.time == logic.end {
      ending = .completed
      return false
    }
    if logic.isIntervalDone { beginInterval() }
    let step = logic.fixedProposal()
    let end = stepper.attempt(field, logic.time, state, size: step.size)
    let component = end.firstNonFiniteComponent
    if recordsSteps { record(step, nil, isAccepted: component == nil) }
    if let component {
      logic.counts.rejectedSteps += 1
      ending = .nonFinite(time: logic.time, component: component)
      return false
    }
    logic.acceptFixed(step)
    (stepSize, endTime, endState) = (step.size, step.end, end)
    return true
  }

  /// Equal steps to the next save time or the end of the piece.
  @inlinable
  mutating func beginInterval() {
    while save < saves.count && (saves[save] - logic.time) * logic.direction <= 0 { save += 1 }
    var stop = logic.pieceEnd
    if save < saves.count && (stop - saves[save]) * logic.direction > 0 { stop = saves[save] }
    logic.beginInterval(to: stop, control)
  }

  /// Compares the derivative at the end with that beside it in the direction of the error, which
  /// the stiffest components dominate when stability bounds the step.
  @inlinable
  @inline(never)
  mutating func examineStiffness(_ step: StepProposal, _ end: State, _ squared: Double) {
    let beside = field(step.end, end.adding(1, times: stepper.error(size: step.size)))
    let change = beside.adding(-1, times: field(step.end, end)).scaled(by: step.size)
    extraEvaluations += 2
    logic.stiffness.add(
      (square(change, second: end) / squared).squareRoot(), boundary: stabilityBoundary())
  }

  /// Why a step cannot become smaller.
  @inlinable
  @inline(never)
  func failure(_ end: State) -> SolveStatus {
    let error = stepper.error(size: 1)
    if let component = end.firstNonFiniteComponent ?? error.firstNonFiniteComponent {
      return .nonFinite(time: logic.time, component: component)
    }
    return .stepUnderflow(time: logic.time)
  }
}
