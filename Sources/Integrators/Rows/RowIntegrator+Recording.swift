// What a round leaves in the record.

extension RowIntegrator {
  /// A round on its way into the record: what it needs of the state before the step.
  struct PendingRound {
    var tried: Int
    var accepted: Int
    var stageCount: Int
    var start: UnsafePointer<Scalar>
    var isStartRecorded: Bool
    var rowNumbers: UnsafeMutablePointer<Int32>
    var times: UnsafeMutablePointer<Double>
    var steps: UnsafeMutablePointer<Double>
    var bounds: UnsafeMutablePointer<SIMD2<Double>>?
    var kept: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>?>?
  }

  /// Copies numbers, times and steps of the accepted rows.
  func beginRecord(
    _ record: StepRecord<Scalar>, _ accepted: Int, usesEndSlope: Bool
  ) -> PendingRound {
    var round = PendingRound(
      tried: active, accepted: accepted,
      stageCount: tableau.stageCount + (usesEndSlope ? 1 : 0), start: y,
      isStartRecorded: isStateRecorded,
      rowNumbers: record.arena.allocate(Int32.self, accepted),
      times: record.arena.allocate(Double.self, accepted),
      steps: record.arena.allocate(Double.self, accepted),
      bounds: hasJumps ? record.arena.allocate(SIMD2<Double>.self, accepted) : nil, kept: nil)
    if case .evaluations = record.level, rows == 1 {
      let kept = record.arena.allocate(
        UnsafeMutablePointer<Scalar>?.self, tableau.stageCount + 1)
      for stage in 0..<tableau.stageCount + 1 { kept[stage] = scratch.kept[stage] }
      round.kept = kept
    }
    var place = 0
    for position in 0..<active where scratch.isAccepted[position] {
      round.rowNumbers[place] = scratch.rowNumbers[position]
      round.times[place] = scratch.times[position]
      round.steps[place] = scratch.steps[position]
      let logic = progress[Int(scratch.rowNumbers[position])].logic
      round.bounds?[place] = SIMD2(logic.low, logic.high)
      if watch != nil { record.placeCuts(tried: position, accepted: place) }
      place += 1
    }
    return round
  }

  /// Points the record to the stage states, which lie there already if all rows were accepted.
  func finishRecord(_ record: StepRecord<Scalar>, _ round: PendingRound) {
    let last = record.level == .states ? 0 : endStage
    let states = record.arena.allocate(UnsafePointer<Scalar>.self, last + 1)
    states[0] = recordedStart(record, round)
    for stage in 1..<last + 1 {
      if round.accepted < round.tried {
        keepAccepted(round, UnsafePointer(scratch.slots[stage]), into: scratch.slots[stage])
      }
      states[stage] = UnsafePointer(scratch.slots[stage])
    }
    record.appendRound(round, stageStates: states)
  }

  private func recordedStart(
    _ record: StepRecord<Scalar>, _ round: PendingRound
  ) -> UnsafePointer<Scalar> {
    let isWhole = round.accepted == round.tried
    if isWhole && round.isStartRecorded { return round.start }
    let start = record.arena.allocate(Scalar.self, round.accepted * width)
    if isWhole {
      start.update(from: round.start, count: round.accepted * width)
    } else {
      keepAccepted(round, round.start, into: start)
    }
    return UnsafePointer(start)
  }

  /// Copies the accepted rows to the front; source and target may be the same.
  private func keepAccepted(
    _ round: PendingRound, _ source: UnsafePointer<Scalar>,
    into target: UnsafeMutablePointer<Scalar>
  ) {
    var place = 0
    for position in 0..<round.tried where scratch.isAccepted[position] {
      if target + place * width != source + position * width {
        (target + place * width).update(from: source + position * width, count: width)
      }
      place += 1
    }
  }
}
