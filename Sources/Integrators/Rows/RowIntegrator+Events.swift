// Events of rows.

extension RowIntegrator {
  /// Evaluates the root functions where the rows start and applies the events there.
  func startEvents(_ field: any RowField<Scalar>, _ watch: RowWatch<Scalar>) {
    for row in 0..<rows where progress[row].logic.time != progress[row].logic.end {
      let (state, time) = (output + row * width, progress[row].logic.time)
      enterPiece(field, row: row, at: time, state)
      watch.events.evaluate(
        row: row, time: progress[row].logic.inside(time), state: state,
        into: &watch.scans[row].samples[0])
      watch.scans[row].setSides()
      fire(field, watch, [], forced: true, row: row, at: time, state)
    }
  }

  /// Finds the events of the accepted steps: records them, or ends a row's step at the first that
  /// acts.
  func observe(
    _ field: any RowField<Scalar>, _ end: UnsafeMutablePointer<Scalar>, _ watch: RowWatch<Scalar>
  ) {
    forEachActive { row, position in
      guard scratch.isAccepted[position] else { return }
      let step = RowStep(
        row: row, position: position, start: scratch.times[position],
        size: scratch.steps[position], end: end + position * width)
      let nextTime = scratch.nextTimes[position]
      if !watch.scans[row].directions.isEmpty {
        watch.scans[row].scan(time: step.start, size: step.size) { theta, values in
          let time = theta == 1 ? nextTime : step.start + theta * step.size
          setInner(step, theta, watch)
          watch.events.evaluate(
            row: row, time: progress[row].logic.inside(time), state: watch.inner, into: &values)
        }
      }
      applyEvents(field, watch, step, nextTime)
    }
  }

  private func setInner(_ step: RowStep<Scalar>, _ theta: Double, _ watch: RowWatch<Scalar>) {
    if theta == 1 {
      watch.inner.update(from: step.end, count: width)
    } else {
      interpolate(theta, step.position, into: watch.inner)
    }
  }

  private func applyEvents(
    _ field: any RowField<Scalar>, _ watch: RowWatch<Scalar>, _ step: RowStep<Scalar>,
    _ nextTime: Double
  ) {
    let resolution = EventScan.resolution(time: step.start, size: step.size)
    var first = 0
    while first < watch.scans[step.row].crossings.count {
      let group = watch.scans[step.row].group(from: first, resolution)
      let theta = watch.scans[step.row].crossings[first].theta
      let due = group.map { watch.scans[step.row].crossings[$0].index }
      let time = theta == 1 ? nextTime : step.start + theta * step.size
      setInner(step, theta, watch)
      if due.contains(where: { !watch.events.isRecordOnly($0) }) {
        cut(field, watch, step, due, at: theta)
        return
      }
      let state = Array(UnsafeBufferPointer(start: watch.inner, count: width))
      for event in due {
        watch.records.append(
          RowEventRecord(
            row: step.row, event: event, time: time, stateBefore: state, stateAfter: state))
      }
      first = group.upperBound
    }
    watch.scans[step.row].advance()
    guard nextTime == progress[step.row].logic.pieceEnd else { return }
    let count = watch.records.count
    fire(
      field, watch, [], forced: isForced(step.row, nextTime), row: step.row, at: nextTime, step.end)
    record(step, theta: 1, at: nextTime, trigger: nil, count..<watch.records.count)
    progress[step.row].beginsPiece = true
  }

  private func record(
    _ step: RowStep<Scalar>, theta: Double, at time: Double, trigger: Int?, _ events: Range<Int>
  ) {
    guard let record, trigger != nil || !events.isEmpty else { return }
    record.appendCut(
      .init(position: step.position, theta: theta, time: time, trigger: trigger, events: events))
  }

  private func isForced(_ row: Int, _ time: Double) -> Bool {
    let logic = progress[row].logic
    return time == logic.pieceEnd
      && forcedTimes(ofRow: row).jumpsAtEnd(ofPiece: progress[row].piece)
  }

