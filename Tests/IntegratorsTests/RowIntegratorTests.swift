import Platform
import NumericCore
import Integrators
import Testing

/// Row r: the oscillator of frequency 1 + r with a damping that depends on time.
private func oscillators<Scalar: RowScalar>(_: Scalar.Type) -> RowTestField<Scalar> {
  RowTestField(width: 2) { time, state, row, derivative in
    let frequency = Scalar(1 + row)
    derivative[0] = frequency * state[1]
    derivative[1] = -frequency * state[0] - Scalar(0.1 * time) * state[1]
  }
}

private let tight = StepControl.proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-9))
private let loose = StepControl.proportionalIntegral(Tolerance(relative: 1e-5, absolute: 1e-5))

@Suite struct RowIntegratorTests {
  @Test(arguments: ODEMethod.explicit)
  func `rows follow their closed form`(method: ODEMethod) {
    let field = RowTestField<Double>(width: 1) { time, state, row, derivative in
      derivative[0] = Double(row + 1) * Double.cosine(time) * state[0]
    }
    let control =
      method.isAdaptive
      ? StepControl.integral(Tolerance(relative: 1e-7, absolute: 1e-7)) : .fixed(1e-3)
    let integrator = RowIntegrator<Double>(method: method, control: control, rows: 3, width: 1)
    let times = [0, 0.4, 0.4, 1.1, 2]
    let solution = RowSolution(integrator, field, from: [1, 1, 1], at: times)
    // A thousand times the tolerance for the accumulated errors of an adaptive solve, the method's
    // order for fixed steps of 1e-3 (error constants of this field below 20).
    let bound =
      method.isAdaptive ? 2e-4 : max(1e-9, 20 * Double.power(1e-3, Double(method.tableau.order)))
    for row in 0..<3 {
      #expect(solution.reports[row].status == .completed)
      for (save, time) in times.enumerated() {
        let exact = Double.exponential(Double(row + 1) * Double.sine(time))
        #expect(abs(solution.state(save, row)[0] - exact) < bound * exact)
      }
    }
  }

