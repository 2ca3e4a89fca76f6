// Which rows take their step.

extension RowIntegrator {
  /// Sets `isAccepted` of each active row, and its next step and counters.
  ///
  /// Returns how many were accepted.
  func judge(_ end: UnsafePointer<Scalar>) -> Int {
    var accepted = 0
    forEachActive { row, position in
      let step = StepProposal(size: scratch.steps[position], end: scratch.nextTimes[position])
      let isAccepted =
        rule.isAdaptive
        ? judge(row, position, step, end) : judgeFixed(row, position, step, end)
      scratch.isAccepted[position] = isAccepted
      guard isAccepted else { return }
      accepted += 1
      progress[row].logic.time = step.end
      progress[row].needsFirstStage = !(tableau.isFSAL && rule.isAdaptive)
    }
    return accepted
  }

  /// A fixed step is taken unless it leads to what is not a number.
  private func judgeFixed(
    _ row: Int, _ position: Int, _ step: StepProposal, _ end: UnsafePointer<Scalar>
  ) -> Bool {
    if let component = firstNonFinite(end, at: position) {
      progress[row].logic.counts.rejectedSteps += 1
      finish(row, .nonFinite(time: progress[row].logic.time, component: component))
      return false
    }
    progress[row].logic.acceptFixed(step)
    return true
  }

  private func judge(
    _ row: Int, _ position: Int, _ step: StepProposal, _ end: UnsafePointer<Scalar>
  ) -> Bool {
    let error = scratch.norms[position]
    let verdict = progress[row].logic.judge(
      step, error: error, logError: quickLog2(error), rule)
    if verdict == .failed {
      finish(row, failure(progress[row].logic.time, position, end))
    } else if verdict == .rejected, let status = progress[row].logic.endBeforeStep(rule) {
      finish(row, status)
    }
    return verdict == .accepted
  }

  /// Why a step cannot become smaller.
  private func failure(
    _ time: Double, _ position: Int, _ end: UnsafePointer<Scalar>
  ) -> SolveStatus {
    if let component = firstNonFinite(end, at: position) {
      return .nonFinite(time: time, component: component)
    }
    for stage in 0..<tableau.stageCount {
      let slopes = UnsafePointer(scratch.slopes[stage])
      if let component = firstNonFinite(slopes, at: position) {
        return .nonFinite(time: time, component: component)
      }
    }
    return .stepUnderflow(time: time)
  }
}
