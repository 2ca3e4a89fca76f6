import Platform
import NumericCore
import Integrators
import Testing

/// `y' = cos(t) y`, whose solution is `exp(sin t)`.
struct CosineField: VectorField {
  func callAsFunction(_ time: Double, _ y: Double) -> Double { Double.cosine(time) * y }
}

/// `x' = 1.5 x − x y, y' = x y − 3 y`.
struct LotkaVolterraField: VectorField {
  func callAsFunction(_ time: Double, _ z: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(1.5 * z.x - z.x * z.y, z.x * z.y - 3 * z.y)
  }
}

/// Any field on a list of numbers.
struct ListField: VectorField {
  let body: @Sendable (Double, [Double]) -> [Double]
  func callAsFunction(_ time: Double, _ y: [Double]) -> [Double] { body(time, y) }
}

private func adaptive(_ tolerance: Double) -> StepControl {
  .proportionalIntegral(Tolerance(relative: tolerance, absolute: tolerance))
}

@Suite struct ODESolverTests {
  @Test(arguments: ODEMethod.all)
  func `observed order matches the tableau`(method: ODEMethod) throws {
    // Steps at which each method is in its asymptotic range and above rounding.
    let counts = [[40, 160], [80, 160], [40, 80]][max(0, method.order - 4)]
    let span = TimeSpan(from: 0, to: 2)
    let times = span.evenlySpaced(41)
    let errors = try counts.map { count in
      let solver = ODESolver(method: method, control: .steps(perInterval: count / 40))
      let solution = try solver.solve(CosineField(), from: 1, over: span, at: times)
      return zip(times, solution.states).reduce(0) { largest, point in
        max(largest, abs(point.1 - Double.exponential(Double.sine(point.0))))
      }
    }
    let slope =
      Double.logarithm(errors[0] / errors[1])
      / Double.logarithm(Double(counts[1]) / Double(counts[0]))
    // The slope differs from the order by O(h).
    #expect(abs(slope - Double(method.order)) < 0.15, "errors \(errors)")
  }

  @Test(arguments: [ODEMethod.dormandPrince5, .dormandPrince5Classic, .tsitouras5])
  func `errors fall with the tolerance`(method: ODEMethod) throws {
    let span = TimeSpan(from: 0, to: 10)
    let times = span.evenlySpaced(41)
    func solve(_ tolerance: Double) throws -> [SIMD2<Double>] {
      try ODESolver(method: method, control: adaptive(tolerance))
        .solve(LotkaVolterraField(), from: SIMD2(1, 1), over: span, at: times).states
    }
    let exact = try solve(1e-13)
    var before = Double.infinity
    for exponent in 3...10 {
      let tolerance = Double.power(10, -Double(exponent))
      let error = zip(try solve(tolerance), exact).reduce(0) { largest, point in
        let difference = point.0 - point.1
        return max(largest, (difference * difference).sum().squareRoot())
      }
      #expect(error < before)
      // Errors accumulate over some hundred steps of one and a half periods.
      #expect(error / tolerance > 1e-2 && error / tolerance < 1e3)
      before = error
    }
  }

