import NumericCore
import CAllocations
import Integrators
import Testing

/// Balls of different restitution that bounce on the ground; each gets a push upward at its forced
/// times.
///
/// A row of three: height, velocity, number of bounces.
private final class Bounces: RowEvents {
  let first: Int
  /// Bounces after which a row ends.
  let most: Int
  init(first: Int = 0, most: Int = .max) { (self.first, self.most) = (first, most) }

  let directions = [EventDirection.falling, .rising]

  /// The second function only records the height of a half.
  func isRecordOnly(_ event: Int) -> Bool { event == 1 }

  func evaluate(
    row: Int, time: Double, state: UnsafePointer<Double>, into values: inout [Double]
  ) {
    values[0] = state[0]
    values[1] = state[0] - 0.5
  }

  func apply(
    _ event: Int, row: Int, time: Double, state: UnsafeMutablePointer<Double>
  ) -> RowEventOutcome {
    state[0] = 0
    state[1] *= -(0.7 + 0.04 * Double(first + row))
    state[2] += 1
    return Int(state[2]) >= most ? .terminated : .changed
  }

  func applyForced(
    row: Int, time: Double, state: UnsafeMutablePointer<Double>
  ) -> RowEventOutcome {
    if time == 0 { return .unchanged }
    state[1] += 2
    return .changed
  }
}

/// The same functions; a forced time lifts the ball over the height that is only recorded.
private final class Lift: RowEvents {
  let bounces: Bounces
  init(_ bounces: Bounces) { self.bounces = bounces }

  var directions: [EventDirection] { bounces.directions }
  func isRecordOnly(_ event: Int) -> Bool { bounces.isRecordOnly(event) }

  func evaluate(
    row: Int, time: Double, state: UnsafePointer<Double>, into values: inout [Double]
  ) { bounces.evaluate(row: row, time: time, state: state, into: &values) }

  func apply(
    _ event: Int, row: Int, time: Double, state: UnsafeMutablePointer<Double>
  ) -> RowEventOutcome { bounces.apply(event, row: row, time: time, state: state) }

  func applyForced(
    row: Int, time: Double, state: UnsafeMutablePointer<Double>
  ) -> RowEventOutcome {
    if time == 0 { return .unchanged }
    state[0] = 0.6
    return .changed
  }
}

private func fall() -> RowTestField<Double> {
  RowTestField(width: 3) { _, y, _, derivative in
    derivative[0] = y[1]
    derivative[1] = -9.81 - 0.1 * y[1]
    derivative[2] = 0
  }
}

private let fine = StepControl.proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-10))

@Suite struct RowEventTests {
  private let saves: [Double] = [0, 0.2, 0.5, 1, 1.5, 2]
  private func initial(_ row: Int) -> [Double] { [1 + 0.3 * Double(row), 0, 0] }
  private func forced(_ row: Int) -> [Double] {
    row % 3 == 2 ? [] : [0.5, 0.9 + 0.1 * Double(row)]
  }

  private func solve(
    _ rows: Range<Int>, _ method: ODEMethod, _ control: StepControl, most: Int = .max,
    doses: Bool = true
  ) -> RowSolution<Double> {
    let integrator = RowIntegrator<Double>(
      method: method, control: control, rows: rows.count, width: 3)
    return RowSolution(
      integrator, fall(), from: rows.flatMap(initial), at: saves,
      interruptions: RowInterruptions(
        forcedTimes: .perRow(rows.map { doses ? forced($0) : [] }),
        events: Bounces(first: rows.lowerBound, most: most)))
  }

  @Test(arguments: ODEMethod.explicit)
  func `rows with events are independent`(method: ODEMethod) {
    for control in [fine, .fixed(0.013)] where method.isAdaptive || !control.isAdaptive {
      let together = solve(0..<6, method, control, most: 4)
      for row in 0..<6 {
        let alone = solve(row..<row + 1, method, control, most: 4)
        #expect(alone.reports[0] == together.reports[row])
        for save in saves.indices {
          for (a, b) in zip(alone.state(save, 0), together.state(save, row)) {
            #expect(a == b || a.isNaN && b.isNaN)
          }
        }
        let (own, others) = (alone.events, together.events.filter { $0.row == row })
        #expect(own.map(\.time) == others.map(\.time) && own.map(\.event) == others.map(\.event))
        #expect(own.map(\.stateAfter) == others.map(\.stateAfter) && own.count >= 2)
      }
    }
  }

