/// A row whose events are examined; `watch.inner` is the present state.
struct RowEventTarget<Scalar: RowScalar>: EventTarget {
  let rows: RowIntegrator<Scalar>
  let field: any RowField<Scalar>
  let watch: RowWatch<Scalar>
  let row: Int
  /// Among the active rows; −1 at the start of the solve.
  let position: Int
  let stepEnd: Double
  let stepSize: Double
  /// The state at the end of the step, and after the events there; at the start of the solve the
  /// state there.
  let end: UnsafeMutablePointer<Scalar>
  /// How many events of all rows had occurred before those that end the step.
  private var firstRecord = 0

  /// A row at the end of an accepted step.
  init(
    _ rows: RowIntegrator<Scalar>, _ field: any RowField<Scalar>, _ watch: RowWatch<Scalar>,
    row: Int, position: Int, _ states: UnsafeMutablePointer<Scalar>
  ) {
    (self.rows, self.field, self.watch, self.row, self.position) =
      (rows, field, watch, row, position)
    stepEnd = position < 0 ? rows.progress[row].logic.time : rows.scratch.nextTimes[position]
    stepSize = position < 0 ? 0 : rows.scratch.steps[position]
    end = states + max(position, 0) * rows.width
    watch.inner.update(from: end, count: rows.width)
  }

  /// The progress at the start of the step.
  var logic: StepLogic {
    var logic = rows.progress[row].logic
    if position >= 0 { logic.time = rows.scratch.times[position] }
    return logic
  }

  var isEnded: Bool { rows.progress[row].isDone }
  var jumpsAtStart: Bool { rows.forcedTimes(ofRow: row).includesStart }

  mutating func place(_ theta: Double) {
    firstRecord = watch.records.count
    if theta == 1 {
      watch.inner.update(from: end, count: rows.width)
    } else {
      rows.interpolate(theta, position, into: watch.inner)
    }
  }

  func evaluate(_ time: Double, into values: inout [Double]) {
    watch.events.evaluate(row: row, time: time, state: watch.inner, into: &values)
  }

  func acts(_ root: Int) -> Bool { !watch.events.isRecordOnly(root) }

  /// Events of root functions, then `nil` for a forced time or the start.
  func occurrences(_ roots: [Int], forcedTime: Double?) -> [Int?] {
    let isForced =
      forcedTime != nil
      && (position < 0
        || rows.forcedTimes(ofRow: row).jumpsAtEnd(ofPiece: rows.progress[row].piece - 1))
    return roots.sorted() + (isForced ? [nil] : [])
  }

  func apply(_ event: Int?, at time: Double) {
    let (state, width) = (watch.inner, rows.width)
    watch.before.update(from: state, count: width)
    let outcome: RowEventOutcome
    if let event {
      outcome =
        acts(event) ? watch.events.apply(event, row: row, time: time, state: state) : .unchanged
    } else {
      outcome = watch.events.applyForced(row: row, time: time, state: state)
    }
    if event == nil && outcome == .unchanged { return }
    watch.records.append(
      RowEventRecord(
        row: row, event: event, time: time,
        stateBefore: Array(UnsafeBufferPointer(start: watch.before, count: width)),
        stateAfter: Array(UnsafeBufferPointer(start: state, count: width))))
    if outcome == .terminated { finish(.terminated(time: time, event: event ?? -1)) }
  }

  func cutStep(at theta: Double, _ time: Double) {
    rows.scratch.nextTimes[position] = time
    rows.progress[row].logic.time = time
  }

  func passForcedTime() { rows.progress[row].piece += 1 }

  func enterPiece(at time: Double, jumps: Bool) {
    rows.enterPiece(field, row: row, at: time, watch.inner, jumps: jumps)
  }

  func resume(at theta: Double, _ time: Double, trigger: Int?) {
    end.update(from: watch.inner, count: rows.width)
    rows.progress[row].beginsPiece = true
    let events = firstRecord..<watch.records.count
    guard let record = rows.record, trigger != nil || !events.isEmpty else { return }
    record.appendCut(
      .init(position: position, theta: theta, time: time, trigger: trigger, events: events))
  }

  func endAccumulation(_ root: Int, at time: Double) {
    finish(.eventsAccumulate(time: time, event: root))
  }

  /// Ends a row once its states are saved.
  private func finish(_ status: SolveStatus) {
    rows.reports[row].status = status
    rows.progress[row].isDone = true
  }
}
