import Platform
import NumericCore
import Integrators
import Testing

/// A field on one number.
private struct NumberField: VectorField {
  let body: @Sendable (Double, Double) -> Double
  func callAsFunction(_ time: Double, _ y: Double) -> Double { body(time, y) }
}

private func solver(
  _ method: ODEMethod, _ tolerance: Double = 1e-6,
  _ change: (inout AdaptiveControl) -> Void = { _ in }
) -> ODESolver {
  var control = AdaptiveControl(Tolerance(relative: tolerance, absolute: 1e-3 * tolerance))
  change(&control)
  return ODESolver(method: method, control: .adaptive(control))
}

private let adaptive = ODEMethod.all.filter { $0.isAdaptive && $0.order > 2 }

/// Uniform random numbers, the same at every run.
private struct Random {
  var state: UInt64 = 3
  mutating func callAsFunction(_ low: Double, _ high: Double) -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return low + (high - low) * Double(state >> 11) * 0x1p-53
  }
}

@Suite struct HonestStepTests {
  @Test(arguments: adaptive)
  func `jumps after a constant stretch are found without forced times`(method: ODEMethod) throws {
    var random = Random()
    for _ in 0..<30 {
      // A square wave of an opaque field; the pieces in closed form.
      let (rate, phase, end) = (random(1, 8), random(0, 6), random(2, 5))
      var knots = [0.0]
      var half = (phase / Double.pi).rounded(.up)
      while (half * Double.pi - phase) / rate < end {
        knots.append(max((half * Double.pi - phase) / rate, 0))
        half += 1
      }
      knots.append(end)
      let exact = zip(knots, knots.dropFirst()).reduce(0) { sum, piece in
        sum + (Double.sine(rate * 0.5 * (piece.0 + piece.1) + phase) > 0 ? piece.1 - piece.0 : 0)
      }
      let field = NumberField { time, _ in Double.sine(rate * time + phase) > 0 ? 1 : 0 }
      let solution = try solver(method)
        .solve(field, from: 0, over: TimeSpan(from: 0, to: end), at: [end])
      // A thousand tolerances.
      #expect(abs(solution.states[0] - exact) < 1e-3 * max(1, exact))
    }
  }

  @Test(arguments: adaptive)
  func `a pulse of a thousandth of the span after a rest is found`(method: ODEMethod) throws {
    var random = Random()
    for _ in 0..<30 {
      let end = Double.exponential(random(0, 7))
      let (start, width, decay) = (random(0.05, 0.9) * end, 0.0011 * end, random(0, 5) / end)
      let field = NumberField { time, x in
        (time >= start && time < start + width ? 1 / width : 0) - decay * x
      }
      let exact =
        (1 - Double.exponential(-decay * width)) / (decay * width)
        * Double.exponential(-decay * (end - start - width))
      for direction in [1.0, -1] {
        let mirrored = NumberField { time, x in direction * field(direction * time, x) }
        let solution = try solver(method).solve(
          mirrored, from: 0, over: TimeSpan(from: 0, to: direction * end), at: [direction * end])
        #expect(abs(solution.states[0] - exact) < 1e-3)
      }
      let rows = RowTestField<Double>(width: 1) { time, x, _, derivative in
        derivative[0] = field(time, x[0])
      }
      guard method.isExplicit else { continue }
      let solution = RowSolution(
        RowIntegrator<Double>(method: method, control: solver(method).control, rows: 1, width: 1),
        rows, from: [0], at: [0, end])
      #expect(abs(solution.state(1, 0)[0] - exact) < 1e-3)
    }
  }

