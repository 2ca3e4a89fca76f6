// Events of rows.

extension RowIntegrator {
  /// Evaluates the root functions where the rows start and applies the events there.
  func startEvents(_ field: any RowField<Scalar>, _ watch: RowWatch<Scalar>) {
    for row in 0..<rows where progress[row].logic.time != progress[row].logic.end {
      let state = output + row * width
      enterPiece(field, row: row, at: progress[row].logic.time, state)
      var target = RowEventTarget(self, field, watch, row: row, position: -1, state)
      watch.scans[row].start(&target)
      state.update(from: watch.inner, count: width)
    }
  }

  /// Finds the events of the accepted steps: records them, or ends a row's step at the first that
  /// acts.
  func observe(
    _ field: any RowField<Scalar>, _ end: UnsafeMutablePointer<Scalar>, _ watch: RowWatch<Scalar>
  ) {
    forEachActive { row, position in
      guard scratch.isAccepted[position] else { return }
      var target = RowEventTarget(self, field, watch, row: row, position: position, end)
      watch.scans[row].observe(&target)
    }
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
