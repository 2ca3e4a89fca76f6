public import NumericCore

extension Integration {
  /// Steps of the controller until one is accepted.
  @inlinable
  @inline(__always)
  mutating func takeAdaptiveStep(_ factors: StepFactors) -> Bool {
    let last = stops[stops.count - 1]
    if ending != nil || time == last {
      ending = ending ?? .completed
      return false
    }
    while true {
      let tries = counts.acceptedSteps + counts.rejectedSteps
      if tries >= factors.control.stepBudget {
        ending = stiffness.status(at: time)
        return false
      }
      // A step that would end just before the last time ends there.
      let rest = last - time
      let isLast = size.magnitude * 1.01 >= rest.magnitude
      let h = isLast ? rest : size
      let next = isLast ? last : time + size
      let end = stepper.attempt(field, time, state, size: h)
      let squared =
        stepper.error(size: h).squaredError(factors.control.tolerance, first: state, second: end)
        / componentCount
      if tries >= factors.control.stepBudget - factors.control.stiffnessWindow {
        lookAtStiffness(next, end, h, squared, factors)
      }
      let logError = 0.5 * quickLog2(squared)
      if squared <= 1 {
        let factor = memory.accept(logError: logError, factors)
        size = Swift.min(h.magnitude * factor, factors.control.largestStep) * direction
        counts.accept(h)
        (stepSize, endTime, endState) = (h, next, end)
        return true
      }
      counts.rejectedSteps += 1
      size = h * memory.reject(error: squared, logError: logError, factors)
      if time + size == time || memory.isHopeless {
        fail(end)
        return false
      }
    }
  }

  /// The next of the equal steps to a stop.
  @inlinable
  mutating func takeFixedStep() -> Bool {
    while stepsTaken == intervalSteps {
      if hasBegun { stop += 1 }
      hasBegun = true
      if stop == stops.count {
        ending = .completed
        return false
      }
      intervalStart = time
      intervalSteps = control.fixedStepCount(over: stops[stop] - time) ?? 0
      stepsTaken = 0
      size = (stops[stop] - time) / Double(intervalSteps)
    }
    let isLast = stepsTaken + 1 == intervalSteps
    let next = isLast ? stops[stop] : intervalStart + Double(stepsTaken + 1) * size
    let end = stepper.attempt(field, time, state, size: size)
    if let component = end.firstNonFiniteComponent {
      counts.rejectedSteps += 1
      ending = .nonFinite(time: time, component: component)
      return false
    }
    stepsTaken += 1
    counts.accept(size)
    (stepSize, endTime, endState) = (size, next, end)
    return true
  }

  /// Chooses the first step.
  ///
  /// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4.
  @usableFromInline
  mutating func begin(_ factors: StepFactors) {
    hasBegun = true
    let first = stepper.slope(field, time, state)
    if let component = state.firstNonFiniteComponent ?? first.firstNonFiniteComponent {
      ending = .nonFinite(time: time, component: component)
      return
    }
    let limit = Swift.min(
      (stops[stops.count - 1] - time).magnitude, factors.control.largestStep)
    guard limit > 0 else { return }
    if let given = factors.control.firstStep {
      size = Swift.min(given, limit) * direction
      return
    }
    let tolerance = factors.control.tolerance
    func norm(_ vector: State) -> Double {
      (vector.squaredError(tolerance, first: state, second: state) / componentCount).squareRoot()
    }
    let d1 = norm(first)
    let guess = InitialStep.guess(norm(state), d1, within: limit)
    let other = field(time + guess * direction, state.adding(guess * direction, times: first))
    extraEvaluations += 1
    let d2 = norm(other.adding(-1, times: first)) / guess
    let chosen = InitialStep.size(guess: guess, d1: d1, d2: d2, errorOrder: errorOrder)
    size = Swift.min(chosen, limit) * direction
  }

  /// Compares the derivative at the end with that beside it in the direction of the error, which
  /// the stiffest components dominate when stability bounds the step.
  @usableFromInline
  mutating func lookAtStiffness(
    _ next: Double, _ end: State, _ size: Double, _ squared: Double, _ factors: StepFactors
  ) {
    let beside = field(next, end.adding(1, times: stepper.error(size: size)))
    let change = beside.adding(-1, times: field(next, end)).scaled(by: size)
    extraEvaluations += 2
    let changeSquared =
      change.squaredError(factors.control.tolerance, first: state, second: end) / componentCount
    stiffness.add((changeSquared / squared).squareRoot(), boundary: stabilityBoundary())
  }

  /// Says why a step cannot become smaller.
  @usableFromInline
  mutating func fail(_ end: State) {
    let error = stepper.error(size: 1)
    if let component = end.firstNonFiniteComponent ?? error.firstNonFiniteComponent {
      ending = .nonFinite(time: time, component: component)
    } else {
      ending = .stepUnderflow(time: time)
    }
  }
}
