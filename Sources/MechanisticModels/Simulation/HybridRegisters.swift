import Integrators

/// The frozen formulas of a model in the memory in which they run, with the present modes, rates and input intervals.
///
/// Used by one thread at a time.
final class HybridRegisters<Scalar: EquationScalar> {
  let model: HybridModel
  /// States of the system itself.
  let stateCount: Int
  /// Derivatives of the states, and of their sensitivities if there are any.
  let derivatives: EquationEvaluator<Scalar>
  let jacobian: EquationEvaluator<Scalar>?
  private let formulas: EquationEvaluator<Double>
  private let gradients: EquationEvaluator<Double>
  /// Memory of the states in double precision and of all intermediates.
  private let ownState: UnsafeMutablePointer<Double>
  private let formulaValues: UnsafeMutablePointer<Double>
  /// The first hidden intermediate.
  private let firstHidden: Int
  private let signals: [(place: Int, signal: InputSignal)]
  /// The intervals of each signal that the present piece may read: those inside it.
  private var intervals: [ClosedRange<Int>]
  private var cursors: [Int]
  /// Switches that slide along their root.
  var sliding: [Int] = []
  /// 1 for each component of the whole state that has a derivative, 0 for an algebraic one; empty: all have one.
  let massDiagonal: [Double]
  /// Values of all inputs; those with signals are set at every evaluation.
  private(set) var inputs: [Double]

  /// - Precondition: an input without a signal has a default value.
  init(
    _ model: HybridModel, derivatives: EquationProgram, jacobian: EquationProgram?,
    signals: [String: InputSignal], parameters: [Double]
  ) {
    let frozen = model.frozen
    self.model = model
    stateCount = frozen.states.count
    let blocks = derivatives.stateCount / max(stateCount, 1)
    massDiagonal =
      model.algebraic.isEmpty
      ? []
      : Array(repeating: frozen.states.map { $0.isAlgebraic ? 0.0 : 1 }, count: blocks)
        .flatMap(\.self)
    self.derivatives = EquationEvaluator(derivatives, parameters: parameters)
    self.jacobian = jacobian.map { EquationEvaluator($0, parameters: parameters) }
    formulas = EquationEvaluator(model.formulaProgram, parameters: parameters)
    gradients = EquationEvaluator(model.gradientProgram, parameters: parameters)
    firstHidden = model.firstHidden
    self.signals = frozen.inputs.prefix(model.inputCount).enumerated().compactMap { place, input in
      signals[input.name].map { (place, $0) }
    }
    intervals = self.signals.map { _ in 0...0 }
    cursors = self.signals.map { _ in 0 }
    inputs = frozen.inputs.map { $0.defaultValue ?? 0 }
    ownState = .allocate(capacity: max(stateCount, 1))
    formulaValues = .allocate(capacity: max(model.formulaProgram.count, 1))
    for place in inputs.indices { set(input: place, to: inputs[place]) }
  }

  deinit {
    ownState.deallocate()
    formulaValues.deallocate()
  }

  /// Takes other parameters, with all modes and rates as before a solve.
  func begin(parameters: [Double]) {
    derivatives.set(parameters: parameters)
    jacobian?.set(parameters: parameters)
    formulas.set(parameters: parameters)
    gradients.set(parameters: parameters)
    for place in model.inputCount..<inputs.count { set(input: place, to: 0) }
    sliding = []
  }

  /// Times at which a measured input jumps or bends.
  var knots: [Double] { signals.flatMap { $0.signal.knots } }

  /// Whether an input is not affine between its knots.
  var hasCurvedSignals: Bool {
    signals.contains { ![.linear, .previous].contains($0.signal.interpolation) }
  }

  func set(input place: Int, to value: Double) {
    inputs[place] = value
    derivatives.set(input: place, to: value)
    jacobian?.set(input: place, to: value)
    formulas.set(input: place, to: value)
    gradients.set(input: place, to: value)
  }

  /// Modes, rates and intervals, to be restored after a solve inside a solve.
  var snapshot: (inputs: [Double], intervals: [ClosedRange<Int>], sliding: [Int]) {
    (inputs, intervals, sliding)
  }

