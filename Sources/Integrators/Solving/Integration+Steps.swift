public import NumericCore

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
      let squared =
        stepper.error(size: step.size).squaredError(tolerance, first: state, second: end)
        / componentCount
      if logic.isNearBudget(rule) { examineStiffness(step, end, squared) }
      let verdict = logic.judge(
        step, error: squared, logError: 0.5 * quickLog2(squared), rule)
      if verdict == .accepted {
        (stepSize, endTime, endState) = (step.size, step.end, end)
        return true
      }
      ending =
        verdict == .failed
        ? failure(end) : logic.tries >= rule.stepBudget ? logic.endBeforeStep(rule) : nil
      if ending != nil { return false }
    }
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
    if let component = end.firstNonFiniteComponent {
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
    let changeSquared =
      change.squaredError(tolerance, first: state, second: end) / componentCount
    logic.stiffness.add((changeSquared / squared).squareRoot(), boundary: stabilityBoundary())
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
