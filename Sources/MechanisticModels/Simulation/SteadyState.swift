import Integrators

extension HybridSolve {
  /// The whole state just before a dose that has been repeated at its interval for ever; nil if there is none.
  ///
  /// Newton's method on the map over one interval, `x ← P(x)`; for linear equations its first step is exact.
  func steadyState(of dose: SteadyDose) -> [Scalar]? {
    var x = state.map { _ in 0.0 }
    for _ in 0..<30 {
      guard let image = afterInterval(dose, from: x) else { return nil }
      let residual = zip(image, x).map { $0 - $1 }
      let scale = image.map(\.magnitude).max() ?? 0
      if (residual.map(\.magnitude).max() ?? 0) <= 1e-10 * scale { return image.map(Scalar.init) }
      var rows = residual.indices.map { row in
        residual.indices.map { $0 == row ? 1.0 : 0 } + [residual[row]]
      }
      let size = max(scale, dose.dose.amount.magnitude) * 1e-2
      for column in x.indices {
        var moved = x
        moved[column] += size
        guard let other = afterInterval(dose, from: moved) else { return nil }
        for row in x.indices { rows[row][column] -= (other[row] - image[row]) / size }
      }
      guard let step = SmallLinearSystem.solution(of: rows) else { break }
      x = zip(x, step).map { $0 + $1 }
    }
    status = .stepUnderflow(time: time)
    return nil
  }

  /// The state one interval after a state before a dose.
  private func afterInterval(_ steady: SteadyDose, from start: [Double]) -> [Double]? {
    let present = registers.snapshot
    registers.stopInfusions()
    let inner = HybridSolve(
      registers, from: start, reset: start, unknowns: unknowns, solver: solver)
    defer {
      registers.restore(present)
      statistics.add(inner.statistics)
    }
    let (first, end) = (time, time + steady.interval)
    var dose = steady.dose
    dose.time = 0
    let timeline = DoseTimeline(
      model, DoseSchedule([dose]), values: registers.values(time, ownState),
      gradients: registers.gradients(time, ownState), end: .infinity, hasRules: false)
    let lag = timeline.boundaries.first { $0.change.isDose }?.time ?? 0
    var boundaries: [Boundary] = []
    for var boundary in timeline.boundaries where boundary.change.isDose {
      boundary.time = max(boundary.time - lag + first, first)
      boundary.slopes = []
      if boundary.time < end { boundaries.append(boundary) }
    }
    boundaries.sort { ($0.time, $0.change.order) < ($1.time, $1.change.order) }
    let states = inner.run(at: [first, end], boundaries: boundaries)
    return inner.isRunning && states.count == 2 ? states[1] : nil
  }
}
