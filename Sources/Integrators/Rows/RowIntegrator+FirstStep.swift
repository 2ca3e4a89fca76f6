// The size of the first step.

extension RowIntegrator {
  /// Evaluates the field at the start and chooses each row's first step.
  ///
  /// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4.
  func chooseFirstSteps(_ field: any RowField<Scalar>, _ factors: StepFactors) {
    for position in 0..<active {
      scratch.times[position] = progress[Int(scratch.rowNumbers[position])].time
    }
    evaluate(field, times: scratch.times, states: y, stage: 0)
    areFirstSlopesKnown = true
    forEachActive { row, _ in
      progress[row].needsFirstStage = false
      reports[row].statistics.evaluations += 1
    }
    if let size = factors.control.firstStep {
      forEachActive { row, _ in setFirstStep(row, size, factors) }
    } else {
      estimateFirstSteps(field, factors)
    }
    failRowsWithoutSlope()
  }

  private func estimateFirstSteps(_ field: any RowField<Scalar>, _ factors: StepFactors) {
    scratch.weights[0] = 1
    scratch.weights[1] = -1
    // (a) d0 = ‖y‖, d1 = ‖f‖ over the tolerance.
    scratch.sources[0] = y
    norms(scratch.weights, 1, steps: scratch.ones, second: y, factors, into: scratch.norms)
    scratch.sources[0] = UnsafePointer(scratch.slopes[0])
    norms(scratch.weights, 1, steps: scratch.ones, second: y, factors, into: scratch.otherNorms)
    // (b) h0 changes y by about a hundredth of its size.
    forEachActive { row, position in
      let (d0, d1) = (scratch.norms[position], scratch.otherNorms[position])
      let size = InitialStep.guess(d0, d1, within: spanLimit(row, factors))
      scratch.steps[position] = size * progress[row].direction
      scratch.stageTimes[position] = progress[row].time + scratch.steps[position]
    }
    // (c) An Euler step, and the derivative there.
    combine(RowCombination.first, from: y, into: scratch.stage)
    let spare = scratch.slopes[scratch.stageCount + 1]
    evaluate(field, times: scratch.stageTimes, states: scratch.stage, into: spare)
    // (d) d2 estimates the second derivative.
    scratch.sources[0] = UnsafePointer(spare)
    scratch.sources[1] = UnsafePointer(scratch.slopes[0])
    for position in 0..<active { scratch.nextTimes[position] = 1 / scratch.steps[position] }
    norms(scratch.weights, 2, steps: scratch.nextTimes, second: y, factors, into: scratch.norms)
    // (e), (f)
    forEachActive { row, position in
      reports[row].statistics.evaluations += 1
      let size = InitialStep.size(
        guess: scratch.steps[position].magnitude, d1: scratch.otherNorms[position],
        d2: scratch.norms[position], errorOrder: tableau.errorOrder ?? 1)
      setFirstStep(row, size, factors)
    }
  }

  private func spanLimit(_ row: Int, _ factors: StepFactors) -> Double {
    min((progress[row].end - progress[row].time).magnitude, factors.control.largestStep)
  }

  private func setFirstStep(_ row: Int, _ size: Double, _ factors: StepFactors) {
    progress[row].step = min(size, spanLimit(row, factors)) * progress[row].direction
  }

  /// Ends the rows whose state or derivative is not finite where they start.
  private func failRowsWithoutSlope() {
    var failed = false
    forEachActive { row, position in
      let component =
        firstNonFinite(y, at: position)
        ?? firstNonFinite(UnsafePointer(scratch.slopes[0]), at: position)
      guard let component else { return }
      finish(row, .nonFinite(time: progress[row].time, component: component))
      failed = true
    }
    if failed { dropFinishedRows() }
  }

  @inline(__always)
  func forEachActive(_ body: (_ row: Int, _ position: Int) -> Void) {
    for position in 0..<active { body(Int(scratch.rowNumbers[position]), position) }
  }
}

extension RowCombination {
  /// The first slope alone.
  static let first = RowCombination([1])
}
