import NumericCore

// Events of a solve of a single state; `nextState` is the present state of its events.

extension Integration: EventTarget {
  @inlinable var stepEnd: Double { endTime }
  @inlinable var isEnded: Bool { ending != nil }
  @inlinable var jumpsAtStart: Bool { forced.includesStart }

  /// Evaluates the root functions at the start and applies the timed events there.
  @inlinable
  @inline(never)
  mutating func startEvents() {
    guard var scan = watch?.scan.take() else { return }
    nextState = state
    scan.start(&self)
    state = nextState
    watch?.scan = scan
  }

  /// Finds the events of the present step: records them, or ends the step at the first that acts.
  @inlinable
  @inline(never)
  mutating func observe() {
    guard var scan = watch?.scan.take() else { return }
    stepper.completeStep(field, logic.time, size: stepSize, end: endState)
    scan.observe(&self)
    watch?.scan = scan
  }

  @inlinable
  mutating func place(_ theta: Double) {
    nextState =
      theta == 1
      ? endState
      : stepper.interpolated(
        field, logic.time, state, size: stepSize, end: endState, theta: theta)
  }

  @inlinable
  func evaluate(_ time: Double, into values: inout [Double]) {
    watch?.evaluate(time, nextState, into: &values)
  }

  @inlinable
  func acts(_ root: Int) -> Bool {
    watch.map { !$0.events[$0.roots[root]].isRecordOnly } ?? false
  }

  @inlinable
  func occurrences(_ roots: [Int], forcedTime: Double?) -> [Int] {
    guard let watch else { return [] }
    let timed = forcedTime.map(watch.timedEvents) ?? []
    return (roots.map { watch.roots[$0] } + timed).sorted()
  }

  @inlinable
  mutating func apply(_ event: Int, at time: Double) {
    guard let action = watch?.events[event].action else { return }
    let before = nextState
    switch action {
    case .record: break
    case .terminate: ending = .terminated(time: time, event: event)
    case .reset(let change): nextState = change(time, before)
    case .change(let change): nextState = change(&field.base, time, before)
    }
    watch?.records.append(
      EventRecord(event: event, time: time, stateBefore: before, stateAfter: nextState))
  }

  @inlinable
  mutating func cutStep(at theta: Double, _ time: Double) {
    (endTime, endState, fraction) = (time, nextState, theta)
  }

  @inlinable
  mutating func passForcedTime() { piece += 1 }

  @inlinable
  mutating func enterPiece(at time: Double, jumps: Bool) {
    enterPiece(at: time, nextState, jumps: jumps)
  }

  @inlinable
  mutating func resume(at theta: Double, _ time: Double, trigger: Int?) { isCut = true }

  @inlinable
  mutating func endAccumulation(_ root: Int, at time: Double) {
    ending = .eventsAccumulate(time: time, event: watch?.roots[root] ?? root)
  }
}
