public import NumericCore

extension ODESolver {
  /// Solves over the whole span and keeps dense output: `solution.state(at:)` gives any state.
  ///
  /// A solve that fails on the way returns what it has, with a status that says why.
  ///
  /// - Throws: `SolveError` if the initial state is not finite.
  @inlinable
  public func solve<Field: VectorField>(
    _ field: Field, from initial: Field.State, over span: TimeSpan
  ) throws(SolveError) -> Solution<Field.State> {
    try check(initial)
    return choose(field, initial, span, saves: nil)
  }

  /// Solves over the span and saves the states at these times only; nothing is allocated per step.
  ///
  /// Adaptive steps are not bounded by these times (states are interpolated), fixed steps hit them.
  ///
  /// - Throws: `SolveError` if a time is out of order or outside the span, or the initial state is
  ///   not finite.
  @inlinable
  public func solve<Field: VectorField>(
    _ field: Field, from initial: Field.State, over span: TimeSpan, at times: [Double]
  ) throws(SolveError) -> Solution<Field.State> {
    try check(initial)
    try check(times, in: span)
    return choose(field, initial, span, saves: times)
  }

  /// Picks the stepper that the optimizer knows best.
  @inlinable
  func choose<Field: VectorField>(
    _ field: Field, _ initial: Field.State, _ span: TimeSpan, saves: [Double]?
  ) -> Solution<Field.State> {
    checkAdaptive()
    let tableau: Tableau
    switch method.scheme {
    case .explicitRungeKutta(let explicit): tableau = explicit
    case .rosenbrock(let rosenbrock):
      let stepper = RosenbrockStepper(
        rosenbrock, like: initial, absoluteTolerance: control.absoluteTolerance,
        estimatesError: control.isAdaptive)
      return fold(
        Integration(field, stepper, self, from: initial, over: span, stops: saves ?? []), initial,
        span, saves)
    }
    if control.isAdaptive && SevenStageStepper<Field.State>.fits(tableau) {
      return fold(
        Integration(
          field, SevenStageStepper(tableau, like: initial), self, from: initial, over: span,
          stops: saves ?? []), initial, span, saves)
    }
    let stepper = RungeKuttaStepper<Field.State>(tableau, estimatesError: control.isAdaptive)
    return fold(
      Integration(field, stepper, self, from: initial, over: span, stops: saves ?? []), initial,
      span, saves)
  }

  /// Consumes the steps of a walk: saves states and keeps polynomials.
  @inlinable
  func fold<Field: VectorField, Method: Stepper>(
    _ walk: Integration<Field, Method>, _ initial: Field.State, _ span: TimeSpan,
    _ saves: [Double]?
  ) -> Solution<Field.State> {
    var walk = walk
    var solution = Solution<Field.State>()
    if let saves {
      var collector = SaveCollector<Field.State>(saves, initial, span)
      while let step = walk.next() {
        if collector.isReached(by: step) { collector.save(step, &walk) }
      }
      solution.times = Array(saves[..<collector.states.count])
      solution.states = collector.states
    } else {
      var dense = DenseOutput<Field.State>(degree: walk.stepper.interpolantDegree)
      solution.times.append(span.start)
      solution.states.append(initial)
      while let step = walk.next() {
        solution.times.append(step.end)
        solution.states.append(step.endState)
        walk.appendPolynomial(to: &dense)
      }
      solution.dense = dense
    }
    solution.status = walk.status ?? .completed
    solution.statistics = walk.statistics
    return solution
  }

  @usableFromInline
  func check(_ initial: some VectorSpace) throws(SolveError) {
    if let component = initial.firstNonFiniteComponent {
      throw .initialStateNotFinite(component: component)
    }
  }

  @usableFromInline
  func check(_ times: [Double], in span: TimeSpan) throws(SolveError) {
    let direction: Double = span.isForward ? 1 : -1
    for (index, time) in times.enumerated() {
      if !((time - span.start) * direction >= 0 && (span.end - time) * direction >= 0) {
        throw .timeOutsideSpan(time: time, start: span.start, end: span.end)
      }
      if index > 0 && (time - times[index - 1]) * direction < 0 {
        throw .timesOutOfOrder(index: index, before: times[index - 1], time: time)
      }
    }
  }
}

/// The consumer of a walk that saves states at given times.
@frozen
@usableFromInline
struct SaveCollector<State: VectorSpace> {
  @usableFromInline let times: [Double]
  @usableFromInline let direction: Double
  @usableFromInline var states: [State] = []
  /// The next time, or infinity in the direction of the walk.
  @usableFromInline var nextTime: Double

  @inlinable
  init(_ times: [Double], _ initial: State, _ span: TimeSpan) {
    self.times = times
    direction = span.isForward ? 1 : -1
    states.reserveCapacity(times.count)
    while states.count < times.count && times[states.count] == span.start {
      states.append(initial)
    }
    nextTime = 0
    findNext()
  }

  @inlinable
  mutating func findNext() {
    nextTime = states.count < times.count ? times[states.count] : direction * .infinity
  }

  @inlinable
  @inline(__always)
  func isReached(by step: AcceptedStep<State>) -> Bool { (step.end - nextTime) * direction >= 0 }

  @inlinable
  mutating func save<Field: VectorField<State>, Method: Stepper<State>>(
    _ step: AcceptedStep<State>, _ walk: inout Integration<Field, Method>
  ) {
    while isReached(by: step) {
      let theta = nextTime == step.end ? 1 : (nextTime - step.start) / step.size
      states.append(theta >= 1 ? step.endState : walk.state(atFraction: theta))
      findNext()
    }
  }
}
