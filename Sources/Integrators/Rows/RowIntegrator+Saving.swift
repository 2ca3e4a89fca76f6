// States at the save times that a round's accepted steps reached.

extension RowIntegrator {
  /// Saves the states of the rows that `judge` listed and ends those that are complete or out of
  /// budget.
  func saveStates(_ end: UnsafePointer<Scalar>) {
    for index in 0..<savingCount {
      let position = Int(scratch.positions[index])
      let row = Int(scratch.rowNumbers[position])
      saveStates(row, position, Int(scratch.groupNumbers[index]), end)
      if progress[row].isDone {
        finish(row, reports[row].status)
      } else if progress[row].save == saveTimes.count {
        progress[row].isDone = true
        hasFinishedRows = true
      } else if !rule.isAdaptive {
        if progress[row].logic.isIntervalDone && !progress[row].beginsPiece { beginInterval(row) }
      } else if let status = progress[row].logic.endBeforeStep(rule) {
        finish(row, status)
      }
    }
  }

  /// Equal steps to the next save time or the end of the piece.
  func beginInterval(_ row: Int) {
    let logic = progress[row].logic
    let save = saveTimes.times(ofRow: row)[progress[row].save]
    let isBefore = (logic.pieceEnd - save) * logic.direction > 0
    progress[row].logic.beginInterval(to: isBefore ? save : logic.pieceEnd, control)
  }

  /// Evaluates the derivatives at the end where interpolation needs them; they are the next step's
  /// first ones.
  ///
  /// Returns whether it did.
  func evaluateEndSlopes(_ field: any RowField<Scalar>, _ end: UnsafePointer<Scalar>) -> Bool {
    if tableau.interpolant.stageCount <= (rule.isAdaptive ? tableau.stageCount : endStage) {
      return false
    }
    if watch == nil && !rule.isAdaptive { return false }
    var isNeeded = false
    forEachActive { row, position in
      guard scratch.isAccepted[position] else { return }
      let save = saveTimes.times(ofRow: row)[progress[row].save]
      guard watch != nil || theta(of: save, position) < 1 else { return }
      isNeeded = true
      progress[row].needsFirstStage = false
      progress[row].logic.counts.evaluations += 1
    }
    if isNeeded {
      let stage = tableau.isFSAL ? endStage : tableau.stageCount
      setStageTimes(scratch.nextTimes)
      evaluate(field, times: scratch.stageTimes, states: end, stage: stage)
    }
    return isNeeded
  }

  /// Where in the row's step a time lies: at or beyond the end it is 1 or more.
  private func theta(of time: Double, _ position: Int) -> Double {
    if time == scratch.nextTimes[position] { return 1 }
    return (time - scratch.times[position]) / scratch.steps[position]
  }

  private func saveStates(
    _ row: Int, _ position: Int, _ accepted: Int, _ end: UnsafePointer<Scalar>
  ) {
    let times = saveTimes.times(ofRow: row)
    let (next, direction) = (scratch.nextTimes[position], progress[row].logic.direction)
    var save = progress[row].save
    let holds = holdsTerminalStates && progress[row].isDone && reports[row].status.isCompleted
    while save < saveTimes.count && (holds || (next - times[save]) * direction >= 0) {
      let theta = min(theta(of: times[save], position), 1)
      let target = output + (save * rows + row) * width
      if theta == 1 {
        target.update(from: end + position * width, count: width)
      } else {
        interpolate(theta, position, into: target)
      }
      record?.appendSave(position: accepted, index: save, theta: theta)
      save += 1
    }
    progress[row].save = save
    if save < saveTimes.count { progress[row].saveTime = times[save] }
  }

  func interpolate(
    _ theta: Double, _ position: Int, into target: UnsafeMutablePointer<Scalar>
  ) {
    let offset = position * width
    for (place, stage) in interpolantStages.enumerated() {
      scratch.weights[place] = tableau.interpolant.weight(stage, at: theta)
      scratch.sources[place] = UnsafePointer(scratch.slopes[stage] + offset)
    }
    Scalar.combine(
      y + offset, scratch.sources, scratch.weights, count: interpolantStages.count,
      steps: scratch.steps + position, rows: 1, width: width, into: target)
  }
}
