public import NumericCore

// Where the smooth pieces of a solution begin and end.

extension Integration {
  /// Applies the events at the start of the span.
  ///
  /// `next()` does this by itself; a consumer that reads the initial state calls it before.
  @inlinable
  public mutating func start() {
    if hasStarted { return }
    hasStarted = true
    guard hasEvents else { return }
    enterPiece(at: logic.time, state)
    startEvents()
  }

  /// Prepares the field for the piece that begins at a time.
  @inlinable
  mutating func enterPiece(at time: Double, _ state: State, jumps: Bool? = nil) {
    logic.beginPiece(
      at: time, to: forced.pieceEnd(piece, spanEnd: logic.end),
      jumpsAtStart: jumps ?? forced.jumpsAtStart(ofPiece: piece),
      jumpsAtEnd: forced.jumpsAtEnd(ofPiece: piece))
    (field.low, field.high) = (logic.low, logic.high)
    field.base.beginPiece(from: time, to: logic.pieceEnd, at: state)
    hasEntered = true
  }

  /// Leaves the piece that the present step ends.
  @inlinable
  @inline(never)
  mutating func endPiece() {
    if isCut {
      state = nextState
      isCut = false
      fraction = 1
    } else {
      state = endState
      piece += 1
      hasEntered = false
    }
    stepper.restart()
    logic.endInterval()
    hasFirstStep = false
  }

  /// Prepares the field, unless that is done, and chooses the first step.
  @inlinable
  @inline(never)
  mutating func beginPiece() {
    start()
    guard ending == nil && logic.time != logic.end else { return }
    if !hasEntered { enterPiece(at: logic.time, state) }
    hasFirstStep = true
    if rule.isAdaptive { chooseFirstStep() }
  }

  /// Chooses the first step of a piece.
  ///
  /// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, II.4.
  @inlinable
  mutating func chooseFirstStep() {
    let first = stepper.slope(field, logic.time, state)
    if let component = state.firstNonFiniteComponent ?? first.firstNonFiniteComponent {
      ending = .nonFinite(time: logic.time, component: component)
      return
    }
    let limit = logic.firstStepLimit(rule)
    guard limit > 0 else { return }
    if let given = logic.givenFirstStep(rule) {
      logic.setFirstStep(given, rule)
      return
    }
    func norm(_ vector: State) -> Double { square(vector, second: state).squareRoot() }
    let d1 = norm(first)
    let guess = InitialStep.guess(norm(state), d1, within: limit)
    let signed = guess * logic.direction
    let other = field(logic.time + signed, state.adding(signed, times: first))
    extraEvaluations += 1
    let d2 = norm(other.adding(-1, times: first)) / guess
    logic.setFirstStep(
      InitialStep.size(guess: guess, d1: d1, d2: d2, errorOrder: rule.errorOrder), rule)
  }
}
