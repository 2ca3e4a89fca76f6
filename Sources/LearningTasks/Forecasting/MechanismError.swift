import NumericCore

/// Why equations and data do not fit.
public enum MechanismError: Error, Hashable, Sendable {
  /// A mechanism without equations.
  case noEquations
  /// A GOKU-net of experiments without a file.
  case noData
  /// A setting names a parameter or initial value that the equations do not have.
  case unknownName(String, setting: String, system: String, known: [String])
  /// A setting that is not `name=value` or `name=lower..upper`.
  case notASetting(String, setting: String)
  case emptyRange(String, lower: Double, upper: Double)
  /// A known value outside of the bounds of the equations.
  case outOfRange(String, value: Double, lower: Double, upper: Double)
  /// A parameter in two lists.
  case twoRoles(String)
  /// Channels that are not part of the equations.
  case unmatchedChannels([String], system: String, names: [String])
  case noSuchChannel(String, channels: [String])
  /// Two channels for one state.
  case measuredTwice(String, channels: [String])
  case inputWithoutValue(String)
  /// The equations depend on the time itself, and windows begin at any time.
  case dependsOnTime(system: String)
  /// The equations have doses or events.
  case hasJumps(system: String)
  /// The equations have algebraic states.
  case isAlgebraic(system: String)
}

extension MechanismError: CustomStringConvertible {
  /// What is wrong and how to fix it.
  public var description: String {
    switch self {
    case .noEquations: "a GOKU-net needs equations; name a system or a file of equations"
    case .noData: "a GOKU-net needs data of the equations; name a file"
    case .unknownName(let name, _, let system, let known):
      "\(system) has no '\(name)'; \(Self.suggestion(name, known))"
    case .notASetting(let text, let setting):
      "'\(text)' is not "
        + (setting == "range"
          ? "name=lower..upper; write it as in length=0.5..3"
          : setting == "column"
            ? "column=state; write it in this form" : "name=value; write it as in length=1.5")
    case .emptyRange(let name, let lower, let upper):
      "\(name) has no values between \(shortText(lower)) and \(shortText(upper)); write the smaller bound first"
    case .outOfRange(let name, let value, let lower, let upper):
      "\(name)=\(shortText(value)) is outside of the bounds \(shortText(lower))..\(shortText(upper)) of the "
        + "equations; choose a value within them"
    case .twoRoles(let name):
      "'\(name)' is fixed and also shared or given a range; choose one of them"
    case .unmatchedChannels(let channels, let system, let names):
      "no part of \(system) is measured by \(channels.joined(separator: ", ")); map each of them to one of "
        + "\(names.joined(separator: ", ")), leave it out, or use a learned emission"
    case .noSuchChannel(let name, let channels):
      "the data have no channel '\(name)'; \(Self.suggestion(name, channels))"
    case .measuredTwice(let name, let channels):
      "\(channels.joined(separator: " and ")) both measure '\(name)'; map one of them elsewhere or leave it out"
    case .inputWithoutValue(let name):
      "the equations' input '\(name)' has no value; write 'input \(name) = 0' in the equations, or make it a parameter"
    case .dependsOnTime(let system):
      "\(system) depends on the time t itself, and a model's windows begin at any time; make the phase a state, as in "
        + "'phase\u{27} = 1', or use 'fit'"
    case .hasJumps(let system):
      "\(system) has doses or events, which a model of windows does not follow; write the doses as rows of the data and read "
        + "the series whole, or use 'fit'"
    case .isAlgebraic(let system):
      "\(system) has algebraic equations '0 = …', which a model of windows does not solve; use 'fit'"
    }
  }

  private static func suggestion(_ name: String, _ known: [String]) -> String {
    nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
      ?? "the names are \(known.joined(separator: ", "))"
  }
}
