public import NumericCore

/// A walk over the accepted steps of a solve.
///
/// Saving, events, statistics and progress are consumers of its steps; `ODESolver.solve` is their
/// fold. After the last step `status` says how the walk ended.
public struct Integration<Field: VectorField, Method: Stepper>: Sequence, IteratorProtocol
where Method.State == Field.State {
  public typealias State = Field.State

  @usableFromInline let field: Field
  @usableFromInline var stepper: Method
  @usableFromInline let control: StepControl
  @usableFromInline let factors: StepFactors?
  @usableFromInline let errorOrder: Int
  @usableFromInline let stabilityBoundary: @Sendable () -> Double
  /// Times that fixed steps hit; the last is the end.
  @usableFromInline let stops: [Double]
  @usableFromInline let direction: Double
  @usableFromInline let componentCount: Double

  @usableFromInline var time: Double
  @usableFromInline var state: State
  @usableFromInline var size = 0.0
  @usableFromInline var memory = StepMemory()
  @usableFromInline var hasBegun = false
  /// Whether the walk is at an accepted step, from `time` to `endTime`.
  @usableFromInline var isAtStep = false
  @usableFromInline var stepSize = 0.0
  @usableFromInline var endTime = 0.0
  @usableFromInline var endState: State
  @usableFromInline var stop = 0
  @usableFromInline var intervalStart = 0.0
  @usableFromInline var intervalSteps = 0
  @usableFromInline var stepsTaken = 0
  @usableFromInline var stiffness = StiffnessCount()
  @usableFromInline var extraEvaluations = 0
  @usableFromInline var counts = StepStatistics()

  /// Nil while the walk is under way.
  @usableFromInline var ending: SolveStatus?
  @inlinable public var status: SolveStatus? { ending }

  /// - Parameter stops: times that fixed steps hit, in the order of the walk; the end of the span
  ///   is always one.
  @inlinable
  public init(
    _ field: Field, _ stepper: Method, _ solver: ODESolver, from initial: State,
    over span: TimeSpan, stops: [Double] = []
  ) {
    self.field = field
    self.stepper = stepper
    self.stops = stops.last == span.end ? stops : stops + [span.end]
    control = solver.control
    let method = solver.method
    errorOrder = method.errorOrder ?? 1
    factors = Integration.factors(solver.control, errorOrder: errorOrder)
    stabilityBoundary = { method.realStabilityBoundary }
    direction = span.isForward ? 1 : -1
    componentCount = Double(Swift.max(initial.componentCount, 1))
    time = span.start
    state = initial
    endState = initial
  }

  @inlinable
  static func factors(_ control: StepControl, errorOrder: Int) -> StepFactors? {
    if case .adaptive(let adaptive) = control {
      StepFactors(adaptive, errorOrder: errorOrder)
    } else {
      nil
    }
  }

  /// What the walk has cost so far.
  @inlinable
  public var statistics: StepStatistics {
    var result = counts
    result.evaluations = stepper.evaluations + extraEvaluations
    result.jacobians = stepper.jacobians
    result.factorizations = stepper.factorizations
    return result
  }

  /// Where the walk is.
  @inlinable public var currentTime: Double { isAtStep ? endTime : time }
  @inlinable public var currentState: State { isAtStep ? endState : state }

  @inlinable
  @inline(__always)
  public mutating func next() -> AcceptedStep<State>? {
    guard advance() else { return nil }
    return AcceptedStep(
      start: time, end: endTime, size: stepSize, startState: state, endState: endState)
  }

  /// Goes on to the next accepted step, if there is one.
  @inlinable
  @inline(__always)
  mutating func advance() -> Bool {
    if isAtStep {
      stepper.advance()
      time = endTime
      state = endState
      isAtStep = false
    }
    guard ending == nil else { return false }
    if let factors {
      if !hasBegun { begin(factors) }
      isAtStep = takeAdaptiveStep(factors)
    } else {
      isAtStep = takeFixedStep()
    }
    return isAtStep
  }

  /// The state inside the present step, at `start + theta · size`.
  ///
  /// - Precondition: the walk is at a step.
  @inlinable
  public mutating func state(atFraction theta: Double) -> State {
    precondition(isAtStep, "the walk is not at a step")
    return stepper.interpolated(
      field, time, state, size: stepSize, end: endState, theta: theta)
  }
}

/// One accepted step of a walk.
@frozen
public struct AcceptedStep<State: VectorSpace>: Sendable {
  public let start: Double
  public let end: Double
  /// Signed.
  public let size: Double
  public let startState: State
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

/// Steps near the end of a budget that were looked at, and those that stability bounded.
@frozen
@usableFromInline
struct StiffnessCount: BitwiseCopyable, Sendable {
  @usableFromInline var checked = 0
  @usableFromInline var bounded = 0
  @usableFromInline var stepTimesEigenvalue = 0.0

  @inlinable
  init() {}

  @inlinable
  mutating func add(_ estimate: Double, boundary: Double) {
    guard estimate.isFinite else { return }
    checked += 1
    stepTimesEigenvalue = estimate
    if estimate > 0.5 * boundary { bounded += 1 }
  }

  /// How a solve that has used up its budget ends.
  @inlinable
  func status(at time: Double) -> SolveStatus {
    checked > 0 && 2 * bounded >= checked
      ? .stiff(time: time, stepTimesEigenvalue: stepTimesEigenvalue)
      : .stepBudgetExhausted(time: time)
  }
}

extension Integration {
  /// Appends the polynomial of the present step.
  @inlinable
  mutating func appendPolynomial(to dense: inout DenseOutput<State>) {
    guard isAtStep else { return }
    for power in 1...stepper.interpolantDegree {
      dense.polynomials.append(
        stepper.interpolantCoefficient(
          field, time, size: stepSize, end: endState, power: power))
    }
  }
}
