// Does stability bound the steps? Looked at only in the last steps of a budget.

extension RowIntegrator {
  /// Estimates `h |λ|` of rows whose budget is nearly used up, from the derivative at the end of
  /// the step and that beside it in the direction of the error, which the stiffest components
  /// dominate when stability bounds the step.
  ///
  /// Source: after Hairer, Wanner, Solving Ordinary Differential Equations II, IV.2, which compares
  /// the last two stages.
  func estimateStiffness(
    _ field: any RowField<Scalar>, _ factors: StepFactors, _ end: UnsafePointer<Scalar>
  ) {
    let first = factors.control.stepBudget - factors.control.stiffnessWindow
    var isNeeded = false
    forEachActive { row, _ in if tries(row) >= first { isNeeded = true } }
    guard isNeeded else { return }
    let endStage = tableau.reusesLastStage ? self.endStage : tableau.stageCount
    let endSlopes = scratch.slopes[endStage]
    if !tableau.reusesLastStage {
      evaluate(field, times: scratch.nextTimes, states: end, into: endSlopes)
    }
    combine(errorPlan, from: end, into: scratch.stage)
    let spare = scratch.slopes[tableau.stageCount + 1]
    evaluate(field, times: scratch.nextTimes, states: scratch.stage, into: spare)
    scratch.weights[0] = 1
    scratch.weights[1] = -1
    scratch.sources[0] = UnsafePointer(spare)
    scratch.sources[1] = UnsafePointer(endSlopes)
    norms(
      scratch.weights, 2, steps: scratch.steps, second: end, factors, into: scratch.otherNorms)
    forEachActive { row, position in
      guard tries(row) >= first else { return }
      reports[row].statistics.evaluations += tableau.reusesLastStage ? 1 : 2
      let estimate = scratch.otherNorms[position] / scratch.norms[position]
      guard estimate.isFinite else { return }
      progress[row].checkedSteps += 1
      progress[row].stepTimesEigenvalue = estimate
      if estimate > 0.5 * stabilityBoundary { progress[row].boundedSteps += 1 }
    }
  }
}
