import NumericCore

extension FitData {
  /// Removes a dose that the equations already contain as a fixed initial value.
  ///
  /// - Parameters:
  ///   - equations: the equations with their fixed initial values.
  ///   - start: when the initial values hold; `nil` for as a fit finds it.
  public mutating func countDosesOnce(
    for equations: EquationSystem, from start: Double? = nil
  ) -> [String] {
    let initial = equations.initialState()
    let fit = ParameterFit(equations, to: experiments)
    var found: String?
    for place in experiments.experiments.indices {
      let start = start ?? fit.start(of: experiments.experiments[place]).time
      experiments.experiments[place].doses.doses.removeAll { dose in
        guard dose.time == start, dose.administration == .bolus, dose.steadyState == nil,
          let state = equations.stateIndex(dose.compartment), dose.amount != 0,
          equations.states[state].isInitialFixed, initial[state] == dose.amount,
          dose.repetition == nil
        else { return false }
        found = "\(dose.compartment)(0) = \(shortText(dose.amount))"
        return true
      }
    }
    guard let found else { return [] }
    return [
      "\(source) has a dose at the start that \(equations.name) has as \(found) already; it counts once. Write 0 there "
        + "if the doses of the data are all there are"
    ]
  }
}
