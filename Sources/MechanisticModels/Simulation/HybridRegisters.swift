import Integrators
import NumericCore

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
  /// The first hidden intermediate.
  private let firstHidden: Int
  private let signals: [(place: Int, signal: InputSignal)]
  private var intervals: [Int]
  /// Switches that slide along their root.
  var sliding: [Int] = []
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
    self.derivatives = EquationEvaluator(derivatives, parameters: parameters)
    self.jacobian = jacobian.map { EquationEvaluator($0, parameters: parameters) }
    formulas = EquationEvaluator(model.formulaProgram, parameters: parameters)
    gradients = EquationEvaluator(model.gradientProgram, parameters: parameters)
    firstHidden = model.firstHidden
    self.signals = frozen.inputs.prefix(model.inputCount).enumerated().compactMap { place, input in
      signals[input.name].map { (place, $0) }
    }
    intervals = self.signals.map { _ in 0 }
    inputs = frozen.inputs.map { $0.defaultValue ?? 0 }
    for place in inputs.indices { set(input: place, to: inputs[place]) }
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
  var snapshot: (inputs: [Double], intervals: [Int], sliding: [Int]) {
    (inputs, intervals, sliding)
  }

  func restore(_ snapshot: (inputs: [Double], intervals: [Int], sliding: [Int])) {
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

  /// Fixes the interval of each signal for a piece, whose middle this is.
  func fixIntervals(at middle: Double) {
    for place in signals.indices { intervals[place] = signals[place].signal.interval(of: middle) }
  }

  func readSignals<Number: EquationScalar>(
    at time: Double, into registers: EquationEvaluator<Number>
  ) {
    for place in signals.indices {
      registers.set(
        input: signals[place].place,
        to: signals[place].signal.value(at: time, inInterval: intervals[place]))
    }
  }

  // MARK: Formulas at a point

  /// All intermediates of the frozen equations.
  func values(_ time: Double, _ state: [Double]) -> [Double] {
    readSignals(at: time, into: formulas)
    return formulas.results(time: time, state: state)
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
      inputSlopes[signal.place] = signal.signal.slope(at: time, inInterval: intervals[place])
    }
    return HybridGradients(
      values: gradients.results(time: time, state: state), firstHidden: firstHidden,
      stateCount: stateCount, inputSlopes: inputSlopes,
      parameterCount: model.frozen.parameters.count)
  }
}

/// Derivatives of hidden intermediates at one point.
struct HybridGradients {
  let values: [Double]
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
