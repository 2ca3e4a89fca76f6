// Events of a solve of a single state.

extension Integration {
  /// Evaluates the root functions at the start and applies the timed events there.
  @inlinable
  @inline(never)
  mutating func startEvents() {
    guard var watch = self.watch.take(), var scan = watch.scan.take() else { return }
    watch.evaluate(logic.inside(logic.time), state, into: &scan.samples[0])
    scan.setSides()
    let due = watch.timedEvents(at: logic.time)
    if !due.isEmpty { state = fire(due, at: logic.time, from: state, &watch, &scan) }
    watch.scan = scan
    self.watch = watch
  }

  /// Finds the events of the present step: records them, or ends the step at the first that acts.
  @inlinable
  @inline(never)
  mutating func observe() {
    guard var watch = self.watch.take(), var scan = watch.scan.take() else { return }
    stepper.completeStep(field, logic.time, size: stepSize, end: endState)
    if !watch.functions.isEmpty {
      scan.scan(time: logic.time, size: stepSize) { theta, values in
        watch.evaluate(logic.inside(time(at: theta)), inner(theta), into: &values)
      }
    }
    applyEvents(&watch, &scan)
    watch.scan = scan
    self.watch = watch
  }

  @inlinable
  func time(at theta: Double) -> Double {
    theta == 1 ? endTime : logic.time + theta * stepSize
  }

  @inlinable
  mutating func inner(_ theta: Double) -> State {
    theta == 1
      ? endState
      : stepper.interpolated(
        field, logic.time, state, size: stepSize, end: endState, theta: theta)
  }

  @inlinable
  mutating func applyEvents(_ watch: inout EventWatch<Field>, _ scan: inout EventScan) {
    let resolution = EventScan.resolution(time: logic.time, size: stepSize)
    var first = 0
    while first < scan.crossings.count {
      let group = scan.group(from: first, resolution)
      let (theta, events) = (
        scan.crossings[first].theta, group.map { watch.roots[scan.crossings[$0].index] }
      )
      let acts = events.contains { !watch.events[$0].isRecordOnly }
      let (eventTime, eventState) = (time(at: theta), inner(theta))
      if acts {
        cut(at: theta, events, group, &watch, &scan)
        return
      }
      for event in events {
        watch.records.append(
          EventRecord(
            event: event, time: eventTime, stateBefore: eventState, stateAfter: eventState))
      }
      first = group.upperBound
    }
    scan.advance()
    guard endTime == logic.pieceEnd else { return }
    nextState = fire(watch.timedEvents(at: endTime), at: endTime, from: endState, &watch, &scan)
    isCut = true
  }

  /// Ends the present step at an event.
  @inlinable
  mutating func cut(
    at theta: Double, _ events: [Int], _ group: Range<Int>, _ watch: inout EventWatch<Field>,
    _ scan: inout EventScan
  ) {
    (endTime, endState, fraction) = (time(at: theta), inner(theta), theta)
    for place in group { scan.hasFired[scan.crossings[place].index] = true }
    watch.evaluate(logic.inside(endTime), endState, into: &scan.samples[0])
    scan.setSides()
    let isForced = endTime == logic.pieceEnd
    let due = isForced ? (events + watch.timedEvents(at: endTime)).sorted() : events
    nextState = fire(due, at: endTime, from: endState, &watch, &scan)
    isCut = true
    if ending == nil && watch.pace.accumulates(endTime) {
      ending = .eventsAccumulate(time: endTime, event: due[0])
    }
  }

  /// Applies events that occur at one time and those that their jumps cause; enters the next piece.
  ///
  /// Returns the state after them.
  @inlinable
  mutating func fire(
    _ due: [Int], at time: Double, from before: State, _ watch: inout EventWatch<Field>,
    _ scan: inout EventScan
  ) -> State {
    let jumps = time == logic.pieceEnd || (!isAtStep && forced.includesStart)
    var (due, after) = (due, before)
    if time == logic.pieceEnd {
      piece += 1
      // Root functions that the jump of time alone carries over zero.
      if time != logic.end {
        due = (due + jump(to: after, at: time, jumps: jumps, watch, &scan)).sorted()
      }
    }
    while true {
      for event in due {
        after = apply(event, at: time, to: after, &watch)
        if ending != nil { return after }
      }
      if time == logic.end && isAtStep { return after }
      due = jump(to: after, at: time, jumps: jumps, watch, &scan)
      if due.isEmpty { break }
    }
    for index in scan.hasFired.indices { scan.hasFired[index] = false }
    return after
  }

  /// Enters the piece that begins at a state; the events that the jump to it causes.
  @inlinable
  mutating func jump(
    to state: State, at time: Double, jumps: Bool, _ watch: EventWatch<Field>,
    _ scan: inout EventScan
  ) -> [Int] {
    enterPiece(at: time, state, jumps: jumps)
    watch.evaluate(logic.inside(time), state, into: &scan.samples[0])
    let crossed = scan.jump()
    for index in crossed { scan.hasFired[index] = true }
    return crossed.map { watch.roots[$0] }
  }

  @inlinable
  mutating func apply(
    _ event: Int, at time: Double, to before: State, _ watch: inout EventWatch<Field>
  ) -> State {
    var after = before
    switch watch.events[event].action {
    case .record: break
    case .terminate: ending = .terminated(time: time, event: event)
    case .reset(let change): after = change(time, before)
    case .change(let change): after = change(&field.base, time, before)
    }
    watch.records.append(
      EventRecord(event: event, time: time, stateBefore: before, stateAfter: after))
    return after
  }
}
