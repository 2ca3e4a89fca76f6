/// A trajectory that events interrupt: a single state or a row.
///
/// `EventScan` decides which events occur, in which order, and where a step ends; the target holds
/// the state that they are applied to. It is placed inside a step by `place` and changed by `apply`.
@usableFromInline
protocol EventTarget {
  /// An event of this trajectory: one of a root function, or one of a forced time.
  associatedtype Occurrence

  var logic: StepLogic { get }
  /// The end of the accepted step, and its size.
  var stepEnd: Double { get }
  var stepSize: Double { get }
  /// Whether an event or a failure has ended the solve.
  var isEnded: Bool { get }
  /// Whether the start of the span is a forced time.
  var jumpsAtStart: Bool { get }

  /// Makes the state inside the accepted step the present one; that at the end for `theta == 1`.
  mutating func place(_ theta: Double)

  /// Writes the values of all root functions at the present state.
  mutating func evaluate(_ time: Double, into values: inout [Double])

  /// Whether the event of a root function does more than record.
  func acts(_ root: Int) -> Bool

  /// The events of these root functions and of the forced time, if this is one, in their order.
  func occurrences(_ roots: [Int], forcedTime: Double?) -> [Occurrence]

  /// Applies an event to the present state and records it.
  mutating func apply(_ event: Occurrence, at time: Double)

  /// Ends the accepted step at the present state.
  mutating func cutStep(at theta: Double, _ time: Double)

  mutating func passForcedTime()

  /// Begins a piece at the present state.
  mutating func enterPiece(at time: Double, jumps: Bool)

  /// Goes on from the present state.
  ///
  /// - Parameter trigger: the root function that ended the step there, if one did.
  mutating func resume(at theta: Double, _ time: Double, trigger: Int?)

  /// Ends the solve because the events of a root function accumulate.
  mutating func endAccumulation(_ root: Int, at time: Double)
}

extension EventTarget {
  @inlinable
  func time(at theta: Double) -> Double { theta == 1 ? stepEnd : logic.time + theta * stepSize }
}

extension EventScan {
  /// Evaluates the root functions at the present state, where the solve starts, and applies the events
  /// there.
  @inlinable
  mutating func start(_ target: inout some EventTarget) {
    target.evaluate(target.logic.inside(target.logic.time), into: &samples[0])
    setSides()
    fire(&target, [], at: target.logic.time, isStart: true)
  }

  /// Finds the events of the accepted step: records them, or ends the step at the first that acts.
  @inlinable
  mutating func observe(_ target: inout some EventTarget) {
    if !directions.isEmpty {
      scan(time: target.logic.time, size: target.stepSize) { theta, values in
        target.place(theta)
        target.evaluate(target.logic.inside(target.time(at: theta)), into: &values)
      }
    }
    let resolution = EventScan.resolution(time: target.logic.time, size: target.stepSize)
    var first = 0
    while first < crossings.count {
      let group = group(from: first, resolution)
      let theta = crossings[first].theta
      let roots = group.map { crossings[$0].index }
      target.place(theta)
      if let trigger = roots.first(where: target.acts) {
        cut(&target, at: theta, roots, trigger)
        return
      }
      for event in target.occurrences(roots, forcedTime: nil) {
        target.apply(event, at: target.time(at: theta))
      }
      first = group.upperBound
    }
    advance()
    guard target.stepEnd == target.logic.pieceEnd else { return }
    target.place(1)
    fire(&target, [], at: target.stepEnd, isStart: false)
    target.resume(at: 1, target.stepEnd, trigger: nil)
  }

  /// Ends the step at the present state, where events of root functions act.
  @inlinable
  mutating func cut(
    _ target: inout some EventTarget, at theta: Double, _ roots: [Int], _ trigger: Int
  ) {
    let time = target.time(at: theta)
    target.cutStep(at: theta, time)
    for root in roots { hasFired[root] = true }
    target.evaluate(target.logic.inside(time), into: &samples[0])
    setSides()
    fire(&target, roots, at: time, isStart: false)
    target.resume(at: theta, time, trigger: trigger)
    if !target.isEnded && pace.accumulates(time) { target.endAccumulation(roots[0], at: time) }
  }

  /// Applies events that occur at one time and those that their jumps cause; enters the next piece.
  @inlinable
  mutating func fire(
    _ target: inout some EventTarget, _ roots: [Int], at time: Double, isStart: Bool
  ) {
    let isForced = time == target.logic.pieceEnd
    let isEnd = time == target.logic.end && !isStart
    let jumps = isStart ? target.jumpsAtStart : isForced
    var roots = roots
    if isForced && !isStart {
      target.passForcedTime()
      // Root functions that the jump of time alone carries over zero.
      if !isEnd { roots += jump(&target, at: time, jumps: jumps) }
    }
    var due = target.occurrences(roots, forcedTime: isForced || isStart ? time : nil)
    if isStart && due.isEmpty { return }
    while true {
      for event in due {
        target.apply(event, at: time)
        if target.isEnded { return }
      }
      if isEnd { return }
      let crossed = jump(&target, at: time, jumps: jumps)
      if crossed.isEmpty { break }
      due = target.occurrences(crossed, forcedTime: nil)
    }
    for index in hasFired.indices { hasFired[index] = false }
  }

  /// Enters the piece that begins at the present state; the root functions that the jump to it
  /// carries over zero.
  @inlinable
  mutating func jump(_ target: inout some EventTarget, at time: Double, jumps: Bool) -> [Int] {
    target.enterPiece(at: time, jumps: jumps)
    target.evaluate(target.logic.inside(time), into: &samples[0])
    let crossed = jump()
    for index in crossed { hasFired[index] = true }
    return crossed
  }
}
