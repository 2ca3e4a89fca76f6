import Platform
import NumericCore
import Integrators
import Testing

private let rows = 5

/// Rows of very different speed, so that rounds are mixed.
private func makeField() -> RowTestField<Double> {
  RowTestField(width: 2) { time, state, row, derivative in
    let speed = Double(1 + row * row)
    derivative[0] = speed * Double.cosine(time * speed) * state[1]
    derivative[1] = speed * (state[0] - state[1] * state[1] * state[1])
  }
}

@Suite struct StepRecordTests {
  @Test(arguments: ODEMethod.explicit)
  func `a record replays the solve`(method: ODEMethod) {
    let control =
      method.isAdaptive
      ? StepControl.integral(Tolerance(relative: 1e-4, absolute: 1e-5)) : .fixed(0.02)
    let integrator = RowIntegrator<Double>(
      method: method, control: control, rows: rows, width: 2)
    let record = StepRecord<Double>(level: .stages)
    let initial = (0..<2 * rows).map { 0.3 + 0.1 * Double($0) }
    let times = [0, 0, 0.31, 0.77, 0.78, 1, 1]
    // The second solve runs in memory that the first has left.
    for _ in 0..<2 {
      record.reset()
      let solution = RowSolution(
        integrator, makeField(), from: initial, at: times, record: record)
      check(record, solution, method.tableau, initial, times.count)
    }
  }

  private func check(
    _ record: StepRecord<Double>, _ solution: RowSolution<Double>, _ tableau: Tableau,
    _ initial: [Double], _ count: Int
  ) {
    let field = makeField()
    var current = (0..<rows).map { Array(initial[2 * $0..<2 * $0 + 2]) }
    var now = [Double](repeating: 0, count: rows)
    var seen = Set(record.initialSaves.map { $0.row * count + $0.index })
    var accepted = [Int](repeating: 0, count: rows)
    for round in record.rounds {
      for position in 0..<round.rows {
        let row = Int(round.rowNumbers[position])
        let (time, step) = (round.times[position], round.steps[position])
        // A time is the sum of the steps before it, up to rounding.
        #expect(abs(time - now[row]) < 1e-12)
        accepted[row] += 1
        var slopes: [[Double]] = []
        func combination(_ weights: some Sequence<Double>) -> [Double] {
          (0..<2).map { i in
            current[row][i] + step * zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1[i] }
          }
        }
        for stage in 0..<round.stageCount {
          let recorded = (0..<2).map { round.stageStates[stage][position * 2 + $0] }
          let expected = combination(tableau.row(stage))
          // The same sums in another order: some ulps of numbers of size 1.
          for (a, b) in zip(recorded, expected) { #expect(abs(a - b) < 1e-13) }
          var slope = [0.0, 0]
          recorded.withUnsafeBufferPointer { state in
            field.evaluate(
              times: [time + tableau.node(stage) * step], states: state.baseAddress!, rows: 1,
              rowNumbers: [Int32(row)], derivatives: &slope)
          }
          slopes.append(slope)
        }
        for save in record.saves[round.saves] where save.position == position {
          #expect(seen.insert(row * count + save.index).inserted)
          let expected = combination(
            save.isEnd ? tableau.weights : tableau.interpolant.weights(at: save.theta))
          for (a, b) in zip(solution.state(save.index, row), expected) {
            #expect(abs(a - b) < 1e-13)
          }
        }
        current[row] = combination(tableau.weights)
        now[row] = time + step
      }
    }
    #expect(seen.count == rows * count)
    #expect(accepted == solution.reports.map(\.statistics.acceptedSteps))
  }

  @Test func `states alone give the same steps`() {
    let integrator = RowIntegrator<Double>(
      method: .tsitouras5, control: .integral(Tolerance(relative: 1e-4, absolute: 1e-5)),
      rows: rows, width: 2)
    let (stages, states) = (StepRecord<Double>(level: .stages), StepRecord<Double>(level: .states))
    let initial = (0..<2 * rows).map { 0.3 + 0.1 * Double($0) }
    let full = RowSolution(integrator, makeField(), from: initial, at: [0, 1], record: stages)
    let cheap = RowSolution(integrator, makeField(), from: initial, at: [0, 1], record: states)
    let none = RowSolution(integrator, makeField(), from: initial, at: [0, 1])
    #expect(full.states == cheap.states && full.states == none.states)
    #expect(full.reports == cheap.reports && full.reports == none.reports)
    #expect(stages.rounds.count == states.rounds.count)
    for (a, b) in zip(stages.rounds, states.rounds) {
      #expect(a.rows == b.rows)
      for index in 0..<a.rows * 2 { #expect(a.stageStates[0][index] == b.stageStates[0][index]) }
    }
    #expect(states.byteCount < stages.byteCount)
  }
}