  /// Ends the step of a row at an event; `inner` holds the state there.
  private func cut(
    _ field: any RowField<Scalar>, _ watch: RowWatch<Scalar>, _ step: RowStep<Scalar>,
    _ due: [Int], at theta: Double
  ) {
    let row = step.row
    let time =
      theta == 1 ? scratch.nextTimes[step.position] : step.start + theta * step.size
    step.end.update(from: watch.inner, count: width)
    scratch.nextTimes[step.position] = time
    progress[row].logic.time = time
    for event in due { watch.scans[row].hasFired[event] = true }
    watch.events.evaluate(
      row: row, time: progress[row].logic.inside(time), state: step.end,
      into: &watch.scans[row].samples[0])
    watch.scans[row].setSides()
    let count = watch.records.count
    fire(field, watch, due, forced: isForced(row, time), row: row, at: time, step.end)
    record(
      step, theta: theta, at: time, trigger: due.first { !watch.events.isRecordOnly($0) },
      count..<watch.records.count)
    progress[row].beginsPiece = true
    if !progress[row].isDone && watch.paces[row].accumulates(time) {
      end(row, .eventsAccumulate(time: time, event: due[0]))
    }
  }

  /// Applies events that occur at one time and those that their jumps cause; enters the next piece.
  private func fire(
    _ field: any RowField<Scalar>, _ watch: RowWatch<Scalar>, _ roots: [Int], forced: Bool,
    row: Int, at time: Double, _ state: UnsafeMutablePointer<Scalar>
  ) {
    let isStart = progress[row].logic.tries == 0
    let jumps = isStart ? forcedTimes(ofRow: row).includesStart : forced
    var due: [Int?] = roots
    if time == progress[row].logic.pieceEnd {
      progress[row].piece += 1
      // Root functions that the jump of time alone carries over zero.
      if time != progress[row].logic.end {
        due = (roots + jump(field, watch, row: row, at: time, state, jumps: jumps)).sorted()
      }
    }
    if forced { due.append(nil) }
    while true {
      for event in due {
        apply(watch, event, row: row, at: time, state)
        if progress[row].isDone { return }
      }
      if time == progress[row].logic.end { return }
      due = jump(field, watch, row: row, at: time, state, jumps: jumps)
      if due.isEmpty { break }
    }
    for index in watch.scans[row].hasFired.indices { watch.scans[row].hasFired[index] = false }
  }

  /// Enters the piece that begins at a state; the events that the jump to it causes.
  private func jump(
    _ field: any RowField<Scalar>, _ watch: RowWatch<Scalar>, row: Int, at time: Double,
    _ state: UnsafePointer<Scalar>, jumps: Bool
  ) -> [Int] {
    enterPiece(field, row: row, at: time, state, jumps: jumps)
    watch.events.evaluate(
      row: row, time: progress[row].logic.inside(time), state: state,
      into: &watch.scans[row].samples[0])
    let crossed = watch.scans[row].jump()
    for index in crossed { watch.scans[row].hasFired[index] = true }
    return crossed
  }

  private func apply(
    _ watch: RowWatch<Scalar>, _ event: Int?, row: Int, at time: Double,
    _ state: UnsafeMutablePointer<Scalar>
  ) {
    watch.before.update(from: state, count: width)
    let outcome =
      event.map { watch.events.apply($0, row: row, time: time, state: state) }
      ?? watch.events.applyForced(row: row, time: time, state: state)
    if event == nil && outcome == .unchanged { return }
    watch.records.append(
      RowEventRecord(
        row: row, event: event, time: time,
        stateBefore: Array(UnsafeBufferPointer(start: watch.before, count: width)),
        stateAfter: Array(UnsafeBufferPointer(start: state, count: width))))
    if outcome == .terminated { end(row, .terminated(time: time, event: event ?? -1)) }
  }

  /// Ends a row once its states are saved.
  private func end(_ row: Int, _ status: SolveStatus) {
    reports[row].status = status
    progress[row].isDone = true
  }

  /// Marks the accepted rows that have reached the end of a piece.
  func endPieces() {
    guard hasJumps || watch != nil else { return }
    forEachActive { row, position in
      guard scratch.isAccepted[position], !progress[row].isDone else { return }
      if watch == nil && scratch.nextTimes[position] == progress[row].logic.pieceEnd {
        progress[row].piece += 1
        progress[row].hasEntered = false
        progress[row].beginsPiece = true
      }
      guard progress[row].beginsPiece else { return }
      hasBeginningRows = true
      progress[row].needsFirstStage = true
    }
  }
}
