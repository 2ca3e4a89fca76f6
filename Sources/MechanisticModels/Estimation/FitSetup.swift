import Platform
import NumericCore

/// Collects what a fit estimates, what is known in each experiment, and where to start.
struct FitSetup {
  let fit: ParameterFit
  private(set) var observables: FitObservables
  private(set) var unknowns: [FitUnknown] = []
  /// Parameters and known initial values by experiment, as far as they are known.
  private(set) var parameters: [[Double]]
  private(set) var initials: [[Int: Double]]

  private var experiments: [Experiment] { fit.experiments.experiments }

  init(_ fit: ParameterFit) throws(FitError) {
    self.fit = fit
    observables = try FitObservables(
      fit.experiments.observables, of: fit.system, noise: fit.noise)
    parameters = fit.experiments.experiments.map { _ in fit.system.defaultParameters }
    initials = fit.experiments.experiments.map { _ in [:] }
    addParameters()
    addInitialValues()
    try addNoise()
    try FitSetup.check(fit, unknowns)
  }

  /// The name of an unknown that belongs to one experiment.
  static func name(_ name: String, in id: String) -> String { "\(name)[\(id)]" }

  private mutating func addParameters() {
    for (place, parameter) in fit.system.parameters.enumerated() {
      let name = parameter.name
      let known =
        fit.knownValues[name] ?? (parameter.isFixed ? fit.startValues[name] : nil)
      let value = known ?? fit.startValues[name] ?? parameter.defaultValue
      for experiment in experiments.indices {
        parameters[experiment][place] = experiments[experiment].conditions[name] ?? value
      }
      if parameter.isFixed || known != nil { continue }
      let range = (parameter.lowerBound, parameter.upperBound)
      add(.parameter(place), name, range, weightDeviation: parameter.weightDeviation) { _, _ in
        value
      }
    }
  }

  private mutating func addInitialValues() {
    for (place, state) in fit.system.states.enumerated() {
      let name = "\(state.name)(0)"
      for (experiment, setup) in experiments.enumerated() {
        initials[experiment][place] = setup.conditions[name] ?? fit.knownValues[name]
      }
      if fit.knownValues[name] != nil || (state.isInitialFixed && state.hasInitialValue) {
        continue
      }
      let written = fit.system.initialState(parameters: parameters.first)[place]
      let range = (state.initialLowerBound, state.initialUpperBound)
      let isMeasured = firstValue(of: state.name, in: nil) != nil
      add(.initial(place), name, range, isMeasured: isMeasured) { setup, experiment in
        let value =
          setup.fit.startValues[name] ?? setup.firstValue(of: state.name, in: experiment)
          ?? written
        return value.isNaN ? 1 : value
      }
    }
  }

  /// The state's first measured value, in one experiment or in the first that has any.
  private func firstValue(of state: String, in experiment: Int?) -> Double? {
    let chosen = experiment.map { [experiments[$0]] } ?? experiments
    for one in chosen {
      let found = one.measurements.filter { $0.observable == state && !$0.value.isCensored }
        .min { $0.time < $1.time }
      let isFormula = fit.system.observables.contains { $0.name == state }
      if let found, !isFormula { return found.value.number }
    }
    return nil
  }

  /// Adds an unknown, or one for every experiment, where no condition gives its value.
  private mutating func add(
    _ unknown: SensitivitySystem.Unknown, _ name: String, _ range: (Double, Double),
    weightDeviation: Double? = nil, isMeasured: Bool = false, start: (Self, Int?) -> Double
  ) {
    let free = experiments.indices.filter { experiments[$0].conditions[name] == nil }
    if free.isEmpty { return }
    func append(_ name: String, general: String, _ experiment: Int?) {
      let prior = fit.prior(of: name) ?? fit.prior(of: general)
      let bounds = fit.bounds[name] ?? fit.bounds[general]
      let value = fit.startValues[name] ?? start(self, experiment)
      var (lower, upper) = range
      if let bounds { (lower, upper) = (max(lower, bounds.lower), min(upper, bounds.upper)) }
      if let prior {
        (lower, upper) = (max(lower, prior.bounds.lower), min(upper, prior.bounds.upper))
      }
      if case .initial = unknown, isPositive, value > 0 { lower = max(lower, 0) }
      var scale = ParameterScale(lower: lower, upper: upper, start: value)
      if case .initial = unknown, isMeasured { scale.decades = 0.2 }
      unknowns.append(
        FitUnknown(
          name: name, target: .local(unknown, experiment: experiment),
          start: min(max(value, lower), upper), scale: scale,
          prior: prior, weightDeviation: weightDeviation))
    }
    guard fit.individual.contains(name) else { return append(name, general: name, nil) }
    for experiment in free {
      append(Self.name(name, in: experiments[experiment].id), general: name, experiment)
    }
  }

  /// Whether measured values are positive by their noise.
  private var isPositive: Bool {
    observables.observables.contains { $0.noise == .lognormal || $0.noise.isCount }
  }

  // MARK: Noise

