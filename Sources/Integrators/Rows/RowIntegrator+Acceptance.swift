// Which rows take their step.
import CKernels

extension RowIntegrator {
  /// Sets `isAccepted` of each active row, its next step and counters, and lists the accepted rows
  /// that save states.
  ///
  /// Returns how many were accepted.
  func judge(_ end: UnsafePointer<Scalar>) -> Int {
    if rule.isAdaptive {
      nk_step_factors(
        rule.powers, scratch.norms, scratch.previousLogErrors, active, scratch.logErrors,
        scratch.factors)
    }
    // A copy on the stack: writing to rows cannot change it.
    let rule = rule
    let savesAlways = watch != nil || !rule.isAdaptive
    var accepted = 0
    savingCount = 0
    forEachActive { row, position in
      let step = StepProposal(size: scratch.steps[position], end: scratch.nextTimes[position])
      progress[row].logic.counts.evaluations += evaluatedStages - 1
      let isAccepted =
        rule.isAdaptive
        ? judge(row, position, end, rule) : judgeFixed(row, position, step, end)
      scratch.isAccepted[position] = isAccepted
      if recordsSteps { addTrial(row, position, isAccepted: isAccepted) }
      guard isAccepted else { return }
      progress[row].logic.time = step.end
      progress[row].needsFirstStage = !reusesLastStage
      if savesAlways || reachesSave(row, step.end, rule) {
        scratch.positions[savingCount] = Int32(position)
        scratch.groupNumbers[savingCount] = Int32(accepted)
        savingCount += 1
      }
      accepted += 1
    }
    return accepted
  }

  /// Whether a row saves a state in a step that ends there, or may end by its budget.
  @inline(__always)
  private func reachesSave(_ row: Int, _ time: Double, _ rule: StepRule) -> Bool {
    let logic = progress[row].logic
    return (time - progress[row].saveTime) * logic.direction >= 0 || logic.tries >= rule.stepBudget
  }

  private func addTrial(_ row: Int, _ position: Int, isAccepted: Bool) {
    trials[row].append(
      StepTrial(
        time: scratch.times[position], size: scratch.steps[position],
        error: rule.isAdaptive ? scratch.norms[position] : nil, isAccepted: isAccepted))
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

  @inline(__always)
  private func judge(
    _ row: Int, _ position: Int, _ end: UnsafePointer<Scalar>, _ rule: StepRule
  ) -> Bool {
    let step = StepProposal(size: scratch.steps[position], end: scratch.nextTimes[position])
    let error = scratch.norms[position]
    let logError = scratch.logErrors[position]
    let ownFactor =
      rule.hasController
      ? progress[row].logic.memory.history(
        size: step.size, logError: logError, isAccepted: error <= 1, rule
      ).factor(control) : 0
    let isUnresolved =
      logError <= rule.unresolvedLogError && isStraight(position, step.size, end)
    let verdict = progress[row].logic.judge(
      step,
      StepError(
        value: error, logarithm: logError, factor: scratch.factors[position],
        ownFactor: ownFactor, isUnresolved: isUnresolved), rule)
    let time = progress[row].logic.time
    if verdict == .failed {
      finish(row, failure(time, position, end))
    } else if verdict == .singular {
      finish(row, .singular(time: time))
    } else if verdict == .rejected, let status = progress[row].logic.endBeforeStep(rule) {
      finish(row, status)
    }
    return verdict == .accepted
  }

  /// Whether a step differs from one of Euler's by a small part of the tolerance.
  private func isStraight(_ position: Int, _ size: Double, _ end: UnsafePointer<Scalar>) -> Bool {
    let offset = position * width
    let (first, last, slope) = (y + offset, end + offset, scratch.slopes[0] + offset)
    let square = norm.square(
      width, tolerance,
      error: { Double(last[$0]) - Double(first[$0]) - size * Double(slope[$0]) },
      size: { Double(max(first[$0].magnitude, last[$0].magnitude)) })
    return square <= rule.straightNorm * rule.straightNorm
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