  @Test(arguments: adaptive)
  func `a singularity at the end of the span does not complete`(method: ODEMethod) throws {
    var random = Random()
    for _ in 0..<30 {
      let (end, power) = (Double.exponential(random(-2, 4)), random(1.5, 3))
      let field = NumberField { _, y in Double.power(y, power) / (end * (power - 1)) }
      for tolerance in [1e-5, 1e-6, 1e-8] {
        let solution = try solver(method, tolerance)
          .solve(field, from: 1, over: TimeSpan(from: 0, to: end), at: [0, end])
        #expect(
          !solution.status.isCompleted && solution.states == [1],
          "\(tolerance) \(power) \(end) \(solution.states)")
      }
      // A singularity beyond the end is none.
      let beyond = try solver(method)
        .solve(field, from: 1, over: TimeSpan(from: 0, to: 0.98 * end), at: [0.98 * end])
      #expect(beyond.status == .completed)
      let exact = Double.power(0.02, -1 / (power - 1))
      #expect(abs(beyond.states[0] / exact - 1) < 1e-3)
    }
  }

  @Test func `tolerances below rounding are refused`() throws {
    let span = TimeSpan(from: 0, to: 1)
    let smallest = Tolerance.smallestRelative(for: Double.self)
    #expect(throws: SolveError.toleranceBelowRounding(relative: 1e-17, smallest: smallest)) {
      try solver(.dormandPrince5, 1e-17).solve(CosineField(), from: 1, over: span)
    }
    struct Single: VectorField {
      func callAsFunction(_ time: Double, _ y: Float) -> Float { -y }
    }
    let single = Tolerance.smallestRelative(for: Float.self)
    #expect(throws: SolveError.toleranceBelowRounding(relative: 1e-9, smallest: single)) {
      try solver(.dormandPrince5, 1e-9).solve(Single(), from: 1, over: span)
    }
    let solution = try solver(.verner6, smallest).solve(CosineField(), from: 1, over: span, at: [1])
    #expect(solution.status == .completed)
  }

  @Test func `a row whose tolerance is below its rounding is refused, and no other`() {
    // 1e-12 is below the rounding of a state of 1e5, above that of a state of 1.
    let control = StepControl.proportionalIntegral(Tolerance(relative: 1e-18, absolute: 1e-12))
    let field = RowTestField<Double>(width: 1) { _, y, _, derivative in derivative[0] = -y[0] }
    let solution = RowSolution(
      RowIntegrator<Double>(method: .tsitouras5, control: control, rows: 3, width: 1), field,
      from: [1e5, 1, -1e5], at: [0, 1])
    let refused = SolveStatus.toleranceBelowRounding(
      smallest: Tolerance.smallestRelative(for: Double.self))
    #expect(solution.reports.map(\.status) == [refused, .completed, refused])
    #expect(solution.state(1, 0)[0].isNaN && solution.state(1, 2)[0].isNaN)
    #expect(abs(solution.state(1, 1)[0] - Double.exponential(-1)) < 1e-10)
    #expect(solution.reports[0].statistics.evaluations == 0)
    // Single precision at 1e-7 is solved, at 1e-9 refused.
    for (tolerance, isRefused) in [(1e-7, false), (1e-9, true)] {
      let single = RowSolution(
        RowIntegrator<Float>(
          method: .dormandPrince5,
          control: .proportionalIntegral(Tolerance(relative: tolerance, absolute: 0)), rows: 1,
          width: 1),
        RowTestField<Float>(width: 1) { _, y, _, derivative in derivative[0] = -y[0] }, from: [1],
        at: [0, 1])
      #expect(single.reports[0].status.isCompleted != isRefused)
    }
  }
}

@Suite struct ControllerTests {
  /// The step sizes of a scripted sequence of errors follow the formula of the filter.
  @Test(arguments: [
    StepFilter.integral, .damped, .pi42, .pi33, .pi34, .h211PI, .h211b, .h312PID, .h312b,
  ])
  func `a filter keeps a varying problem within its tolerance`(filter: StepFilter) throws {
    let tolerance = 1e-7
    for method in [ODEMethod.bogackiShampine3, .dormandPrince5, .verner6] {
      let solution = try solver(method, tolerance) { $0.filter = filter }
        .solve(CosineField(), from: 1, over: TimeSpan(from: 0, to: 20), at: [20])
      let exact = Double.exponential(Double.sine(20))
      #expect(solution.status == .completed)
      #expect(abs(solution.states[0] - exact) < 1e3 * tolerance)
      #expect(solution.statistics.rejectedSteps < solution.statistics.acceptedSteps)
    }
  }