  @Test(arguments: ODEMethod.explicit)
  func `a row and a single state have the same events`(method: ODEMethod) throws {
    let control = method.isAdaptive ? fine : .fixed(0.01)
    let events: [Event<ListField>] = [
      .root(.falling, of: { _, y in y[0] }, .reset { _, y in [0, -0.74 * y[1], y[2] + 1] }),
      .root(.rising, of: { _, y in y[0] - 0.5 }),
      .at(forced(1), .reset { _, y in [y[0], y[1] + 2, y[2]] }),
    ]
    let field = ListField { _, y in [y[1], -9.81 - 0.1 * y[1], 0] }
    let single = try ODESolver(method: method, control: control).solve(
      field, from: initial(1), over: TimeSpan(from: 0, to: 2), at: saves, events: events)
    let rows = solve(1..<2, method, control)
    #expect(single.events.map(\.event) == rows.events.map { $0.event ?? 2 })
    #expect(single.statistics.acceptedSteps == rows.reports[0].statistics.acceptedSteps)
    #expect(single.statistics.evaluations == rows.reports[0].statistics.evaluations)
    for (one, other) in zip(single.events, rows.events) {
      #expect(abs(one.time - other.time) < 1e-10)
      for (a, b) in zip(one.stateAfter, other.stateAfter) { #expect(abs(a - b) < 1e-9) }
    }
    for (save, state) in single.states.enumerated() {
      for (a, b) in zip(state, rows.state(save, 0)) { #expect(abs(a - b) < 1e-9) }
    }
  }

  @Test func `a jump over the root of an event that only records changes nothing else`() {
    let integrator = RowIntegrator<Double>(
      method: .tsitouras5, control: fine, rows: 1, width: 3)
    let solution = RowSolution(
      integrator, RowTestField(width: 3) { _, _, _, slope in for i in 0..<3 { slope[i] = 0 } },
      from: [0.4, 1, 0], at: [0, 1, 2],
      interruptions: RowInterruptions(forcedTimes: .shared([1]), events: Lift(Bounces())))
    #expect(solution.events.map(\.event) == [nil, 1])
    #expect(solution.state(2, 0) == [0.6, 1, 0])
  }

  @Test func `a terminated row leaves the others alone`() {
    let solution = solve(0..<3, .tsitouras5, fine, most: 2, doses: false)
    for row in 0..<3 {
      guard case .terminated(let time, event: 0) = solution.reports[row].status else {
        Issue.record("\(solution.reports[row].status)")
        continue
      }
      for (save, saved) in saves.enumerated() {
        #expect(solution.state(save, row)[0].isNaN == (saved > time))
      }
      #expect(solution.events.filter { $0.row == row && $0.event == 0 }.count == 2)
    }
  }

  @Test(.enabled(if: allocations_are_counted() && !_isDebugAssertConfiguration()))
  func `steps allocate nothing while no event fires`() {
    final class Never: RowEvents {
      let directions = [EventDirection.either, .falling]
      func evaluate(
        row: Int, time: Double, state: UnsafePointer<Double>, into values: inout [Double]
      ) {
        values[0] = state[0] + 3
        values[1] = state[1] + 2
      }
      func apply(
        _ event: Int, row: Int, time: Double, state: UnsafeMutablePointer<Double>
      ) -> RowEventOutcome { .terminated }
    }
    let field = RowTestField<Double>(width: 2) { _, y, row, derivative in
      derivative[0] = y[1]
      derivative[1] = -y[0]
    }
    let initial: [Double] = [1, 0, 1.1, 0, 1.2, 0, 1.3, 0]
    for events in [nil, Never()] {
      let integrator = RowIntegrator<Double>(
        method: .dormandPrince5, control: fine, rows: 4, width: 2)
      func allocations(_ end: Double) -> Int {
        let times = [0, end]
        var states = [Double](repeating: 0, count: 16)
        let interruptions = RowInterruptions<Double>(
          forcedTimes: .shared([0.5, 1]), events: events)
        return times.withUnsafeBufferPointer { times in
          allocations_begin()
          integrator.solve(
            field, initial: initial, times: .shared(times.baseAddress!, count: 2),
            states: &states, interruptions: interruptions)
          return allocations_end()
        }
      }
      // Three times as many steps take no more memory, once the runtime has made its tables.
      _ = allocations(20)
      #expect(allocations(20) == allocations(60))
      #expect(integrator.eventRecords.isEmpty)
    }
  }
}
