import Platform
import NumericCore
import CAllocations
import Integrators
import Testing

/// A ball that falls: height and velocity.
private struct Ball: VectorField {
  var gravity = 9.81
  func callAsFunction(_ time: Double, _ y: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(y.y, -gravity)
  }
}

/// `x' = v, v' = −x`.
private struct Oscillator: VectorField {
  func callAsFunction(_ time: Double, _ y: SIMD2<Double>) -> SIMD2<Double> { SIMD2(y.y, -y.x) }
}

private let fine = StepControl.proportionalIntegral(Tolerance(relative: 1e-10, absolute: 1e-12))
private func solver(_ method: ODEMethod, _ step: Double = 0.01) -> ODESolver {
  ODESolver(method: method, control: method.isAdaptive && method.order > 2 ? fine : .fixed(step))
}

@Suite struct EventTests {
  /// Methods that integrate a parabola without error.
  static let exactForParabolas = ODEMethod.all.filter { $0.order >= 2 }

  @Test(arguments: exactForParabolas)
  func `a ball bounces twenty times as its closed form`(method: ODEMethod) throws {
    let (gravity, restitution) = (9.81, 0.9)
    let bounce = Event<Ball>.root(
      .falling, of: { _, y in y.x }, .reset { _, y in SIMD2(0, -restitution * y.y) })
    // The first fall takes √(2/g), then each flight 2v/g with v smaller by the restitution.
    var times = [(2 / gravity).squareRoot()]
    var speed = gravity * times[0]
    for _ in 1..<20 {
      speed *= restitution
      times.append(times[times.count - 1] + 2 * speed / gravity)
    }
    let end = times[19] + 0.1
    let saves = TimeSpan(from: 0, to: end).evenlySpaced(50)
    let solution = try solver(method)
      .solve(
        Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: end), at: saves, events: [bounce])
    #expect(solution.status == .completed)
    #expect(solution.events.count == 20)
    // The error of a bounce's time grows with each later one; rounding alone acts.
    for (event, time) in zip(solution.events, times) {
      #expect(abs(event.time - time) < 1e-12 * 20)
      #expect(abs(event.stateBefore.x) < 1e-13)
      #expect(event.stateAfter == SIMD2(0, -restitution * event.stateBefore.y))
    }
    for (time, state) in zip(solution.times, solution.states) {
      let bounces = times.filter { $0 <= time }.count
      var exact = 1 - 0.5 * gravity * time * time
      if bounces > 0 {
        let since = time - times[bounces - 1]
        let up = gravity * times[0] * Double.power(restitution, Double(bounces))
        exact = up * since - 0.5 * gravity * since * since
      }
      #expect(abs(state.x - exact) < 1e-10)
    }
  }

  @Test(arguments: [ODEMethod.dormandPrince5, .tsitouras5, .verner6, .rodas5P, .bogackiShampine3])
  func `directions, backward solves and several roots in one step`(method: ODEMethod) throws {
    for sign in [1.0, -1.0] {
      // cos t − 0.3 crosses zero twice in each period, from 1 downward.
      for (direction, isCounted) in [
        (EventDirection.rising, { (index: Int) in index % 2 == 1 }),
        (.falling, { $0 % 2 == 0 }), (.either, { _ in true }),
      ] {
        let event = Event<Oscillator>.root(direction, of: { _, y in y.x - 0.3 })
        let solution = try solver(method).solve(
          Oscillator(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: sign * 20), at: [sign * 20],
          events: [event])
        let root = 1.2661036727794992
        let turn = 2 * Double.pi
        var all: [Double] = []
        for period in 0..<4 {
          all += [turn * Double(period) + root, turn * Double(period + 1) - root]
        }
        all.removeAll { $0 >= 20 }
        let expected = all.indices.filter(isCounted).map { all[$0] }
        #expect(solution.events.count == expected.count)
        for (event, time) in zip(solution.events, expected) {
          // Hundred tolerances of 1e-10.
          #expect(abs(event.time - sign * time) < 1e-8)
        }
      }
      // Roots of a function of time that lie inside of one step, near to each other.
      let roots = [0.1, 0.103, 0.5, 0.87, 0.8701]
      let product = Event<Ball>.root(of: { time, _ in
        roots.reduce(1) { $0 * (sign * time - $1) }
      })
      let solution = try ODESolver(
        method: method,
        control: .proportionalIntegral(Tolerance(relative: 1e-6, absolute: 1e-6), firstStep: 1)
      ).solve(
        Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: sign), at: [sign], events: [product])
      #expect(solution.events.count == 5, "\(solution.events.map(\.time))")
      for (event, root) in zip(solution.events, roots) {
        // Two units in the last place of the time, over a slope of 1e-4 of the product.
        #expect(abs(event.time - sign * root) < 1e-11)
      }
    }
  }

  @Test func `rejected steps fire nothing and recording does not change the steps`() throws {
    let event = Event<LotkaVolterraField>.root(of: { _, y in y.x - y.y })
    let control = StepControl.integral(Tolerance(relative: 1e-7, absolute: 1e-9), firstStep: 5)
    let span = TimeSpan(from: 0, to: 20)
    let plain = try ODESolver(method: .dormandPrince5, control: control)
      .solve(LotkaVolterraField(), from: SIMD2(1, 1.1), over: span)
    let watched = try ODESolver(method: .dormandPrince5, control: control)
      .solve(LotkaVolterraField(), from: SIMD2(1, 1.1), over: span, events: [event])
    #expect(plain.statistics.rejectedSteps > 0)
    #expect(plain.statistics == watched.statistics && plain.states == watched.states)
    #expect(watched.events.map(\.time) == watched.events.map(\.time).sorted())
    for event in watched.events {
      #expect(abs(event.stateBefore.x - event.stateBefore.y) < 1e-12)
      #expect(
        plain.state(at: event.time) == event.stateBefore
          || abs(
            plain.state(at: event.time).x - event.stateBefore.x) < 1e-13
      )
    }
    // Two crossings in each period, of which there are about seven.
    #expect(watched.events.count >= 12)
  }

  @Test func `a terminal event ends the solve`() throws {
    for method in ODEMethod.all {
      let ground = Event<Ball>.root(.falling, of: { _, y in y.x }, .terminate)
      let solution = try solver(method, 1e-3)
        .solve(Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: 3), events: [ground])
      guard case .terminated(let time, event: 0) = solution.status else {
        Issue.record("\(solution.status)")
        continue
      }
      #expect(solution.status.isCompleted && !solution.status.reachedEnd)
      // Euler's method errs by g t h / 2 in the height.
      let bound = method.order == 1 ? 2e-3 : 1e-12
      #expect(abs(time - (2 / 9.81).squareRoot()) < bound)
      #expect(solution.times[solution.times.count - 1] == time)
      #expect(solution.events.count == 1)
    }
  }

  @Test func `doses are resets at given times, and a save there is the state after`() throws {
    let rate = 0.3
    let field = ListField { _, y in [-rate * y[0]] }
    let doses = [0.0, 6, 12, 12, 24]
    for method in ODEMethod.all {
      let event = Event<ListField>.at(doses, .reset { _, y in [y[0] + 100] })
      let solution = try solver(method, 0.005).solve(
        field, from: [0], over: TimeSpan(from: 0, to: 24), at: [0, 3, 6, 12, 20, 24],
        events: [event])
      #expect(solution.events.map(\.time) == [0, 6, 12, 24], "\(method) \(solution.status)")
      let bound = method.order == 1 ? 1 : method.order == 2 ? 1e-3 : 1e-6
      for (time, state) in zip(solution.times, solution.states) {
        let exact = Set(doses).filter { $0 <= time }
          .reduce(0) { $0 + 100 * Double.exponential(-rate * (time - $1)) }
        #expect(abs(state[0] - exact) < bound, "\(method) at \(time)")
      }
      let dense = try solver(method, 0.005).solve(
        field, from: [0], over: TimeSpan(from: 0, to: 24), events: [event])
      #expect(dense.states[0] == [100])
      guard dense.times.last == 24 else { continue }
      #expect(abs(dense.state(at: 6)[0] - 100 * (1 + Double.exponential(-1.8))) < bound)
      #expect(abs(dense.state(at: 6 - 1e-9)[0] - 100 * Double.exponential(-1.8)) < bound)
    }
  }

  @Test func `simultaneous events are applied in order, and jumps over zero fire`() throws {
    let field = ListField { _, _ in [1, 0] }
    let order: [Event<ListField>] = [
      .root(.rising, of: { time, _ in time - 1 }, .reset { _, y in [y[0], y[1] + 1] }),
      .root(.rising, of: { time, _ in 3 * (time - 1) }, .reset { _, y in [y[0], 10 * y[1]] }),
      .at([1], .reset { _, y in [y[0], y[1] + 5] }),
      // The state jumps from 0 to 15 over 12.
      .root(.rising, of: { _, y in y[1] - 12 }, .reset { _, y in [y[0], -1] }),
      // Falls by that reset.
      .root(.falling, of: { _, y in y[1] + 0.5 }),
    ]
    let solution = try ODESolver(method: .tsitouras5, control: fine)
      .solve(field, from: [0, 0], over: TimeSpan(from: 0, to: 2), at: [1, 2], events: order)
    #expect(solution.events.map(\.event) == [0, 1, 2, 3, 4])
    for event in solution.events { #expect(abs(event.time - 1) < 1e-15) }
    #expect(solution.events.map { $0.stateAfter[1] } == [1, 10, 15, -1, -1])
    #expect(abs(solution.states[1][1] + 1) < 1e-14)
  }

  @Test func `an action may change the field`() throws {
    // A thermostat with hysteresis: heats below 19, stops above 21.
    struct Room: VectorField {
      var isHeating = true
      func callAsFunction(_ time: Double, _ y: Double) -> Double {
        -0.1 * (y - 5) + (isHeating ? 3 : 0)
      }
    }
    let events: [Event<Room>] = [
      .root(
        .rising, of: { _, y in y - 21 },
        .change { field, _, y in
          field.isHeating = false
          return y
        }),
      .root(
        .falling, of: { _, y in y - 19 },
        .change { field, _, y in
          field.isHeating = true
          return y
        }),
    ]
    for method in ODEMethod.all where method.order > 1 {
      let solution = try solver(method, 0.01)
        .solve(Room(), from: 20, over: TimeSpan(from: 0, to: 30), at: [30], events: events)
      // Heating from a to b takes 10 ln((35 − a)/(35 − b)), cooling 10 ln((a − 5)/(b − 5)).
      var expected = [10 * Double.logarithm(15.0 / 14)]
      while expected[expected.count - 1] < 30 {
        let isCooling = expected.count % 2 == 1
        expected.append(
          expected[expected.count - 1] + 10 * Double.logarithm(isCooling ? 16.0 / 14 : 16.0 / 14))
      }
      expected.removeLast()
      #expect(
        solution.events.count == expected.count, "\(method) \(solution.status) \(solution.events)")
      for (event, time) in zip(solution.events, expected) {
        #expect(abs(event.time - time) < 1e-4, "\(method)")
      }
    }
  }

  @Test func `events that accumulate end the solve`() throws {
    let bounce = Event<Ball>.root(
      .falling, of: { _, y in y.x }, .reset { _, y in SIMD2(0, -0.8 * y.y) })
    let first = (2 / 9.81).squareRoot()
    // t₁ (1 + 2 Σ 0.8ⁿ) = 9 t₁.
    let limit = 9 * first
    for method in [ODEMethod.dormandPrince5, .rodas5P, .rungeKutta4] {
      let solution = try solver(method)
        .solve(Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: 10), events: [bounce])
      guard case .eventsAccumulate(let time, event: 0) = solution.status else {
        Issue.record(
          "\(method): \(solution.status) \(solution.events.count) \(solution.events.suffix(3))")
        continue
      }
      #expect(abs(time - limit) < 1e-8 && !solution.status.isCompleted)
    }
  }

  @Test func `a reset across or beside the root fires again when the root is reached again`() throws
  {
    // Each fall to 0.5 puts the ball up again by so much.
    for lift in [1e-6, 0.3, 2] {
      let event = Event<Ball>.root(
        of: { _, y in y.x - 0.5 }, .reset { _, y in SIMD2(0.5 + lift, 0) })
      let fall = (2 * lift / 9.81).squareRoot()
      let first = (2 * 0.5 / 9.81).squareRoot()
      let solution = try solver(.dormandPrince5).solve(
        Ball(), from: SIMD2(1, 0), over: TimeSpan(from: 0, to: first + 3.5 * fall), at: [],
        events: [event])
      #expect(solution.events.count == 4)
      for (number, event) in solution.events.enumerated() {
        #expect(abs(event.time - (first + Double(number) * fall)) < 1e-12)
      }
    }
  }

  @Test(.enabled(if: allocations_are_counted() && !_isDebugAssertConfiguration()))
  func `steps allocate nothing while no event fires`() throws {
    let never: [Event<Oscillator>] = [
      .root(of: { _, y in y.x + 2 }, .terminate), .root(.rising, of: { _, y in y.y - 3 }),
    ]
    func allocations(_ method: ODEMethod, _ events: [Event<Oscillator>], _ end: Double) throws
      -> Int
    {
      let span = TimeSpan(from: 0, to: end)
      let solver = solver(method)
      allocations_begin()
      let solution = try solver.solve(
        Oscillator(), from: SIMD2(1, 0), over: span, at: [end], forcedTimes: [0.5, 1],
        events: events)
      let count = allocations_end()
      #expect(solution.status == .completed && solution.events.isEmpty)
      return count
    }
    for method in ODEMethod.explicit {
      for events in [[], never] {
        // Three times as many steps take no more memory, once the runtime has made its tables.
        _ = try allocations(method, events, 20)
        let (few, many) = (
          try allocations(method, events, 20), try allocations(method, events, 60)
        )
        #expect(few == many, "\(method), \(events.count) events")
      }
    }
  }
}
