import NumericCore
import Integrators
import Testing

/// `y' = −2 y`, with a jump of the rate at time 1.
private struct Decay: VectorField {
  func callAsFunction(_ time: Double, _ y: Double) -> Double { (time < 1 ? -2 : -60) * y }
}

@Suite struct StepTrialTests {
  private func solver(_ method: ODEMethod, recording: Bool) -> ODESolver {
    var solver = ODESolver(
      method: method,
      control: method.isAdaptive
        ? .adaptive(AdaptiveControl(Tolerance(relative: 1e-5, absolute: 1e-8))) : .fixed(0.125))
    solver.recordsSteps = recording
    return solver
  }

  @Test(arguments: ODEMethod.all)
  func `recorded steps are those of the statistics and tile the span`(method: ODEMethod) throws {
    let span = TimeSpan(from: 0, to: 3)
    let plain = try solver(method, recording: false).solve(Decay(), from: 1, over: span)
    let solution = try solver(method, recording: true).solve(Decay(), from: 1, over: span)
    #expect(plain.steps.isEmpty)
    #expect(solution.states == plain.states)
    #expect(solution.statistics == plain.statistics)
    let accepted = solution.steps.filter(\.isAccepted)
    #expect(accepted.count == solution.statistics.acceptedSteps)
    #expect(solution.steps.count - accepted.count == solution.statistics.rejectedSteps)
    #expect(accepted.map(\.time) == Array(solution.times.dropLast()))
    for (step, end) in zip(accepted, solution.times.dropFirst()) {
      #expect(abs(step.time + step.size - end) <= 4 * end.ulp)
    }
    for step in solution.steps {
      #expect((step.error == nil) == !method.isAdaptive)
      if let error = step.error { #expect((error <= 1) == step.isAccepted) }
    }
  }

  @Test func `a step that is tried again begins at the same time and is smaller`() throws {
    let solution = try solver(.dormandPrince5, recording: true)
      .solve(Decay(), from: 1, over: TimeSpan(from: 0, to: 3))
    #expect(solution.statistics.rejectedSteps > 0)
    for (step, next) in zip(solution.steps, solution.steps.dropFirst()) where !step.isAccepted {
      #expect(next.time == step.time)
      #expect(next.size < step.size)
    }
  }

  @Test func `rows record the steps of their single solves`() throws {
    let field = RowTestField<Double>(width: 1) { time, state, _, derivative in
      derivative[0] = (time < 1 ? -2 : -60) * state[0]
    }
    let starts = [1.0, 1e-6, 250]
    let solver = solver(.dormandPrince5, recording: true)
    let integrator = RowIntegrator<Double>(
      method: solver.method, control: solver.control, rows: 3, width: 1)
    _ = RowSolution(integrator, field, from: starts, at: [0, 3])
    #expect(integrator.trials.isEmpty)
    integrator.recordsSteps = true
    _ = RowSolution(integrator, field, from: starts, at: [0, 3])
    for (row, start) in starts.enumerated() {
      let single = try solver.solve(Decay(), from: start, over: TimeSpan(from: 0, to: 3))
      let trials = integrator.trials[row]
      #expect(trials.map(\.isAccepted) == single.steps.map(\.isAccepted))
      for (one, other) in zip(trials, single.steps) {
        // Rows and single states round differently, and an error estimate is a small difference.
        #expect(abs(one.size - other.size) < 1e-6 * abs(other.size))
      }
    }
  }
}