  func restore(_ snapshot: (inputs: [Double], intervals: [ClosedRange<Int>], sliding: [Int])) {
    for (place, value) in snapshot.inputs.enumerated() { set(input: place, to: value) }
    (intervals, sliding) = (snapshot.intervals, snapshot.sliding)
  }

  /// Sets the rates of all infusions to 0.
  func stopInfusions() {
    let firstMode = model.switches.first?.mode ?? inputs.count
    for place in model.inputCount..<firstMode { set(input: place, to: 0) }
  }

  func mode(_ place: Int) -> Double { inputs[model.switches[place].mode] }

  func set(mode place: Int, to value: Double) {
    set(input: model.switches[place].mode, to: value)
  }

  /// Fixes the intervals of each signal that lie inside a piece: at its ends the piece has the limits from inside.
  ///
  /// For a piece of no length it is the interval that begins there.
  func fixIntervals(from start: Double, to end: Double) {
    let (low, high) = (min(start, end), max(start, end))
    for place in signals.indices {
      let signal = signals[place].signal
      let first = signal.interval(of: low)
      var last = signal.interval(of: high)
      if last > first, signal.times[last] == high { last -= 1 }
      intervals[place] = first...last
    }
  }

  /// The interval of a signal at a time of the present piece.
  private func interval(_ place: Int, at time: Double) -> Int {
    let range = intervals[place]
    if range.lowerBound == range.upperBound { return range.lowerBound }
    signals[place].signal.moveCursor(&cursors[place], to: time)
    return min(max(cursors[place], range.lowerBound), range.upperBound)
  }

  func readSignals<Number: EquationScalar>(
    at time: Double, into registers: EquationEvaluator<Number>
  ) {
    for place in signals.indices {
      registers.set(
        input: signals[place].place,
        to: signals[place].signal.value(at: time, inInterval: interval(place, at: time)))
    }
  }

  // MARK: Formulas at a point

  /// All intermediates of the frozen equations.
  func values(_ time: Double, _ state: [Double]) -> [Double] {
    readSignals(at: time, into: formulas)
    return formulas.results(time: time, state: state)
  }

  /// The same for a state in memory, without an allocation; the numbers are there during the call.
  func withValues(
    _ time: Double, _ state: UnsafePointer<Scalar>, _ body: (UnsafePointer<Double>) -> Void
  ) {
    readSignals(at: time, into: formulas)
    for place in 0..<stateCount { ownState[place] = Double(state[place]) }
    formulas.evaluate(time: time, state: ownState, into: formulaValues)
    body(formulaValues)
  }

  /// The derivative of the whole state, without an allocation where nothing slides.
  func derivative(
    _ time: Double, _ state: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>
  ) {
    if !sliding.isEmpty {
      let whole = Array(UnsafeBufferPointer(start: state, count: derivatives.stateCount))
      for (place, value) in slidingDerivative(time, whole).derivative.enumerated() {
        result[place] = value
      }
      return
    }
    readSignals(at: time, into: derivatives)
    derivatives.evaluate(time: time, state: state, into: result)
  }

  /// `α` by sliding switch.
  func slidingShares(_ time: Double, _ state: UnsafePointer<Scalar>) -> [Double] {
    let whole = Array(UnsafeBufferPointer(start: state, count: derivatives.stateCount))
    return slidingDerivative(time, whole).shares
  }

  /// The derivative of the system's own states.
  func derivative(_ time: Double, _ state: [Scalar]) -> [Double] {
    wholeDerivative(time, state).prefix(stateCount).map(Double.init)
  }

  /// The derivative of the whole state.
  func wholeDerivative(_ time: Double, _ state: [Scalar]) -> [Scalar] {
    if !sliding.isEmpty { return slidingDerivative(time, state).derivative }
    readSignals(at: time, into: derivatives)
    return derivatives.results(time: time, state: state)
  }

