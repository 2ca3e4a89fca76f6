public import Platform
public import NumericCore

/// An iteration over the accepted steps of a solve.
///
/// Saving, statistics and progress are consumers of its steps; `ODESolver.solve` is their fold.
/// After the last step `status` holds how the iteration ended.
public struct Integration<Field: VectorField, Method: Stepper>: Sequence, IteratorProtocol
where Method.State == Field.State {
  /// The state of the field.
  public typealias State = Field.State

  @usableFromInline var field: PieceField<Field>
  @usableFromInline var stepper: Method
  @usableFromInline let control: StepControl
  @usableFromInline let rule: StepRule
  @usableFromInline let tolerance: Tolerance
  @usableFromInline let norm: ErrorNorm
  @usableFromInline let stabilityBoundary: @Sendable () -> Double
  /// Times that fixed steps hit.
  @usableFromInline let saves: [Double]
  @usableFromInline let forced: ForcedTimes
  /// One over the number of components.
  @usableFromInline let meanFactor: Double

  @usableFromInline var logic: StepLogic
  @usableFromInline var state: State
  /// Whether the iteration is at an accepted step, from `logic.time` to `endTime`.
  @usableFromInline var isAtStep = false
  @usableFromInline var stepSize = 0.0
  @usableFromInline var endTime: Double
  @usableFromInline var endState: State

  /// Forced times that were passed.
  @usableFromInline var piece = 0
  @usableFromInline var hasStarted = false
  /// Whether the field is prepared for the present piece, and whether its first step is chosen.
  @usableFromInline var hasEntered = false
  @usableFromInline var hasFirstStep = false
  /// Whether an event ends the present step: after this fraction of its size, at `nextState`.
  @usableFromInline var isCut = false
  @usableFromInline var fraction = 1.0
  @usableFromInline var nextState: State
  @usableFromInline var watch: EventWatch<Field>?
  @usableFromInline let hasEvents: Bool
  /// The next save time that fixed steps hit.
  @usableFromInline var save = 0
  @usableFromInline var extraEvaluations = 0
  @usableFromInline let recordsSteps: Bool
  @usableFromInline var trials: [StepTrial] = []

  /// Nil while the iteration is under way.
  @usableFromInline var ending: SolveStatus?
  @inlinable public var status: SolveStatus? { ending }

  /// - Parameters:
  ///   - saves: times that fixed steps hit, in the order of the solve.
  ///   - forcedTimes: times at which the field may jump, in any order.
  @inlinable
  public init(
    _ field: Field, _ stepper: Method, _ solver: ODESolver, from initial: State,
    over span: TimeSpan, saves: [Double] = [], forcedTimes: [Double] = [],
    events: [Event<Field>] = []
  ) {
    self.field = PieceField(field)
    self.stepper = stepper
    self.saves = saves
    control = solver.control
    recordsSteps = solver.recordsSteps
    let method = solver.method
    rule = StepRule(solver.control, method)
    tolerance = solver.control.tolerance
    norm = solver.control.norm(width: initial.componentCount)
    stabilityBoundary = { method.realStabilityBoundary }
    meanFactor = 1 / Double(Swift.max(initial.componentCount, 1))
    forced = ForcedTimes(
      forcedTimes + events.flatMap(\.times), from: span.start, to: span.end)
    logic = StepLogic(from: span.start, to: span.end)
    watch = EventWatch(events, span)
    hasEvents = !events.isEmpty
    state = initial
    endState = initial
    nextState = initial
    endTime = span.start
  }

  /// What the solve has cost so far.
  @inlinable
  public var statistics: StepStatistics {
    var result = logic.counts
    result.evaluations = stepper.evaluations + extraEvaluations
    result.jacobians = stepper.jacobians
    result.factorizations = stepper.factorizations
    return result
  }

  /// The events that have occurred.
  @inlinable public var events: [EventRecord<State>] { watch?.records ?? [] }

  /// The steps that were tried so far, if the solver records them.
  @inlinable public var steps: [StepTrial] { trials }

  /// The time that the integration has reached.
  @inlinable public var currentTime: Double { isAtStep ? endTime : logic.time }

  /// The state at the current time: after the events that occur then.
  @inlinable public var currentState: State {
    isCut ? nextState : isAtStep ? endState : state
  }

  /// Takes the next step; `nil` at the end of the span, or where the solve ends early (see
  /// `status`).
  @inlinable
  @inline(__always)
  public mutating func next() -> AcceptedStep<State>? {
    guard advance() else { return nil }
    return AcceptedStep(
      start: logic.time, end: endTime, size: fraction * stepSize, startState: state,
      endState: endState)
  }

  /// Goes on to the next accepted step, if there is one.
  @inlinable
  @inline(__always)
  mutating func advance() -> Bool {
    if isAtStep { commit() }
    if !hasFirstStep { beginPiece() }
    guard ending == nil else { return false }
    isAtStep = rule.isAdaptive ? takeAdaptiveStep() : takeFixedStep()
    if isAtStep && hasEvents { observe() }
    return isAtStep
  }

  /// Makes the end of the present step the start of the next.
  @inlinable
  @inline(__always)
  mutating func commit() {
    isAtStep = false
    let isPieceEnd = endTime == logic.pieceEnd
    logic.time = endTime
    if isCut || isPieceEnd {
      endPiece()
    } else {
      stepper.advance()
      state = endState
    }
  }

  /// The state inside the present step, at `start + theta · size`.
  ///
  /// - Precondition: the iteration is at a step.
  @inlinable
  public mutating func state(atFraction theta: Double) -> State {
    precondition(isAtStep, "the iteration is not at a step")
    return stepper.interpolated(
      field, logic.time, state, size: stepSize, end: endState, theta: fraction * theta)
  }
}

/// One accepted step of a solve.
@frozen
public struct AcceptedStep<State: VectorSpace>: Sendable {
  /// The time at the start of the step.
  public let start: Double
  /// The time at the end of the step.
  public let end: Double
  /// Signed.
  public let size: Double
  /// The state at the start of the step.
  public let startState: State
  /// The state at the end, before the events that occur there.
  public let endState: State

  @inlinable
  init(start: Double, end: Double, size: Double, startState: State, endState: State) {
    self.start = start
    self.end = end
    self.size = size
    self.startState = startState
    self.endState = endState
  }
}

extension Integration {
  /// Appends the polynomial of the present step.
  @inlinable
  mutating func appendPolynomial(to dense: inout DenseOutput<State>) {
    guard isAtStep else { return }
    var scale = 1.0
    for power in 1...stepper.interpolantDegree {
      let coefficient = stepper.interpolantCoefficient(
        field, logic.time, size: stepSize, end: endState, power: power)
      scale *= fraction
      dense.polynomials.append(fraction == 1 ? coefficient : coefficient.scaled(by: scale))
    }
  }
}