  private mutating func addNoise() throws(FitError) {
    for (place, observable) in observables.observables.enumerated() {
      let measured = experiments.flatMap(\.measurements).filter { $0.observable == observable.name }
      try check(measured, of: observable)
      observables[place].spread = Self.spread(
        of: measured, isLogarithmic: observable.noise == .lognormal)
      guard observable.arguments.isEmpty else { continue }
      let spread = observables[place].spread
      let needsSize = measured.contains { $0.standardError == nil }
      for (number, word) in observable.noise.argumentNames.enumerated() {
        let name = "\(word)(\(observable.name))"
        if let known = fit.knownValues[name] {
          observables[place].arguments.append(.known(known))
        } else if !needsSize {
          observables[place].arguments.append(.known(1))
        } else if observable.noise.hasOneSize {
          observables[place].arguments.append(.profiled)
        } else {
          observables[place].arguments.append(.unknown(unknowns.count))
          let start =
            fit.startValues[name] ?? (word == "size" ? 10 : word == "cv" ? 0.1 : 0.1 * spread)
          unknowns.append(
            FitUnknown(
              name: name, target: .noise(observable: place, argument: number), start: start,
              scale: Self.scale(of: word, spread: spread, start: start),
              prior: fit.prior(of: name)))
        }
      }
    }
  }

  /// Sizes of noise that are as good as 0, or of counts as good as infinite, are bounds of the search.
  private static func scale(of word: String, spread: Double, start: Double) -> ParameterScale {
    switch word {
    case "cv": ParameterScale(lower: 1e-4, upper: .infinity, start: start)
    case "size": ParameterScale(lower: 1e-4, upper: 1e6, start: start)
    default: ParameterScale(lower: 1e-5 * spread, upper: .infinity, start: start)
    }
  }

  /// Checks that the noise allows the measured values.
  private func check(
    _ measured: [Measurement], of observable: FitObservable
  ) throws(FitError) {
    for measurement in measured {
      if let error = measurement.standardError, !(error > 0 && error.isFinite) {
        throw .standardError(observable.name, time: measurement.time, value: error)
      }
      for number in measurement.value.numbers {
        let isBelowZero: Bool
        if case .between(let lower, _) = measurement.value, lower == number {
          isBelowZero = number < 0
        } else {
          isBelowZero = number <= 0
        }
        if observable.noise == .lognormal && isBelowZero {
          throw .notPositive(observable.name, time: measurement.time, value: number)
        }
        if observable.noise.isCount && !measurement.value.isCount {
          throw .notACount(observable.name, time: measurement.time, value: number)
        }
      }
    }
    let isSizeKnown =
      !observable.arguments.isEmpty
      || observable.noise.argumentNames.allSatisfy {
        fit.knownValues["\($0)(\(observable.name))"] != nil
      }
    if !isSizeKnown && measured.allSatisfy({ $0.value.isCensored && $0.standardError == nil }) {
      throw .allCensored(observable.name)
    }
  }

  private static func spread(of measured: [Measurement], isLogarithmic: Bool) -> Double {
    let values = measured.map(\.value.number).map { isLogarithmic ? Double.logarithm($0) : $0 }
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let spread = (squares / Double(max(values.count, 1))).squareRoot()
    // Of equal values, such as one value only, the size itself.
    return spread > 0 ? spread : mean != 0 && mean.isFinite ? mean.magnitude : 1
  }

  // MARK: Checks

  private static func check(
    _ fit: ParameterFit, _ unknowns: [FitUnknown]
  ) throws(FitError) {
    let system = fit.system
    let general = system.parameters.map(\.name) + system.states.map { "\($0.name)(0)" }
    let noises = fit.experiments.observables.flatMap { name in
      NoiseModel.allCases.flatMap(\.argumentNames).map { "\($0)(\(name))" }
    }
    let names = Set(general + noises + unknowns.map(\.name))
    let given = [
      [String](fit.startValues.keys), [String](fit.knownValues.keys), [String](fit.bounds.keys),
      [String](fit.priors.keys), fit.experiments.experiments.flatMap { $0.conditions.keys },
    ]
    for name in given.joined().sorted() where !names.contains(name) {
      throw .unknownName(name, suggestion: nearestName(to: name, among: general))
    }
    for name in fit.individual.sorted() where !general.contains(name) {
      throw .unknownName(name, suggestion: nearestName(to: name, among: general))
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
    try checkInputs(of: fit)
  }

  private static func checkInputs(of fit: ParameterFit) throws(FitError) {
    let inputs = fit.system.inputs.map(\.name)
    for experiment in fit.experiments.experiments {
      for name in experiment.inputs.keys.sorted() where !inputs.contains(name) {
        throw .unknownInput(name, suggestion: nearestName(to: name, among: inputs))
      }
      for input in fit.system.inputs
      where input.defaultValue == nil && experiment.inputs[input.name] == nil {
        throw .inputWithoutSignal(input.name)
      }
    }
  }
}

extension NoiseModel {
  /// Whether the noise has one size, to which its standard deviation is proportional: the size that fits best is a root of one equation.
  var hasOneSize: Bool {
    switch self {
    case .normal, .lognormal, .proportional, .student: true
    case .combined, .poisson, .negativeBinomial: false
    }
  }
}
