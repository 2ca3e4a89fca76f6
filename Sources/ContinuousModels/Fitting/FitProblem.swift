import Integrators
import NumericCore

/// A fit made ready: unknowns on an unbounded scale, residuals and their derivatives.
final class FitProblem {
  let fit: ParameterFit
  let sensitivity: SensitivitySystem
  let names: [String]
  let scales: [ParameterScale]
  let start: [Double]
  private(set) var solves = 0
  /// The scale of Student's distribution; nil as long as errors count as normal.
  var robustScale: Double?
  private let parameters: [Double]
  private let knownInitials: [Int: Double]
  private let field: TapeRegisters<Double>
  private let observation: TapeRegisters<Double>

  init(_ fit: ParameterFit) throws(FitError) {
    self.fit = fit
    let system = fit.system
    let names = system.parameters.map(\.name) + system.states.map { "\($0.name)(0)" }
    for name in [String](fit.startValues.keys) + [String](fit.knownValues.keys)
    where !names.contains(name) {
      throw .unknownName(name, suggestion: nearestName(to: name, among: names))
    }
    if let input = system.inputs.first(where: { $0.defaultValue == nil }) {
      throw .inputWithoutSignal(input.name)
    }
    let observables = try FitProblem.observables(of: fit)
    var setup = FitSetup(fit, observables)
    setup.addParameters()
    setup.addInitialValues()
    guard !setup.unknowns.isEmpty else { throw .nothingToEstimate }
    guard fit.measurements.count > setup.unknowns.count else {
      throw .tooFewMeasurements(found: fit.measurements.count, unknowns: setup.unknowns.count)
    }
    self.names = setup.names
    scales = setup.scales
    start = zip(setup.scales, setup.start).map { $0.coordinate($1) }
    parameters = setup.parameters
    knownInitials = setup.knownInitials
    sensitivity = SensitivitySystem(system, unknowns: setup.unknowns, observables: observables)
    field = TapeRegisters(sensitivity.field, parameters: parameters)
    observation = TapeRegisters(sensitivity.observation, parameters: parameters)
    for (place, input) in system.inputs.enumerated() {
      field.set(input: place, to: input.defaultValue ?? 0)
      observation.set(input: place, to: input.defaultValue ?? 0)
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

  /// Parameters of the system, and known initial values, at a point of the search.
  private func values(at z: [Double]) -> (parameters: [Double], initials: [Int: Double]) {
    var (parameters, initials) = (parameters, knownInitials)
    for (place, unknown) in sensitivity.unknowns.enumerated() {
      switch unknown {
      case .parameter(let parameter): parameters[parameter] = scales[place].value(z[place])
      case .initial(let state): initials[state] = scales[place].value(z[place])
      }
    }
    return (parameters, initials)
  }

  /// The measured quantities and their derivatives by the unknowns at the first `count` times:
  /// `[time][observable, then unknown × observable]`; nil if the equations cannot be solved.
  func observations(at z: [Double], count: Int) -> [[Double]]? {
    let (parameters, initials) = values(at: z)
    guard (parameters + initials.values).allSatisfy({ $0.isFinite }) else { return nil }
    solves += 1
    field.set(parameters: parameters)
    observation.set(parameters: parameters)
    let times = Array(fit.measurements.times.prefix(count))
    let initial = sensitivity.initialState(
      parameters: parameters, fixed: initials, time: times[0])
    let (states, report) = solve(
      field, from: initial, at: times,
      ODESolver(
        method: .tsitouras5,
        control: .proportionalIntegral(fit.tolerance, stepBudget: fit.stepBudget)))
    guard report.status.isCompleted else { return nil }
    return zip(times, states).map { observation.results(time: $0, state: $1) }
  }

  /// Residuals of the measured values among the first `count` times, with derivatives by the search's own
  /// coordinates; `frozen` unknowns have none.
  func linearization(
    at z: [Double], count: Int, frozen: Int? = nil
  ) -> LevenbergMarquardt.Linearization? {
    guard let observations = observations(at: z, count: count) else { return nil }
    let slopes = zip(scales, z).map { $0.slope($1) }
    let (columns, unknowns) = (fit.measurements.names.count, scales.count)
    var residuals: [Double] = []
    var jacobian: [Double] = []
    for (measured, found) in zip(fit.measurements.values, observations) {
      for column in 0..<columns where !measured[column].isNaN {
        let value = found[column]
        var factor = 1.0
        if fit.likelihood == .lognormal {
          guard value > 0 else { return nil }
          residuals.append(.logarithm(value) - .logarithm(measured[column]))
          factor = 1 / value
        } else {
          residuals.append(value - measured[column])
        }
        for unknown in 0..<unknowns where unknown != frozen {
          jacobian.append(factor * found[(1 + unknown) * columns + column] * slopes[unknown])
        }
      }
    }
    guard residuals.allSatisfy({ $0.isFinite }), jacobian.allSatisfy({ $0.isFinite }) else {
      return nil
    }
    let linear = LevenbergMarquardt.Linearization(residuals: residuals, jacobian: jacobian)
    return robustScale.map { linear.robust(scale: $0) } ?? linear
  }
}

/// Collects what is unknown and where to start.
private struct FitSetup {
  let fit: ParameterFit
  let observables: [SensitivitySystem.Observable]
  var unknowns: [SensitivitySystem.Unknown] = []
  var names: [String] = []
  var scales: [ParameterScale] = []
  var start: [Double] = []
  var parameters: [Double]
  var knownInitials: [Int: Double] = [:]

  init(_ fit: ParameterFit, _ observables: [SensitivitySystem.Observable]) {
    self.fit = fit
    self.observables = observables
    parameters = fit.system.defaultParameters
  }

  mutating func addParameters() {
    for (place, parameter) in fit.system.parameters.enumerated() {
      let value = fit.startValues[parameter.name] ?? parameter.defaultValue
      parameters[place] = fit.knownValues[parameter.name] ?? value
      if parameter.isFixed || fit.knownValues[parameter.name] != nil { continue }
      add(
        .parameter(place), parameter.name, value,
        ParameterScale(lower: parameter.lowerBound, upper: parameter.upperBound))
    }
  }

  mutating func addInitialValues() {
    let written = fit.system.initialState(parameters: parameters)
    for (place, state) in fit.system.states.enumerated() {
      let name = "\(state.name)(0)"
      if let known = fit.knownValues[name] {
        knownInitials[place] = known
      } else if !state.isInitialFixed || !state.hasInitialValue {
        let value = fit.startValues[name] ?? firstValue(of: place) ?? written[place]
        let positive = fit.likelihood == .lognormal && value > 0
        add(
          .initial(place), name, value.isNaN ? 1 : value,
          ParameterScale(lower: positive ? 0 : -.infinity, upper: .infinity))
      }
    }
  }

  /// The state's first measurement, where it was measured.
  private func firstValue(of state: Int) -> Double? {
    guard let column = observables.firstIndex(of: .state(state)) else { return nil }
    return fit.measurements.values.map { $0[column] }.first { !$0.isNaN }
  }

  private mutating func add(
    _ unknown: SensitivitySystem.Unknown, _ name: String, _ value: Double, _ scale: ParameterScale
  ) {
    unknowns.append(unknown)
    names.append(name)
    start.append(value)
    scales.append(scale)
  }
}
