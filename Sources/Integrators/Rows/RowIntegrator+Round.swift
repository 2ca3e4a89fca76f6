// One round: every active row tries a step.

extension RowIntegrator {
  func round(_ field: any RowField<Scalar>) {
    chooseSteps()
    evaluateFirstStages(field)
    let mark = record?.arena.mark
    let endBuffer = prepareSlots()
    evaluateStages(field)
    let end = UnsafePointer(scratch.slots[endStage])
    if let factors {
      errorNorms(errorPlan, second: end, factors, into: scratch.norms)
      estimateStiffness(field, factors, end)
    }
    let accepted = judge(end)
    guard accepted > 0 else {
      if let record, let mark { record.arena.rewind(to: mark) }
      if hasFinishedRows { dropFinishedRows() }
      areFirstSlopesKnown = true
      return
    }
    let usesEndSlope = saveStates(field, end)
    let round = record.map { beginRecord($0, accepted, usesEndSlope: usesEndSlope) }
    advance(end, endBuffer, accepted, usesEndSlope: usesEndSlope)
    if let record, let round { finishRecord(record, round) }
  }

  /// Sets each row's time, step and the time after it.
  private func chooseSteps() {
    forEachActive { row, position in
      let now = progress[row]
      var (step, next) = (now.step, 0.0)
      if factors != nil {
        // A step that would end just before the last time ends there.
        let rest = now.end - now.time
        if step.magnitude * 1.01 >= rest.magnitude {
          step = rest
          next = now.end
        } else {
          next = now.time + step
        }
      } else if now.stepsTaken + 1 == now.intervalSteps {
        next = saveTimes.times(ofRow: row)[now.save]
      } else {
        next = now.intervalStart + Double(now.stepsTaken + 1) * step
      }
      scratch.times[position] = now.time
      scratch.steps[position] = step
      scratch.nextTimes[position] = next
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
      reports[row].statistics.evaluations += 1
      isNeeded = true
    }
    // Rows that know their derivative get the same bits again.
    if isNeeded && !areFirstSlopesKnown {
      evaluate(field, times: scratch.times, states: y, stage: 0)
    }
  }

  private func evaluateStages(_ field: any RowField<Scalar>) {
    // Without an error estimate nobody needs the last stage of a method that reuses it, except the
    // next step, which evaluates it.
    let evaluated = factors == nil ? endStage : tableau.stageCount
    for stage in 1..<max(evaluated, 1) {
      combine(stagePlans[stage], from: y, into: scratch.slots[stage])
      let node = tableau.nodes[stage]
      for position in 0..<active {
        scratch.stageTimes[position] =
          scratch.times[position] + node * scratch.steps[position]
      }
      evaluate(field, times: scratch.stageTimes, states: scratch.slots[stage], stage: stage)
    }
    if evaluated <= endStage {
      combine(stagePlans[endStage], from: y, into: scratch.slots[endStage])
    }
    forEachActive { row, _ in reports[row].statistics.evaluations += max(evaluated, 1) - 1 }
  }

  /// Swaps or gathers the states for the next round.
  private func advance(
    _ end: UnsafePointer<Scalar>, _ endBuffer: Int, _ accepted: Int, usesEndSlope: Bool
  ) {
    let reused = tableau.reusesLastStage && factors != nil
    let slopeStage = reused ? endStage : tableau.stageCount
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