  @Test(arguments: ODEMethod.all.filter(\.isAdaptive))
  func `dense output is as good as the steps`(method: ODEMethod) throws {
    let tolerance = 1e-6
    let span = TimeSpan(from: 0, to: 2)
    let solution = try ODESolver(method: method, control: adaptive(tolerance))
      .solve(CosineField(), from: 1, over: span)
    #expect(solution.isDense && solution.status == .completed)
    var state: UInt64 = 7
    for _ in 0..<200 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let time = 2 * Double(state >> 11) * 0x1p-53
      let error = abs(solution.state(at: time) - Double.exponential(Double.sine(time)))
      // Fifty step tolerances: the accumulated error and that of the interpolant.
      #expect(error < 50 * tolerance * Double.exponential(1))
    }
    for (time, value) in zip(solution.times, solution.states) {
      #expect(solution.state(at: time) == value)
    }
  }

  @Test(arguments: ODEMethod.all)
  func `saved states are those of dense output`(method: ODEMethod) throws {
    let control = method.isAdaptive ? adaptive(1e-5) : .fixed(0.05)
    let span = TimeSpan(from: 2, to: -1)
    let times = method.isAdaptive ? [2, 1.37, 0.2, 0.2, -0.99, -1] : [2, 1, 0, -1]
    let solver = ODESolver(method: method, control: control)
    let saved = try solver.solve(CosineField(), from: 1, over: span, at: times)
    let dense = try solver.solve(CosineField(), from: 1, over: span)
    #expect(saved.times == times)
    for (time, value) in zip(saved.times, saved.states) {
      // Sums of the same terms in another order.
      #expect(abs(dense.state(at: time) - value) < 1e-13)
    }
  }

  @Test(arguments: ODEMethod.explicit)
  func `a single state and a row take the same steps`(method: ODEMethod) throws {
    let control = method.isAdaptive ? adaptive(1e-7) : .fixed(0.03)
    let times = [0, 1.1, 2.7, 5]
    let solution = try ODESolver(method: method, control: control).solve(
      LotkaVolterraField(), from: SIMD2(1, 1), over: TimeSpan(from: 0, to: 5), at: times)
    let field = RowTestField<Double>(width: 2) { time, z, _, derivative in
      derivative[0] = 1.5 * z[0] - z[0] * z[1]
      derivative[1] = z[0] * z[1] - 3 * z[1]
    }
    let rows = RowSolution(
      RowIntegrator<Double>(method: method, control: control, rows: 1, width: 2), field,
      from: [1, 1], at: times)
    #expect(solution.status == rows.reports[0].status)
    let (one, other) = (solution.statistics, rows.reports[0].statistics)
    #expect(one.acceptedSteps == other.acceptedSteps)
    #expect(one.rejectedSteps == other.rejectedSteps)
    #expect(one.evaluations == other.evaluations)
    for (save, state) in solution.states.enumerated() {
      // Rounding of fused and plain sums, amplified by step sizes that differ by as much.
      #expect(abs(state.x - rows.state(save, 0)[0]) < 1e-10)
      #expect(abs(state.y - rows.state(save, 0)[1]) < 1e-10)
    }
  }

  @Test func `the same solve with any kind of state`() throws {
    let field = ListField { _, z in [1.5 * z[0] - z[0] * z[1], z[0] * z[1] - 3 * z[1]] }
    let solver = ODESolver(method: .tsitouras5, control: adaptive(1e-8))
    let span = TimeSpan(from: 0, to: 3)
    let list = try solver.solve(field, from: [1, 1], over: span)
    let vector = try solver.solve(LotkaVolterraField(), from: SIMD2(1, 1), over: span)
    #expect(list.statistics == vector.statistics)
    #expect(list.states.map { SIMD2($0[0], $0[1]) } == vector.states)
  }

  @Test func `a steep start is found by the first step`() throws {
    let field = ListField { _, y in [-1e6 * y[0]] }
    let solution = try ODESolver(method: .dormandPrince5, control: adaptive(1e-6))
      .solve(field, from: [1], over: TimeSpan(from: 0, to: 1e-5))
    // The field changes on a scale of 1e-6.
    #expect(solution.statistics.firstStep < 1e-6)
    #expect(solution.statistics.rejectedSteps <= 2)
  }

  @Test func `a decaying state stays stable inside the boundary and grows outside`() throws {
    for method in ODEMethod.explicit {
      let boundary = method.tableau.realStabilityBoundary
      for (factor, isStable) in [(0.95, true), (1.05, false)] {
        let field = ListField { _, y in [-factor * boundary * y[0]] }
        let solution = try ODESolver(method: method, control: .fixed(1))
          .solve(field, from: [1], over: TimeSpan(from: 0, to: 100), at: [100])
        #expect((abs(solution.states[0][0]) < 1) == isStable, "\(method.name)")
      }
    }
  }

  @Test func `stiff systems end with the status stiff within their budget`() throws {
    let robertson = ListField { _, y in
      let (a, b) = (0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] * y[1])
      return [-a, a - b, b]
    }
    for method in ODEMethod.explicit where method.isAdaptive {
      let control = StepControl.proportionalIntegral(
        Tolerance(relative: 1e-4, absolute: 1e-8), stepBudget: 4000)
      let solution = try ODESolver(method: method, control: control)
        .solve(robertson, from: [1, 0, 0], over: TimeSpan(from: 0, to: 1e6), at: [1e6])
      guard case .stiff(let time, let estimate) = solution.status else {
        Issue.record("\(method.name): \(solution.status)")
        continue
      }
      #expect(time > 0 && estimate > 1)
      #expect(solution.statistics.acceptedSteps + solution.statistics.rejectedSteps == 4000)
      #expect(solution.states.isEmpty)
    }
  }

  @Test func `a field that ceases to be finite ends the solve with its component`() throws {
    let field = ListField { time, y in [1, time > 1 ? .nan : 0, 1] }
    for control in [adaptive(1e-6), .fixed(0.01)] {
      let solution = try ODESolver(method: .dormandPrince5, control: control)
        .solve(field, from: [0, 0, 0], over: TimeSpan(from: 0, to: 3), at: [0.5, 3])
      guard case .nonFinite(let time, component: 1) = solution.status else {
        Issue.record("\(solution.status)")
        continue
      }
      #expect(time <= 1 && time > 0.98)
      #expect(solution.times == [0.5])
    }
    // A solution that blows up at t = 1.
    let square = ListField { _, y in [y[0] * y[0]] }
    let solution = try ODESolver(method: .tsitouras5, control: adaptive(1e-6))
      .solve(square, from: [1], over: TimeSpan(from: 0, to: 2))
    #expect(!solution.status.isCompleted)
  }

  @Test func `times that cannot be are refused`() {
    let solver = ODESolver(method: .rungeKutta4, control: .fixed(0.1))
    let span = TimeSpan(from: 0, to: 1)
    #expect(throws: SolveError.timesOutOfOrder(index: 1, before: 0.5, time: 0.4)) {
      try solver.solve(CosineField(), from: 1, over: span, at: [0.5, 0.4])
    }
    #expect(throws: SolveError.timeOutsideSpan(time: 1.5, start: 0, end: 1)) {
      try solver.solve(CosineField(), from: 1, over: span, at: [1.5])
    }
    #expect(throws: SolveError.initialStateNotFinite(component: 0)) {
      try solver.solve(CosineField(), from: .nan, over: span)
    }
  }

  @Test func `an empty span needs no step`() throws {
    for control in [adaptive(1e-6), .fixed(0.1)] {
      let solution = try ODESolver(method: .dormandPrince5, control: control)
        .solve(CosineField(), from: 1, over: TimeSpan(from: 1, to: 1), at: [1, 1])
      #expect(solution.states == [1, 1] && solution.status == .completed)
      #expect(solution.statistics.acceptedSteps == 0)
    }
  }
}