  /// The derivatives of the hidden intermediates by time, states, inputs and parameters.
  func gradients(_ time: Double, _ state: [Double]) -> HybridGradients {
    readSignals(at: time, into: gradients)
    var inputSlopes = [Double](repeating: 0, count: model.inputCount)
    for (place, signal) in signals.enumerated() {
      inputSlopes[signal.place] = signal.signal.slope(
        at: time, inInterval: interval(place, at: time))
    }
    return HybridGradients(
      values: gradients.results(time: time, state: state), firstHidden: firstHidden,
      stateCount: stateCount, inputSlopes: inputSlopes,
      parameterCount: model.frozen.parameters.count)
  }

  /// The same derivatives where the algebraic states follow the other ones: 0 by the algebraic states themselves.
  func totalGradients(_ time: Double, _ state: [Double]) -> HybridGradients {
    var gradients = gradients(time, state)
    if !model.algebraic.isEmpty { gradients.eliminate(model.algebraic) }
    return gradients
  }
}

/// Derivatives of hidden intermediates at one point.
struct HybridGradients {
  private(set) var values: [Double]
  let firstHidden: Int
  let stateCount: Int
  /// Derivatives of the inputs by time.
  let inputSlopes: [Double]
  let parameterCount: Int

  private var width: Int { 1 + stateCount + inputSlopes.count + parameterCount }

  private func start(_ place: Int) -> Int { (place - firstHidden) * width }

  /// By time, the motion of inputs included, at a fixed state.
  func byTime(_ place: Int) -> Double {
    let first = start(place) + 1 + stateCount
    return inputSlopes.indices.reduce(values[start(place)]) {
      $0 + values[first + $1] * inputSlopes[$1]
    }
  }

  func byState(_ place: Int, _ state: Int) -> Double { values[start(place) + 1 + state] }

  func byParameter(_ place: Int, _ parameter: Int) -> Double {
    values[start(place) + 1 + stateCount + inputSlopes.count + parameter]
  }

  /// Replaces every row `g` by `g − λᵀ G`, `G` the rows of the algebraic equations and `λ` such that the derivatives by the
  /// algebraic states vanish; nothing where those equations do not determine them.
  mutating func eliminate(_ algebraic: [HybridModel.AlgebraicState]) {
    let residuals = Set(algebraic.map { start($0.residual) })
    let equations = algebraic.map { values[start($0.residual)..<start($0.residual) + width] }
    for row in stride(from: 0, to: values.count, by: width) where !residuals.contains(row) {
      let own = algebraic.map { values[row + 1 + $0.state] }
      if own.allSatisfy({ $0 == 0 }) { continue }
      let transposed = algebraic.enumerated().map { place, found in
        equations.map { $0[$0.startIndex + 1 + found.state] } + [own[place]]
      }
      guard let factors = SmallLinearSystem.solution(of: transposed) else { continue }
      for (factor, equation) in zip(factors, equations) where factor != 0 {
        for column in 0..<width {
          values[row + column] -= factor * equation[equation.startIndex + column]
        }
      }
      for found in algebraic { values[row + 1 + found.state] = 0 }
    }
  }

  /// `∂g/∂y`.
  func gradient(_ place: Int) -> [Double] { (0..<stateCount).map { byState(place, $0) } }

  /// `∂g/∂y · direction`.
  func along(_ place: Int, _ direction: [Double]) -> Double {
    (0..<stateCount).reduce(0) { sum, state in
      let slope = byState(place, state)
      return slope == 0 ? sum : sum + slope * direction[state]
    }
  }
}

/// The derivatives of the states while modes, rates and input intervals keep their values.
struct HybridField<Scalar: EquationScalar>: VectorField {
  /// One solve on one thread uses it, and it does not outlive that solve.
  nonisolated(unsafe) let registers: HybridRegisters<Scalar>

  var massDiagonal: [Double] { registers.massDiagonal }

  func callAsFunction(_ time: Double, _ state: [Scalar]) -> [Scalar] {
    registers.wholeDerivative(time, state)
  }

  func linearization(_ time: Double, _ state: [Scalar]) -> FieldLinearization? {
    guard let jacobian = registers.jacobian, registers.sliding.isEmpty else { return nil }
    registers.readSignals(at: time, into: jacobian)
    return FieldLinearization(
      jacobian: jacobian.results(time: time, state: state).map(Double.init),
      timeDerivative: registers.derivatives.program.isAutonomous ? [] : nil)
  }
}
