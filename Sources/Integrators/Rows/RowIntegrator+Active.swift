// Which rows are active, and where.

extension RowIntegrator {
  /// Makes the end of a step the start of the next: rows whose step was rejected stay where they
  /// are, rows that have ended make room for others.
  ///
  /// - Parameters:
  ///   - buffer: which scratch buffer `end` is, or −1 where it lies in the record.
  ///   - usesEndSlope: whether the derivatives there were evaluated for dense output.
  func advance(
    _ end: UnsafeMutablePointer<Scalar>, _ buffer: Int, _ accepted: Int, usesEndSlope: Bool
  ) {
    let slopeStage = tableau.isFSAL ? endStage : tableau.stageCount
    areFirstSlopesKnown = usesEndSlope || reusesLastStage
    var (next, nextBuffer) = (end, buffer)
    if accepted < active || (hasFinishedRows && buffer < 0) {
      if buffer < 0 {
        // Rows move in it, and the record may still need `y`.
        nextBuffer = freeBuffer()
        next = scratch.states[nextBuffer]
        next.update(from: end, count: active * width)
      }
      for position in 0..<active where !scratch.isAccepted[position] {
        copyRow(position, of: y, to: position, of: next)
        if areFirstSlopesKnown {
          copyRow(
            position, of: scratch.slopes[0], to: position, of: scratch.slopes[slopeStage])
        }
      }
    }
    (y, yBuffer, isStateRecorded) = (UnsafePointer(next), nextBuffer, nextBuffer < 0)
    if areFirstSlopesKnown { swapSlopes(0, slopeStage) }
    if hasFinishedRows { replaceFinishedRows() }
  }

  /// Puts rows that have not begun, or else the last active ones, in the place of those that are
  /// done.
  func replaceFinishedRows() {
    if yBuffer < 0 {
      yBuffer = freeBuffer()
      scratch.states[yBuffer].update(from: y, count: active * width)
      (y, isStateRecorded) = (UnsafePointer(scratch.states[yBuffer]), false)
    }
    hasFinishedRows = false
    var position = 0
    while position < active {
      if !progress[Int(scratch.rowNumbers[position])].isDone {
        position += 1
      } else if !beginRow(at: position) {
        active -= 1
        guard position < active else { break }
        copyRow(active, of: y, to: position, of: scratch.states[yBuffer])
        copyRow(active, of: scratch.slopes[0], to: position, of: scratch.slopes[0])
        scratch.rowNumbers[position] = scratch.rowNumbers[active]
      }
    }
    while active < scratch.rows, beginRow(at: active) { active += 1 }
  }

  /// Makes the next row that has not begun active; false if there is none.
  private func beginRow(at position: Int) -> Bool {
    while nextRow < rows && progress[nextRow].isDone { nextRow += 1 }
    guard nextRow < rows else { return false }
    copyRow(nextRow, of: output, to: position, of: scratch.states[yBuffer])
    scratch.rowNumbers[position] = Int32(nextRow)
    hasBeginningRows = true
    nextRow += 1
    return true
  }

  private func copyRow(
    _ from: Int, of source: UnsafePointer<Scalar>, to: Int,
    of target: UnsafeMutablePointer<Scalar>
  ) {
    (target + to * width).update(from: source + from * width, count: width)
  }
}
