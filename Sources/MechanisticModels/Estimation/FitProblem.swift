import Integrators
import NumericCore

/// A fit made ready: unknowns on an unbounded scale, residuals and their derivatives.
package final class FitProblem {
  let fit: ParameterFit
  let observables: [SensitivitySystem.Observable]
  let unknowns: [SensitivitySystem.Unknown]
  package let names: [String]
  package let scales: [ParameterScale]
  package let start: [Double]
  /// Standard deviation of the starting value of a network's weight, by unknown; nil for any other unknown.
  package let weightDeviations: [Double?]
  /// Root mean square of the measured values (their logarithms, if lognormal) about the mean of their column.
  let spread: Double
  /// Whether there are doses or events, which the adjoint does not have.
  let hasJumps: Bool
  package var solves = 0
  /// The scale of Student's distribution; nil as long as errors count as normal.
  var robustScale: Double?
  let constants: DerivedConstants
  private let parameters: [Double]
  private let knownInitials: [Int: Double]
  let sensitivity: SensitivityRegisters

  /// The system without sensitivities.
  private let plain: SensitivityRegisters

  /// Whether stability bounded the steps of a solve that had to be given up.
  var wasStiff: Bool { sensitivity.wasStiff || plain.wasStiff }

  init(_ fit: ParameterFit) throws(FitError) {
    self.fit = fit
    guard fit.method.isExplicit || fit.search != .gradient else {
      throw .methodWithoutAdjoint(fit.method.name)
    }
    hasJumps = fit.doses != DoseSchedule() || fit.system.hasJumps
    if hasJumps && fit.search == .gradient { throw .jumpsWithoutAdjoint }
    try FitProblem.checkNames(of: fit)
    let observables = try FitProblem.observables(of: fit)
    var setup = FitSetup(fit, observables)
    setup.addParameters()
    setup.addInitialValues()
    guard !setup.unknowns.isEmpty else { throw .nothingToEstimate }
    let others = setup.weightDeviations.count { $0 == nil }
    guard fit.measurements.count > others else {
      throw .tooFewMeasurements(found: fit.measurements.count, unknowns: others)
    }
    self.observables = observables
    unknowns = setup.unknowns
    names = setup.names
    scales = setup.scales
    start = zip(setup.scales, setup.start).map { $0.coordinate($1) }
    weightDeviations = setup.weightDeviations
    parameters = setup.parameters
    knownInitials = setup.knownInitials
    spread = FitProblem.spread(of: fit)
    func registers(_ unknowns: [SensitivitySystem.Unknown]) -> SensitivityRegisters {
      SensitivityRegisters(
        SensitivitySystem(
          fit.system, unknowns: unknowns, observables: observables,
          isLinearized: !fit.method.isExplicit), fit)
    }
    // Of many unknowns the adjoint finds the gradient.
    sensitivity = registers(
      setup.unknowns.count > FitSearch.sensitivityLimit ? [] : setup.unknowns)
    plain = registers([])
    constants = DerivedConstants(fit.system, unknowns: unknowns)
  }

  /// The first `count` times of another problem.
  init(_ other: FitProblem, count: Int) {
    var fit = other.fit
    fit.measurements.times = Array(fit.measurements.times.prefix(count))
    fit.measurements.values = Array(fit.measurements.values.prefix(count))
    self.fit = fit
    (observables, unknowns, names) = (other.observables, other.unknowns, other.names)
    (scales, start, weightDeviations) = (other.scales, other.start, other.weightDeviations)
    (parameters, knownInitials) = (other.parameters, other.knownInitials)
    (hasJumps, robustScale) = (other.hasJumps, other.robustScale)
    spread = FitProblem.spread(of: fit)
    (sensitivity, plain, constants) = (other.sensitivity, other.plain, other.constants)
  }

  private static func checkNames(of fit: ParameterFit) throws(FitError) {
    let system = fit.system
    let names = system.parameters.map(\.name) + system.states.map { "\($0.name)(0)" }
    for name in [String](fit.startValues.keys) + [String](fit.knownValues.keys)
    where !names.contains(name) {
      throw .unknownName(name, suggestion: nearestName(to: name, among: names))
    }
    for parameter in system.parameters {
      for value in [fit.startValues[parameter.name], fit.knownValues[parameter.name]] {
        guard let value, value < parameter.lowerBound || parameter.upperBound < value else {
          continue
        }
        throw .outOfRange(
          parameter.name, value: value, lower: parameter.lowerBound, upper: parameter.upperBound)
      }
    }
    let inputs = system.inputs.map(\.name)
    for name in fit.inputs.keys.sorted() where !inputs.contains(name) {
      throw .unknownInput(name, suggestion: nearestName(to: name, among: inputs))
    }
    for input in system.inputs where input.defaultValue == nil && fit.inputs[input.name] == nil {
      throw .inputWithoutSignal(input.name)
    }
  }

  private static func observables(
    of fit: ParameterFit
  ) throws(FitError) -> [SensitivitySystem.Observable] {
    let (system, measurements) = (fit.system, fit.measurements)
    var observables: [SensitivitySystem.Observable] = []
    for (column, name) in measurements.names.enumerated() {
      if let place = system.stateIndex(name) {
        observables.append(.state(place))
      } else if let place = system.intermediates.firstIndex(where: { $0.name == name }) {
        observables.append(.intermediate(place))
      } else {
        let known = system.states.map(\.name) + system.intermediates.map(\.name)
        throw .unknownColumn(name, suggestion: nearestName(to: name, among: known))
      }
      guard fit.likelihood == .lognormal else { continue }
      for (time, row) in zip(measurements.times, measurements.values) where row[column] <= 0 {
        throw .notPositive(name, time: time, value: row[column])
      }
    }
    return observables
  }

  private static func spread(of fit: ParameterFit) -> Double {
    var (squares, count) = (0.0, 0)
    for column in fit.measurements.names.indices {
      let values = fit.measurements.values.map { $0[column] }.filter { !$0.isNaN }
        .map { fit.likelihood == .lognormal ? Double.logarithm($0) : $0 }
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      squares += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      count += values.count
    }
    let spread = (squares / Double(max(count, 1))).squareRoot()
    return spread > 0 ? spread : 1
  }

  /// Parameters of the system, and known initial values, at a point of the search.
  func values(at z: [Double]) -> (parameters: [Double], initials: [Int: Double]) {
    var (parameters, initials) = (parameters, knownInitials)
    for (place, unknown) in unknowns.enumerated() {
      switch unknown {
      case .parameter(let parameter): parameters[parameter] = scales[place].value(z[place])
      case .initial(let state): initials[state] = scales[place].value(z[place])
      }
    }
    return (parameters, initials)
  }

  /// The measured quantities at all times, `[time][observable]`; nil if the equations cannot be solved.
  func predictions(at z: [Double]) -> [[Double]]? {
    let (parameters, initials) = values(at: z)
    return plain.walk(at: fit.measurements.times, parameters: parameters, initials: initials)?
      .observations
  }

  /// The residual of a value, and its derivative by the value; nil if the value cannot be.
  func residual(of value: Double, measured: Double) -> (residual: Double, slope: Double)? {
    guard fit.likelihood == .lognormal else { return (value - measured, 1) }
    return value > 0 ? (.logarithm(value) - .logarithm(measured), 1 / value) : nil
  }

  /// What a weight of a network adds to the residuals: this times the weight.
  var weightPenalty: Double { fit.networkPenalty * spread / (robustScale ?? 1) }

  /// Solves the equations: `[time][observable, then unknown × observable]`; nil if they cannot be solved.
  func observations(at z: [Double], derivatives: Bool) -> [[Double]]? {
    let (parameters, initials) = values(at: z)
    guard (parameters + initials.values).allSatisfy({ $0.isFinite }) else { return nil }
    solves += 1
    let registers = derivatives ? sensitivity : plain
    return registers.walk(
      at: fit.measurements.times, parameters: parameters, initials: initials
    )?.observations
  }
}