  @Test(arguments: ODEMethod.explicit.filter(\.isAdaptive))
  func `a row has the same bits alone and in a batch`(method: ODEMethod) {
    let rows = 7
    let initial = (0..<rows).flatMap { [Float(1) / Float($0 + 1), Float($0)] }
    let times = [0, 0.3, 1.7, 5]
    let field = oscillators(Float.self)
    let together = RowSolution(
      RowIntegrator<Float>(method: method, control: loose, rows: rows, width: 2), field,
      from: initial, at: times)
    let single = RowIntegrator<Float>(method: method, control: loose, rows: 1, width: 2)
    for row in 0..<rows {
      let field = RowTestField<Float>(width: 2) { time, state, _, derivative in
        let frequency = Float(1 + row)
        derivative[0] = frequency * state[1]
        derivative[1] = -frequency * state[0] - Float(0.1 * time) * state[1]
      }
      let alone = RowSolution(
        single, field, from: Array(initial[2 * row..<2 * row + 2]), at: times)
      #expect(alone.reports[0] == together.reports[row])
      #expect(alone.reports[0].statistics.evaluations == field.rowEvaluations)
      for save in times.indices { #expect(alone.state(save, 0) == together.state(save, row)) }
    }
  }

  @Test func `every row may have its own times and direction`() {
    let field = oscillators(Double.self)
    let times: [Double] = [0, 1, 2, 2, 1, -1, 0, 0, 3]
    let batch = RowSolution(
      RowIntegrator<Double>(method: .tsitouras5, control: tight, rows: 3, width: 2), field,
      from: [1, 0, 0, 1, 1, 1], at: times, perRow: true)
    let reference = RowIntegrator<Double>(
      method: .dormandPrince5, control: .fixed(1e-3), rows: 3, width: 2)
    let fine = RowSolution(reference, field, from: [1, 0, 0, 1, 1, 1], at: times, perRow: true)
    for (value, exact) in zip(batch.states, fine.states) {
      // Tolerance 1e-9 a step, times the accumulation over some dozen steps.
      #expect(abs(value - exact) < 1e-7)
    }
  }

  @Test func `forward and then backward returns to the start`() {
    let field = oscillators(Double.self)
    let integrator = RowIntegrator<Double>(
      method: .dormandPrince5, control: tight, rows: 2, width: 2)
    let there = RowSolution(integrator, field, from: [1, 0, 0.5, 1], at: [0, 4])
    let back = RowSolution(integrator, field, from: Array(there.states[4...]), at: [4, 0])
    for (value, start) in zip(back.states[4...], [1, 0, 0.5, 1] as [Double]) {
      // Two solves at 1e-9 a step; going back undoes a damping of exp(0.8).
      #expect(abs(value - start) < 1e-6)
    }
  }

  @Test func `a row that fails leaves the others alone`() {
    let field = RowTestField<Double>(width: 2) { time, state, row, derivative in
      derivative[0] = -state[0]
      derivative[1] = row == 1 && time > 1 ? .nan : Double.cosine(time)
    }
    for control in [tight, .fixed(0.01)] {
      let integrator = RowIntegrator<Double>(
        method: .dormandPrince5, control: control, rows: 3, width: 2)
      let solution = RowSolution(
        integrator, field, from: [1, 0, 2, 0, 3, 0], at: [0, 0.5, 2])
      #expect(solution.reports[0].status == .completed)
      #expect(solution.reports[2].status == .completed)
      guard case .nonFinite(let time, component: 1) = solution.reports[1].status else {
        Issue.record("\(solution.reports[1].status)")
        continue
      }
      #expect(time > 0.9 && time <= 1)
      #expect(solution.state(1, 1)[0].isFinite)
      #expect(solution.state(2, 1).filter(\.isNaN).count == 2)
      for row in [0, 2] {
        // e⁻² (row + 1) within the accumulated tolerance.
        let exact = Double(row + 1) * Double.exponential(-2)
        #expect(abs(solution.state(2, row)[0] - exact) < 1e-7)
      }
    }
  }

  @Test func `a field that is not finite at the start fails at once`() {
    let field = RowTestField<Float>(width: 2) { _, _, row, derivative in
      derivative[0] = 1
      derivative[1] = row == 0 ? .infinity : 1
    }
    let solution = RowSolution(
      RowIntegrator<Float>(method: .tsitouras5, control: loose, rows: 2, width: 2), field,
      from: [0, 0, 0, 0], at: [3, 4])
    #expect(solution.reports[0].status == .nonFinite(time: 3, component: 1))
    #expect(solution.reports[1].status == .completed)
    // y' = 1 is integrated without error, up to rounding.
    #expect(abs(solution.state(1, 1)[0] - 1) < 1e-6)
  }

  @Test(arguments: ODEMethod.explicit.filter(\.isAdaptive))
  func `a stiff row ends with the status stiff within its budget`(method: ODEMethod) {
    let field = RowTestField<Double>(width: 2) { _, state, row, derivative in
      // Van der Pol with μ = 1000, and a harmless one.
      let mu: Double = row == 0 ? 1000 : 1
      derivative[0] = state[1]
      derivative[1] = mu * (1 - state[0] * state[0]) * state[1] - state[0]
    }
    let control = StepControl.proportionalIntegral(
      Tolerance(relative: 1e-4, absolute: 1e-4), stepBudget: 3000)
    let solution = RowSolution(
      RowIntegrator<Double>(method: method, control: control, rows: 2, width: 2), field,
      from: [2, 0, 2, 0], at: [0, 20])
    guard case .stiff = solution.reports[0].status else {
      Issue.record("\(method.name): \(solution.reports[0].status)")
      return
    }
    #expect(solution.reports[1].status == .completed)
    let statistics = solution.reports[0].statistics
    #expect(statistics.acceptedSteps + statistics.rejectedSteps == 3000)
  }

  @Test func `a budget that is too small is not called stiff`() {
    let field = oscillators(Double.self)
    let control = StepControl.integral(
      Tolerance(relative: 1e-9, absolute: 1e-9), stepBudget: 40)
    let solution = RowSolution(
      RowIntegrator<Double>(method: .dormandPrince5, control: control, rows: 1, width: 2), field,
      from: [1, 0], at: [0, 1000])
    guard case .stepBudgetExhausted(let time) = solution.reports[0].status else {
      Issue.record("\(solution.reports[0].status)")
      return
    }
    #expect(time > 0 && time < 1000)
    #expect(solution.reports[0].statistics.evaluations > 40 * 6)
  }

  @Test func `masked components do not steer the steps`() {
    let field = RowTestField<Double>(width: 2) { time, state, _, derivative in
      derivative[0] = -state[0]
      derivative[1] = Double.cosine(50 * time)
    }
    func steps(_ mask: [Bool]?) -> Int {
      let integrator = RowIntegrator<Double>(
        method: .dormandPrince5, control: tight, rows: 1, width: 2, errorMask: mask)
      let solution = RowSolution(integrator, field, from: [1, 0], at: [0, 2])
      return solution.reports[0].statistics.acceptedSteps
    }
    #expect(steps([true, false]) * 3 < steps(nil))
  }

  @Test func `fixed steps are counted exactly`() {
    let field = oscillators(Double.self)
    let times = [0, 1, 1, 1.25]
    func report(_ control: StepControl, _ method: ODEMethod) -> StepStatistics {
      let integrator = RowIntegrator<Double>(method: method, control: control, rows: 1, width: 2)
      return RowSolution(integrator, field, from: [1, 0], at: times).reports[0].statistics
    }
    #expect(report(.fixed(0.1), .rungeKutta4).acceptedSteps == 10 + 3)
    #expect(report(.fixed(0.1), .rungeKutta4).evaluations == 4 * 13)
    #expect(report(.steps(perInterval: 5), .dormandPrince5).acceptedSteps == 10)
    #expect(report(.steps(perInterval: 5), .dormandPrince5).evaluations == 6 * 10)
    #expect(report(.fixed(0.25), .euler).evaluations == 5)
  }

  @Test func `an adaptive solve costs two evaluations and one for each new stage`() {
    let field = oscillators(Double.self)
    let integrator = RowIntegrator<Double>(
      method: .dormandPrince5, control: tight, rows: 1, width: 2)
    let statistics = RowSolution(integrator, field, from: [1, 0], at: [0, 3]).reports[0].statistics
    #expect(
      statistics.evaluations == 2 + 6 * (statistics.acceptedSteps + statistics.rejectedSteps))
    #expect(statistics.evaluations == field.rowEvaluations)
  }
}