  @Test func `the coefficients of a PID controller are those of diffrax`() {
    let filter = StepFilter(proportional: 0.3, integral: 0.4, derivative: 0.1)
    for (own, other) in [(filter.beta1, 0.8), (filter.beta2, -0.5), (filter.beta3, 0.1)] {
      #expect(abs(own - other) < 1e-15)
    }
    // The controllers of Söderlind's table with an integral part of two fifths and one third.
    #expect(
      abs(StepFilter(proportional: 0.2, integral: 0.4).beta1 - StepFilter.pi42.beta1) < 1e-15)
    #expect(
      abs(StepFilter(proportional: 1 / 3, integral: 1 / 3).beta2 - StepFilter.pi33.beta2)
        < 1e-15)
  }

  /// Halves or doubles, and checks what it is shown.
  private struct Coarse: StepController {
    func factor(after history: StepHistory) -> Double {
      precondition(history.isAccepted == (history.error <= 1) && history.errorOrder == 5)
      // Sizes of accepted steps differ by powers of two, but for the last one.
      return history.error > 0.03 ? 0.5 : 2
    }
  }

  @Test func `a user's controller steers both engines`() throws {
    let own = solver(.dormandPrince5) {
      $0.controller = Coarse()
      $0.firstStep = 0x1p-6
    }
    let span = TimeSpan(from: 0, to: 10)
    let solution = try own.solve(CosineField(), from: 1, over: span)
    for (start, end) in zip(solution.times, solution.times.dropFirst()).dropLast() {
      #expect((end - start).significand == 1)
    }
    #expect(abs(solution.state(at: 10) - Double.exponential(Double.sine(10))) < 1e-3)
    let field = RowTestField<Double>(width: 1) { time, y, _, derivative in
      derivative[0] = Double.cosine(time) * y[0]
    }
    let rows = RowSolution(
      RowIntegrator<Double>(method: .dormandPrince5, control: own.control, rows: 1, width: 1),
      field,
      from: [1], at: [0, 10])
    #expect(rows.reports[0].statistics.acceptedSteps == solution.statistics.acceptedSteps)
    #expect(own == own && own != solver(.dormandPrince5) { $0.firstStep = 0x1p-6 })
  }

  @Test func `norms decide which components count`() throws {
    // A slow component and a fast one.
    let field = ListField { time, y in [-y[0], 50 * Double.cosine(50 * time)] }
    let rows = RowTestField<Double>(width: 2) { time, y, _, derivative in
      derivative[0] = -y[0]
      derivative[1] = 50 * Double.cosine(50 * time)
    }
    func steps(_ norm: ErrorNorm) throws -> Int {
      let own = solver(.tsitouras5) { $0.norm = norm }
      let single = try own.solve(
        field, from: [1, 0], over: TimeSpan(from: 0, to: 2), at: [2]
      ).statistics.acceptedSteps
      let row = RowSolution(
        RowIntegrator<Double>(method: .tsitouras5, control: own.control, rows: 1, width: 2), rows,
        from: [1, 0], at: [0, 2])
      #expect(row.reports[0].statistics.acceptedSteps == single)
      return single
    }
    let all = try steps(.rootMeanSquare)
    #expect(try steps(.masked([true, false])) * 3 < all)
    #expect(try steps(ErrorNorm(weights: [1, 1e-8])) < all)
    #expect(try steps(.maximum) > all)
    // The same tolerances component by component.
    let same = Tolerance(relative: 1e-6, absolute: 1e-9)
    #expect(try steps(ErrorNorm(tolerances: [same, same])) == all)
    let loose = Tolerance(relative: 1e-6, absolute: 10)
    #expect(try steps(ErrorNorm(tolerances: [same, loose])) * 3 < all)
  }

  @Test func `a smallest step is accepted or ends the solve`() throws {
    // A corner at 0.5 that no step size resolves to this tolerance.
    let field = NumberField { time, _ in time > 0.5 ? 1000 : Double.cosine(time) }
    let span = TimeSpan(from: 0, to: 1)
    let ended = try solver(.dormandPrince5, 1e-12) { $0.smallestStep = SmallestStep(1e-4) }
      .solve(field, from: 1, over: span, at: [1])
    guard case .stepUnderflow(let time) = ended.status else {
      Issue.record("\(ended.status)")
      return
    }
    #expect(time <= 0.5 && time > 0.49 && ended.statistics.smallestStep >= 1e-4 * (1 - 1e-9))
    let accepted = try solver(.dormandPrince5, 1e-12) {
      $0.smallestStep = SmallestStep(1e-4, isAccepted: true)
    }.solve(field, from: 1, over: span, at: [1])
    #expect(accepted.status == .completed)
    #expect(accepted.statistics.acceptedSteps < 10_000)
    // One step of 1e-4 across a jump of 1000.
    #expect(abs(accepted.states[0] - (1 + Double.sine(0.5) + 500)) < 0.1)
  }
}
