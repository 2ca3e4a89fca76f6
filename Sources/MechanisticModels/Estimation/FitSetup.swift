/// Collects what is unknown and where to start.
struct FitSetup {
  let fit: ParameterFit
  let observables: [SensitivitySystem.Observable]
  var unknowns: [SensitivitySystem.Unknown] = []
  var names: [String] = []
  var scales: [ParameterScale] = []
  var start: [Double] = []
  var weightDeviations: [Double?] = []
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
        ParameterScale(lower: parameter.lowerBound, upper: parameter.upperBound, start: value),
        weightDeviation: parameter.weightDeviation)
    }
  }

  mutating func addInitialValues() {
    let written = fit.system.initialState(parameters: parameters)
    for (place, state) in fit.system.states.enumerated() {
      let name = "\(state.name)(0)"
      if let known = fit.knownValues[name] {
        knownInitials[place] = known
      } else if !state.isInitialFixed || !state.hasInitialValue {
        let measured = firstValue(of: place)
        let known = fit.startValues[name] ?? measured ?? written[place]
        let value = known.isNaN ? 1 : known
        let positive = fit.likelihood == .lognormal && value > 0
        var scale = ParameterScale(
          lower: positive ? 0 : -.infinity, upper: .infinity, start: value)
        if measured != nil { scale.decades = 0.2 }
        add(.initial(place), name, value, scale)
      }
    }
  }

  /// The state's first measurement, where it was measured.
  private func firstValue(of state: Int) -> Double? {
    guard let column = observables.firstIndex(of: .state(state)) else { return nil }
    return fit.measurements.values.map { $0[column] }.first { !$0.isNaN }
  }

  private mutating func add(
    _ unknown: SensitivitySystem.Unknown, _ name: String, _ value: Double, _ scale: ParameterScale,
    weightDeviation: Double? = nil
  ) {
    unknowns.append(unknown)
    names.append(name)
    start.append(value)
    scales.append(scale)
    weightDeviations.append(weightDeviation)
  }
}