/// The memory in which a system runs with its sensitivities.
final class SensitivityRegisters {
  let system: SensitivitySystem
  private let fit: ParameterFit
  private let field: SensitivitySimulation
  private let isInterior: Bool
  private let observation: EquationEvaluator<Double>
  private(set) var wasStiff = false

  /// - Parameter isInterior: whether solves start at a state that has the doses at its time already.
  init(_ system: SensitivitySystem, _ fit: ParameterFit, isInterior: Bool = false) {
    self.system = system
    self.fit = fit
    self.isInterior = isInterior
    field = SensitivitySimulation(system, of: fit.system, inputs: fit.inputs, doses: fit.doses)
    observation = EquationEvaluator(
      system.observation, parameters: fit.system.defaultParameters)
  }

  /// Whole states and observations at the times; nil if the equations cannot be solved.
  func walk(
    at times: [Double], parameters: [Double], initials: [Int: Double]
  ) -> (states: [[Double]], observations: [[Double]])? {
    observation.set(parameters: parameters)
    let initial = system.initialState(parameters: parameters, fixed: initials, time: times[0])
    guard initial.prefix(system.stateCount).allSatisfy({ $0.isFinite }) else { return nil }
    let solver = ODESolver(
      method: fit.method,
      control: .proportionalIntegral(fit.tolerance, stepBudget: fit.stepBudget))
    let (states, status) = field.states(
      from: initial, at: times, parameters: parameters, solver, isContinued: isInterior)
    guard status.reachedEnd, states.count == times.count else {
      if case .stiff = status { wasStiff = true }
      return nil
    }
    var inputs = InputReader(fit.inputs, of: fit.system, observation)
    let observations = zip(times, states).map { time, state in
      inputs.read(at: time, into: observation)
      return observation.results(time: time, state: state)
    }
    return (states, observations)
  }
}
