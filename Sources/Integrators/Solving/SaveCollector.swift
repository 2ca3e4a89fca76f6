public import NumericCore

/// The consumer of a solve that saves states at given times.
@frozen
@usableFromInline
struct SaveCollector<State: VectorSpace> {
  @usableFromInline let times: [Double]
  @usableFromInline let direction: Double
  @usableFromInline var states: [State] = []
  /// The next time, or infinity in the direction of the solve.
  @usableFromInline var nextTime: Double

  @inlinable
  init(_ times: [Double], _ initial: State, _ span: TimeSpan) {
    self.times = times
    direction = span.isForward ? 1 : -1
    states.reserveCapacity(times.count)
    while states.count < times.count && times[states.count] == span.start {
      states.append(initial)
    }
    nextTime = 0
    findNext()
  }

  @inlinable
  mutating func findNext() {
    nextTime = states.count < times.count ? times[states.count] : direction * .infinity
  }

  @inlinable
  @inline(__always)
  func isReached(by step: AcceptedStep<State>) -> Bool { (step.end - nextTime) * direction >= 0 }

  @inlinable
  mutating func save<Field: VectorField<State>, Method: Stepper<State>>(
    _ step: AcceptedStep<State>, _ steps: inout Integration<Field, Method>
  ) {
    while isReached(by: step) {
      let theta = nextTime == step.end ? 1 : (nextTime - step.start) / step.size
      states.append(theta >= 1 ? steps.currentState : steps.state(atFraction: theta))
      findNext()
    }
  }
}
