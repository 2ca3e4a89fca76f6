// Whether stability bounds the steps: examined only in the last steps of a budget.

extension RowIntegrator {
  /// Estimates `h |λ|` of rows whose budget is nearly used up, from the derivative at the end of
  /// the step and that beside it in the direction of the error, which the stiffest components
  /// dominate when stability bounds the step.
  ///
  /// Source: after Hairer, Wanner, Solving Ordinary Differential Equations II, IV.2, which compares
  /// the last two stages.
  func estimateStiffness(
    _ field: any RowField<Scalar>, _ end: UnsafePointer<Scalar>
  ) {
    if roundCount < rule.stepBudget - rule.stiffnessWindow { return }
    var isNeeded = false
    forEachActive { row, _ in if progress[row].logic.isNearBudget(rule) { isNeeded = true } }
    guard isNeeded else { return }
    let endStage = tableau.isFSAL ? self.endStage : tableau.stageCount
    let endSlopes = scratch.slopes[endStage]
    setStageTimes(scratch.nextTimes)
    if !tableau.isFSAL {
      evaluate(field, times: scratch.stageTimes, states: end, into: endSlopes)
    }
    combine(errorPlan, from: end, into: scratch.stage)
    let spare = scratch.slopes[tableau.stageCount + 1]
    evaluate(field, times: scratch.stageTimes, states: scratch.stage, into: spare)
    scratch.weights[0] = 1
    scratch.weights[1] = -1
    scratch.sources[0] = UnsafePointer(spare)
    scratch.sources[1] = UnsafePointer(endSlopes)
    norms(2, steps: scratch.steps, y, end, active, into: scratch.otherNorms)
    forEachActive { row, position in
      guard progress[row].logic.isNearBudget(rule) else { return }
      progress[row].logic.counts.evaluations += tableau.isFSAL ? 1 : 2
      progress[row].logic.stiffness.add(
        scratch.otherNorms[position] / scratch.norms[position], boundary: stabilityBoundary)
    }
  }
}
