// Which rows take their step.

extension RowIntegrator {
  /// Sets `isAccepted` of each active row, and its time, next step and counters.
  ///
  /// Returns how many were accepted.
  func judge(_ end: UnsafePointer<Scalar>) -> Int {
    var accepted = 0
    forEachActive { row, position in
      let isAccepted: Bool
      if let factors {
        isAccepted = judge(row, position, end, factors)
      } else {
        isAccepted = judgeFixed(row, position, end)
      }
      scratch.isAccepted[position] = isAccepted
      if isAccepted {
        accepted += 1
        progress[row].time = scratch.nextTimes[position]
        progress[row].needsFirstStage = !(tableau.reusesLastStage && factors != nil)
        reports[row].statistics.accept(scratch.steps[position])
      } else {
        reports[row].statistics.rejectedSteps += 1
      }
    }
    return accepted
  }

  /// A fixed step is taken unless it leads to what is not a number.
  private func judgeFixed(_ row: Int, _ position: Int, _ end: UnsafePointer<Scalar>) -> Bool {
    if let component = firstNonFinite(end, at: position) {
      finish(row, .nonFinite(time: progress[row].time, component: component))
      return false
    }
    progress[row].stepsTaken += 1
    return true
  }

  private func judge(
    _ row: Int, _ position: Int, _ end: UnsafePointer<Scalar>, _ factors: StepFactors
  ) -> Bool {
    let error = scratch.norms[position]
    let size = scratch.steps[position]
    let largest = factors.control.largestStep
    if error <= 1 {
      let factor = progress[row].memory.accept(logError: quickLog2(error), factors)
      progress[row].step = min(size.magnitude * factor, largest) * progress[row].direction
      return true
    }
    progress[row].step =
      size * progress[row].memory.reject(error: error, logError: quickLog2(error), factors)
    let time = progress[row].time
    if time + progress[row].step == time || progress[row].memory.isHopeless {
      finish(row, failure(time, position, end))
    } else if tries(row) + 1 >= factors.control.stepBudget {
      finish(row, exhausted(row))
    }
    return false
  }

  /// Steps that the row has tried.
  func tries(_ row: Int) -> Int {
    reports[row].statistics.acceptedSteps + reports[row].statistics.rejectedSteps
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

  func exhausted(_ row: Int) -> SolveStatus {
    let now = progress[row]
    return now.checkedSteps > 0 && 2 * now.boundedSteps >= now.checkedSteps
      ? .stiff(time: now.time, stepTimesEigenvalue: now.stepTimesEigenvalue)
      : .stepBudgetExhausted(time: now.time)
  }
}
