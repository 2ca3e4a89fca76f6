// The loops of a round, over the active rows.
import NumericCore

extension RowIntegrator {
  /// Evaluates a stage's derivative; what the field keeps of it goes to the record's memory.
  func evaluate(
    _ field: any RowField<Scalar>, times: UnsafePointer<Double>, states: UnsafePointer<Scalar>,
    stage: Int
  ) {
    let slopes = scratch.slopes[stage]
    scratch.kept[stage] = rows == 1 ? record?.memoryToKeep(field.keptCount) : nil
    if let kept = scratch.kept[stage] {
      field.evaluate(times: times, states: states, derivatives: slopes, keeping: kept)
    } else {
      evaluate(field, times: times, states: states, into: slopes)
    }
  }

  /// Swaps the derivatives of two stages.
  func swapSlopes(_ first: Int, _ second: Int) {
    swap(&scratch.slopes[first], &scratch.slopes[second])
    swap(&scratch.kept[first], &scratch.kept[second])
  }

  func evaluate(
    _ field: any RowField<Scalar>, times: UnsafePointer<Double>, states: UnsafePointer<Scalar>,
    into slopes: UnsafeMutablePointer<Scalar>
  ) {
    field.evaluate(
      times: times, states: states, rows: active, rowNumbers: scratch.rowNumbers,
      derivatives: slopes)
  }

  /// `target = base + h Σ weights k`.
  func combine(
    _ plan: RowCombination, from base: UnsafePointer<Scalar>,
    into target: UnsafeMutablePointer<Scalar>
  ) {
    guard let weights = plan.weights.baseAddress, !plan.weights.isEmpty else {
      target.update(from: base, count: active * width)
      return
    }
    setSources(plan)
    Scalar.combine(
      base, scratch.sources, weights, count: plan.indices.count, steps: scratch.steps,
      rows: active, width: width, into: target)
  }

  /// Norms of the estimated errors of the active rows over the tolerance.
  func errorNorms(second: UnsafePointer<Scalar>, into norms: UnsafeMutablePointer<Double>) {
    setSources(errorPlan)
    for (place, weight) in errorPlan.weights.enumerated() { scratch.weights[place] = weight }
    self.norms(
      errorPlan.weights.count, steps: scratch.steps, y, second, active, into: norms)
  }

  /// Norms of `steps Σ weights sources` over the tolerance, for sources and weights that are set.
  func norms(
    _ count: Int, steps: UnsafePointer<Double>, _ first: UnsafePointer<Scalar>,
    _ second: UnsafePointer<Scalar>, _ rows: Int, into norms: UnsafeMutablePointer<Double>
  ) {
    if usesOwnNorm {
      ownNorms(count, steps: steps, first, second, rows, into: norms)
      return
    }
    Scalar.errorNorms(
      scratch.sources, scratch.weights, count: count, steps: steps, first: first, second: second,
      absolute: tolerance.absolute, relative: tolerance.relative, mask: scratch.mask,
      rows: rows, width: width, into: norms)
  }

  /// The same for norms that the loops over rows do not have.
  private func ownNorms(
    _ count: Int, steps: UnsafePointer<Double>, _ first: UnsafePointer<Scalar>,
    _ second: UnsafePointer<Scalar>, _ rows: Int, into norms: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<rows {
      func error(_ component: Int) -> Double {
        if !second[row * width + component].isFinite { return .nan }
        var sum = 0.0
        for place in 0..<count {
          guard let source = scratch.sources[place] else { continue }
          sum += scratch.weights[place] * Double(source[row * width + component])
        }
        return steps[row] * sum
      }
      norms[row] = norm.square(
        width, tolerance, error: error,
        size: { component in
          let place = row * width + component
          return Double(max(first[place].magnitude, second[place].magnitude))
        }
      ).squareRoot()
    }
  }

  private func setSources(_ plan: RowCombination) {
    for (place, stage) in plan.indices.enumerated() {
      scratch.sources[place] = UnsafePointer(scratch.slopes[stage])
    }
  }

  /// The first component of the active row at this position that is not finite in `values`, or nil.
  func firstNonFinite(_ values: UnsafePointer<Scalar>, at position: Int) -> Int? {
    let row = values + position * width
    for index in 0..<width where !row[index].isFinite { return index }
    return nil
  }

  /// The buffer for states that does not hold `y`.
  func freeBuffer() -> Int { yBuffer == 0 ? 1 : 0 }

  /// Sets `stageTimes` to the times of a node of every active row's step, inside its piece.
  func setStageTimes(node: Double) {
    for position in 0..<active {
      scratch.stageTimes[position] = scratch.times[position] + node * scratch.steps[position]
    }
    boundTimes()
  }

  /// Sets `stageTimes` to given times of the active rows, inside their pieces.
  func setStageTimes(_ times: UnsafePointer<Double>) {
    scratch.stageTimes.update(from: times, count: active)
    boundTimes()
  }

  private func boundTimes() {
    guard hasJumps else { return }
    forEachActive { row, position in
      scratch.stageTimes[position] = progress[row].logic.inside(scratch.stageTimes[position])
    }
  }

  /// Ends a row: the rest of its saved states are NaN unless it is complete.
  func finish(_ row: Int, _ status: SolveStatus) {
    reports[row].status = status
    progress[row].isDone = true
    hasFinishedRows = true
    for save in progress[row].save..<saveTimes.count {
      (output + (save * rows + row) * width).update(repeating: .nan, count: width)
    }
  }
}
