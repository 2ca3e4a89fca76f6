// One round: every active row tries a step.

extension RowIntegrator {
  func round(_ field: any RowField<Scalar>) {
    roundCount += 1
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
      if hasFinishedRows { replaceFinishedRows() }
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
      scratch.previousLogErrors[position] = logic.memory.previousLogError
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
    // The last stage of an accepted step, or the derivative at the start of the piece.
    if reusesLastStage { return }
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
    for stage in 1..<evaluatedStages {
      combine(stagePlans[stage], from: y, into: scratch.slots[stage])
      setStageTimes(node: nodes[stage])
      evaluate(field, times: scratch.stageTimes, states: scratch.slots[stage], stage: stage)
    }
    if evaluatedStages <= endStage {
      combine(stagePlans[endStage], from: y, into: scratch.slots[endStage])
    }
  }
}
