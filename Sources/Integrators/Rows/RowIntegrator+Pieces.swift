// Where the smooth pieces of the rows' solutions begin, and the size of the first step of each.

extension RowIntegrator {
  /// The forced times of a row.
  func forcedTimes(ofRow row: Int) -> ForcedTimes { forced[forced.count == 1 ? 0 : row] }

  /// Prepares the field for the piece of a row that begins at a time.
  func enterPiece(
    _ field: any RowField<Scalar>, row: Int, at time: Double, _ state: UnsafePointer<Scalar>,
    jumps: Bool? = nil
  ) {
    let (times, piece) = (forcedTimes(ofRow: row), progress[row].piece)
    progress[row].logic.beginPiece(
      at: time, to: times.pieceEnd(piece, spanEnd: progress[row].logic.end),
      jumpsAtStart: jumps ?? times.jumpsAtStart(ofPiece: piece),
      jumpsAtEnd: times.jumpsAtEnd(ofPiece: piece))
    progress[row].hasEntered = true
    field.beginPiece(row: row, from: time, to: progress[row].logic.pieceEnd, at: state)
  }

  /// Prepares the field for the rows that begin a piece, evaluates it and chooses their first steps.
  func beginPieces(_ field: any RowField<Scalar>) {
    var count = 0
    forEachActive { row, position in
      guard progress[row].beginsPiece else { return }
      scratch.positions[count] = Int32(position)
      count += 1
      if !progress[row].hasEntered {
        enterPiece(
          field, row: row, at: progress[row].logic.time, y + position * width)
      }
      progress[row].beginsPiece = false
      if !rule.isAdaptive { beginInterval(row) }
    }
    hasBeginningRows = false
    if count > 0 {
      let group = gather(count)
      evaluateFirstSlopes(field, group)
      if rule.isAdaptive { chooseFirstSteps(field, group) }
    }
  }

  /// Rows of one buffer with their numbers.
  private struct Group {
    var count: Int
    var isWhole: Bool
    var states: UnsafePointer<Scalar>
    var slopes: UnsafeMutablePointer<Scalar>
    var numbers: UnsafeMutablePointer<Int32>
  }

  /// The rows at `positions`: all active ones where they are, or copies of some.
  private func gather(_ count: Int) -> Group {
    if count == active {
      return Group(
        count: count, isWhole: true, states: y, slopes: scratch.slopes[0],
        numbers: scratch.rowNumbers)
    }
    let states = scratch.states[freeBuffer()]
    for index in 0..<count {
      let position = Int(scratch.positions[index])
      (states + index * width).update(from: y + position * width, count: width)
      scratch.groupNumbers[index] = scratch.rowNumbers[position]
    }
    return Group(
      count: count, isWhole: false, states: UnsafePointer(states),
      slopes: scratch.slopes[scratch.stageCount], numbers: scratch.groupNumbers)
  }

  /// Evaluates the field at the start of the rows' pieces.
  private func evaluateFirstSlopes(_ field: any RowField<Scalar>, _ group: Group) {
    forEach(group) { row, index in
      let logic = progress[row].logic
      scratch.stageTimes[index] = logic.inside(logic.time)
    }
    if group.isWhole {
      evaluate(field, times: scratch.stageTimes, states: y, stage: 0)
      areFirstSlopesKnown = true
    } else {
      field.evaluate(
        times: scratch.stageTimes, states: group.states, rows: group.count,
        rowNumbers: group.numbers, derivatives: group.slopes)
      for index in 0..<group.count {
        (scratch.slopes[0] + Int(scratch.positions[index]) * width)
          .update(from: group.slopes + index * width, count: width)
      }
    }
    forEach(group) { row, _ in
      progress[row].needsFirstStage = false
      progress[row].logic.counts.evaluations += 1
    }
  }

  /// Chooses the first steps of the rows' pieces.
  ///
  /// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4.
  private func chooseFirstSteps(_ field: any RowField<Scalar>, _ group: Group) {
    var isEstimated = false
    forEach(group) { row, _ in
      if let given = progress[row].logic.givenFirstStep(rule) {
        progress[row].logic.setFirstStep(given, rule)
      } else {
        isEstimated = true
      }
    }
    if isEstimated { estimateFirstSteps(field, group) }
    failRowsWithoutSlope(group)
  }

  private func estimateFirstSteps(_ field: any RowField<Scalar>, _ group: Group) {
    let (count, slopes) = (group.count, UnsafePointer(group.slopes))
    scratch.weights[0] = 1
    scratch.weights[1] = -1
    // (a) d0 = ‖y‖, d1 = ‖f‖ over the tolerance.
    scratch.sources[0] = group.states
    norms(1, steps: scratch.ones, group.states, group.states, count, into: scratch.norms)
    scratch.sources[0] = slopes
    norms(1, steps: scratch.ones, group.states, group.states, count, into: scratch.otherNorms)
    // (b) h0 changes y by about a hundredth of its size.
    forEach(group) { row, index in
      let logic = progress[row].logic
      let size = InitialStep.guess(
        scratch.norms[index], scratch.otherNorms[index], within: logic.firstStepLimit(rule))
      scratch.steps[index] = size * logic.direction
      scratch.stageTimes[index] = logic.inside(logic.time + scratch.steps[index])
    }
    // (c) An Euler step, and the derivative there.
    Scalar.combine(
      group.states, scratch.sources, scratch.weights, count: 1, steps: scratch.steps,
      rows: count, width: width, into: scratch.stage)
    let spare = scratch.slopes[scratch.stageCount + 1]
    field.evaluate(
      times: scratch.stageTimes, states: scratch.stage, rows: count, rowNumbers: group.numbers,
      derivatives: spare)
    // (d) d2 estimates the second derivative.
    scratch.sources[0] = UnsafePointer(spare)
    scratch.sources[1] = slopes
    for index in 0..<count { scratch.nextTimes[index] = 1 / scratch.steps[index] }
    norms(2, steps: scratch.nextTimes, group.states, group.states, count, into: scratch.norms)
    // (e), (f)
    forEach(group) { row, index in
      if progress[row].logic.givenFirstStep(rule) != nil { return }
      progress[row].logic.counts.evaluations += 1
      let size = InitialStep.size(
        guess: scratch.steps[index].magnitude, d1: scratch.otherNorms[index],
        d2: scratch.norms[index], errorOrder: rule.errorOrder)
      progress[row].logic.setFirstStep(size, rule)
    }
  }

  /// Ends the rows whose state or derivative is not finite where they start.
  private func failRowsWithoutSlope(_ group: Group) {
    forEach(group) { row, index in
      let component =
        firstNonFinite(group.states, at: index)
        ?? firstNonFinite(UnsafePointer(group.slopes), at: index)
      guard let component else { return }
      finish(row, .nonFinite(time: progress[row].logic.time, component: component))
    }
    if hasFinishedRows { replaceFinishedRows() }
  }

  private func forEach(_ group: Group, _ body: (_ row: Int, _ index: Int) -> Void) {
    for index in 0..<group.count { body(Int(group.numbers[index]), index) }
  }

  @inline(__always)
  func forEachActive(_ body: (_ row: Int, _ position: Int) -> Void) {
    for position in 0..<active { body(Int(scratch.rowNumbers[position]), position) }
  }
}
