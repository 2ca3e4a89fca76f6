// One round: every active row tries a step.

extension RowIntegrator {
  func round(_ field: any RowField<Scalar>) {
    chooseSteps()
    evaluateFirstStages(field)
    let mark = record?.arena.mark
    let endBuffer = prepareSlots()
    evaluateStages(field)
    let end = scratch.slots[endStage]
    if rule.isAdaptive {
      errorNorms(second: end, into: scratch.norms)
      estimateStiffness(field, end)
    }
    let accepted = judge(end)
    guard accepted > 0 else {
      if let record, let mark { record.arena.rewind(to: mark) }
      if hasFinishedRows { dropFinishedRows() }
      areFirstSlopesKnown = true
      return
    }
    let usesEndSlope = evaluateEndSlopes(field, end)
    if let watch { observe(field, end, watch) }
    endPieces()
    saveStates(end)
    let round = record.map { beginRecord($0, accepted, usesEndSlope: usesEndSlope) }
    advance(end, endBuffer, accepted, usesEndSlope: usesEndSlope)
    if let record, let round { finishRecord(record, round) }
  }

  /// Sets each row's time, step and the time after it.
  private func chooseSteps() {
    forEachActive { row, position in
      let logic = progress[row].logic
      let step = rule.isAdaptive ? logic.proposal() : logic.fixedProposal()
      scratch.times[position] = logic.time
      scratch.steps[position] = step.size
      scratch.nextTimes[position] = step.end
    }
  }

  /// Decides where each stage's state is written.
  ///
  /// Returns which scratch buffer the state at the end is, or −1.
  private func prepareSlots() -> Int {
    let size = active * width
    let level = record?.level
    for stage in 1..<max(endStage, 1) {
      scratch.slots[stage] =
        level != .states
        ? record?.arena.allocate(Scalar.self, size) ?? scratch.stage : scratch.stage
    }
    if let record {
      scratch.slots[endStage] = record.arena.allocate(Scalar.self, size)
      return -1
    }
    let buffer = freeBuffer()
    scratch.slots[endStage] = scratch.states[buffer]
    return buffer
  }

  /// Rows whose derivative at the start is not known from the step before.
  private func evaluateFirstStages(_ field: any RowField<Scalar>) {
    var isNeeded = false
    forEachActive { row, _ in
      guard progress[row].needsFirstStage else { return }
      progress[row].needsFirstStage = false
      progress[row].logic.counts.evaluations += 1
      isNeeded = true
    }
    // Rows whose derivative is known get the same bits again.
    if isNeeded && !areFirstSlopesKnown {
      setStageTimes(scratch.times)
      evaluate(field, times: scratch.stageTimes, states: y, stage: 0)
    }
  }

  private func evaluateStages(_ field: any RowField<Scalar>) {
    // Without an error estimate only the next step needs the last stage of an FSAL method, and
    // evaluates it.
    let evaluated = rule.isAdaptive ? tableau.stageCount : endStage
    for stage in 1..<max(evaluated, 1) {
      combine(stagePlans[stage], from: y, into: scratch.slots[stage])
      setStageTimes(node: nodes[stage])
      evaluate(field, times: scratch.stageTimes, states: scratch.slots[stage], stage: stage)
    }
    if evaluated <= endStage {
      combine(stagePlans[endStage], from: y, into: scratch.slots[endStage])
    }
    forEachActive { row, _ in
      progress[row].logic.counts.evaluations += max(evaluated, 1) - 1
    }
  }

  /// Swaps or gathers the states for the next round.
  private func advance(
    _ end: UnsafePointer<Scalar>, _ endBuffer: Int, _ accepted: Int, usesEndSlope: Bool
  ) {
    let reused = tableau.isFSAL && rule.isAdaptive
    let slopeStage = tableau.isFSAL ? endStage : tableau.stageCount
    areFirstSlopesKnown = reused || usesEndSlope
    if accepted < active || hasFinishedRows {
      gatherActiveRows(
        end: end, endSlopes: areFirstSlopesKnown ? scratch.slopes[slopeStage] : nil)
    } else {
      y = end
      yBuffer = endBuffer
      isStateRecorded = record != nil
      if areFirstSlopesKnown { swapSlopes(0, slopeStage) }
    }
  }
}
