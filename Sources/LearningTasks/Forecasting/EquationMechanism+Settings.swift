import MechanisticModels

// The roles and ranges of a recipe's equations.
extension EquationMechanism {
  /// Assigns the roles and ranges of the settings.
  ///
  /// - Throws: `MechanismError` for a name that the equations do not have, or a value outside of their bounds.
  mutating func assign(_ settings: MechanismSettings) throws(MechanismError) {
    try assignRoles(settings)
    try assignRanges(settings)
  }

  private func place(
    _ name: String, setting: String
  ) throws(MechanismError) -> Int {
    if let place = system.parameterIndex(name) { return place }
    throw .unknownName(
      name, setting: setting, system: system.name, known: system.parameters.map(\.name))
  }

  private mutating func assignRoles(_ settings: MechanismSettings) throws(MechanismError) {
    for name in settings.shared {
      parameters[try place(name, setting: "shared")].role = .shared
    }
    for text in settings.known {
      let (name, rest) = try MechanismSettings.parts(text, setting: "fix")
      let place = try place(name, setting: "fix")
      guard let value = Double(rest), value.isFinite else {
        throw .notASetting(text, setting: "fix")
      }
      if settings.shared.contains(name) { throw .twoRoles(name) }
      let parameter = system.parameters[place]
      guard parameter.lowerBound <= value, value <= parameter.upperBound else {
        throw .outOfRange(
          name, value: value, lower: parameter.lowerBound, upper: parameter.upperBound)
      }
      parameters[place].role = .known
      parameters[place].range = .around(value, width: 1)
    }
  }

  private mutating func assignRanges(_ settings: MechanismSettings) throws(MechanismError) {
    for text in settings.ranges {
      let (name, rest) = try MechanismSettings.parts(text, setting: "range")
      let (lower, upper) = try MechanismSettings.bounds(rest, of: name)
      if let state = system.states.firstIndex(where: { $0.name + "(0)" == name }) {
        let centre = initialRanges[state]?.centre ?? 0
        initialRanges[state] = UnknownRange(centre: centre, lower: lower, upper: upper)
        continue
      }
      guard let place = system.parameterIndex(name) else {
        throw .unknownName(
          name, setting: "range", system: system.name,
          known: system.parameters.map(\.name) + system.states.map { $0.name + "(0)" })
      }
      if settings.known.contains(where: { $0.hasPrefix(name + "=") }) { throw .twoRoles(name) }
      let centre = system.parameters[place].defaultValue
      parameters[place].range = UnknownRange(centre: centre, lower: lower, upper: upper)
      if parameters[place].role == .known { parameters[place].role = .own }
    }
  }
}
