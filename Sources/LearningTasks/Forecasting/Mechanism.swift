public import TimeSeries
public import MechanisticModels

/// A recipe's equations, matched with the channels of its data.
public struct Mechanism: Sendable {
  /// The known equations.
  public var law: EquationMechanism
  /// The measured channels and the states that they measure.
  public var channels: [EquationGOKU.Channel]

  /// The mechanism of some settings.
  ///
  /// - Parameters:
  ///   - normalization: of the target channels, and possibly others after them.
  ///   - channels: the target channels.
  ///   - timeScale: the length of the model's unit of time in the data's unit.
  /// - Throws: `MechanismError`, or `EquationError` for invalid equations.
  public init(
    _ settings: MechanismSettings, channels names: [String], normalization: Normalization,
    timeScale: Double
  ) throws {
    guard let text = settings.equations else { throw MechanismError.noEquations }
    let system = try EquationSystem(text, name: settings.system ?? "equations")
    try Self.check(system)
    law = EquationMechanism(system, timeScale: timeScale)
    // Windows begin anywhere, and what the equations fix holds at the start of a series.
    law.inferInitialValues()
    channels = try Self.channels(names, settings, system)
    for (place, channel) in channels.enumerated() {
      guard case .state(let state) = channel else { continue }
      law.stateScales[state] = normalization.deviations[place]
      law.initialRanges[state] = system.states[state].initialRange(
        around: normalization.means[place], width: normalization.deviations[place])
    }
    try law.assign(settings)
  }

  private static func check(_ system: EquationSystem) throws(MechanismError) {
    for input in system.inputs where input.defaultValue == nil {
      throw .inputWithoutValue(input.name)
    }
    if system.hasJumps { throw .hasJumps(system: system.name) }
    if system.isDifferentialAlgebraic { throw .isAlgebraic(system: system.name) }
    if system.dependsOnTime { throw .dependsOnTime(system: system.name) }
  }

  // MARK: Channels

  private static func channels(
    _ names: [String], _ settings: MechanismSettings, _ system: EquationSystem
  ) throws(MechanismError) -> [EquationGOKU.Channel] {
    let states = system.states.map(\.name)
    let intermediates = system.intermediates.map(\.name)
    let known = states + intermediates
    var meaning: [String: String] = [:]
    for text in settings.columns {
      let (column, name) = try MechanismSettings.parts(text, setting: "column")
      guard names.contains(column) else { throw .noSuchChannel(column, channels: names) }
      guard known.contains(name) else {
        throw .unknownName(name, setting: "column", system: system.name, known: known)
      }
      meaning[column] = name
    }
    var result: [EquationGOKU.Channel] = []
    var unmatched: [String] = []
    var measured: [String: String] = [:]
    for name in names {
      let meant = meaning[name] ?? name
      if let other = measured[meant] { throw .measuredTwice(meant, channels: [other, name]) }
      if let state = states.firstIndex(of: meant) {
        result.append(.state(state))
      } else if let intermediate = intermediates.firstIndex(of: meant) {
        result.append(.intermediate(intermediate))
      } else {
        result.append(.learned)
        unmatched.append(name)
        continue
      }
      measured[meant] = name
    }
    if settings.emission == .direct && !unmatched.isEmpty {
      throw .unmatchedChannels(unmatched, system: system.name, names: known)
    }
    return result
  }
}

extension MechanismSettings {
  /// The settings with a lower bound of 0 for the initial value of every state with only positive
  /// measurements.
  func closed(on series: [TimeSeries]) -> MechanismSettings {
    guard let text = equations, let names = series.first?.channels,
      let system = try? EquationSystem(text, name: "equations")
    else { return self }
    var result = self
    let meanings = columns.compactMap { try? MechanismSettings.parts($0, setting: "column") }
    for (channel, name) in names.enumerated() {
      let meant = meanings.last { $0.name == name }?.rest ?? name
      let key = meant + "(0)"
      guard let state = system.stateIndex(meant),
        system.states[state].initialLowerBound == -.infinity,
        !ranges.contains(where: { $0.hasPrefix(key + "=") })
      else { continue }
      let isPositive = series.lazy.flatMap(\.pieces).allSatisfy { piece in
        piece.observations(of: channel).values.allSatisfy { $0 > 0 }
      }
      if isPositive { result.ranges.append(key + "=0..") }
    }
    return result
  }
}
