public import Platform
public import NumericCore

extension ODESolver {
  /// Solves over the whole span and keeps dense output: `solution.state(at:)` gives any state.
  ///
  /// A solve that fails on the way returns what it has, with a status that holds the cause.
  ///
  /// - Parameters:
  ///   - forcedTimes: times at which the field may jump, in any order. A step ends exactly at each,
  ///     the field is evaluated on the inner side of it (`VectorField.beginPiece`), and the order of
  ///     the method is kept. Times outside the span do not matter.
  ///   - events: roots of functions and times at which something happens.
  /// - Throws: `SolveError` if the initial state is not finite or the tolerance is below rounding.
  @inlinable
  public func solve<Field: VectorField>(
    _ field: Field, from initial: Field.State, over span: TimeSpan, forcedTimes: [Double] = [],
    events: [Event<Field>] = []
  ) throws(SolveError) -> Solution<Field.State> {
    try check(initial)
    return choose(
      SolveRequest(field, initial, span, saves: nil, forcedTimes: forcedTimes, events: events))
  }

  /// Solves over the span and saves the states at these times only; nothing is allocated per step.
  ///
  /// Adaptive steps are not bounded by these times (states are interpolated), fixed steps hit them.
  /// A state that is saved at the time of an event is the one after it.
  ///
  /// - Parameters:
  ///   - forcedTimes: times at which the field may jump, in any order.
  ///   - events: roots of functions and times at which something happens.
  /// - Throws: `SolveError` if a save time is out of order or outside the span, the initial state is
  ///   not finite, or the tolerance is below rounding.
  @inlinable
  public func solve<Field: VectorField>(
    _ field: Field, from initial: Field.State, over span: TimeSpan, at times: [Double],
    forcedTimes: [Double] = [], events: [Event<Field>] = []
  ) throws(SolveError) -> Solution<Field.State> {
    try check(initial)
    try check(times, in: span)
    return choose(
      SolveRequest(field, initial, span, saves: times, forcedTimes: forcedTimes, events: events))
  }

  /// Picks the stepper that the optimizer specializes best.
  @inlinable
  func choose<Field: VectorField>(_ request: SolveRequest<Field>) -> Solution<Field.State> {
    control.check(method)
    precondition(
      !method.isExplicit || request.field.massDiagonal.isEmpty,
      "\(method.name) is explicit and solves y' = f(t, y) only; use .rodas5P for a mass diagonal")
    switch method.scheme {
    case .rosenbrock(let tableau):
      return fold(
        request,
        RosenbrockStepper(
          tableau, like: request.initial, absoluteTolerance: control.tolerance.absolute,
          estimatesError: control.isAdaptive))
    case .explicitRungeKutta(let tableau)
    where control.isAdaptive && SevenStageStepper<Field.State>.fits(tableau):
      return fold(request, SevenStageStepper(tableau, like: request.initial))
    case .explicitRungeKutta(let tableau):
      return fold(request, RungeKuttaStepper(tableau, estimatesError: control.isAdaptive))
    }
  }

  /// Consumes the steps of a solve: saves states and keeps polynomials.
  @inlinable
  func fold<Field: VectorField, Method: Stepper<Field.State>>(
    _ request: SolveRequest<Field>, _ stepper: Method
  ) -> Solution<Field.State> {
    var steps = Integration(
      request.field, stepper, self, from: request.initial, over: request.span,
      saves: request.saves ?? [], forcedTimes: request.forcedTimes, events: request.events)
    steps.start()
    var solution = Solution<Field.State>()
    if let saves = request.saves {
      var collector = SaveCollector<Field.State>(saves, steps.currentState, request.span)
      while let step = steps.next() {
        if collector.isReached(by: step) { collector.save(step, &steps) }
      }
      solution.times = Array(saves[..<collector.states.count])
      solution.states = collector.states
    } else {
      var dense = DenseOutput<Field.State>(degree: steps.stepper.interpolantDegree)
      solution.times.append(request.span.start)
      solution.states.append(steps.currentState)
      while let step = steps.next() {
        solution.times.append(step.end)
        solution.states.append(steps.currentState)
        steps.appendPolynomial(to: &dense)
      }
      solution.dense = dense
    }
    solution.events = steps.events
    solution.steps = steps.steps
    solution.status = steps.status ?? .completed
    solution.statistics = steps.statistics
    return solution
  }

  @usableFromInline
  func check(_ initial: some VectorSpace) throws(SolveError) {
    if let component = initial.firstNonFiniteComponent {
      throw .initialStateNotFinite(component: component)
    }
    guard let adaptive = control.adaptive else { return }
    let smallest =
      initial.isSinglePrecision
      ? Tolerance.smallestRelative(for: Float.self) : Tolerance.smallestRelative(for: Double.self)
    let largest = (0..<initial.componentCount).reduce(0) {
      Swift.max($0, initial.component($1).magnitude)
    }
    if adaptive.isBelow(smallest, largest: largest) {
      throw .toleranceBelowRounding(relative: adaptive.tolerance.relative, smallest: smallest)
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

/// The request of one solve.
@usableFromInline
struct SolveRequest<Field: VectorField> {
  @usableFromInline let field: Field
  @usableFromInline let initial: Field.State
  @usableFromInline let span: TimeSpan
  /// `nil` for dense output.
  @usableFromInline let saves: [Double]?
  @usableFromInline let forcedTimes: [Double]
  @usableFromInline let events: [Event<Field>]

  @inlinable
  init(
    _ field: Field, _ initial: Field.State, _ span: TimeSpan, saves: [Double]?,
    forcedTimes: [Double], events: [Event<Field>]
  ) {
    self.field = field
    self.initial = initial
    self.span = span
    self.saves = saves
    self.forcedTimes = forcedTimes
    self.events = events
  }
}
