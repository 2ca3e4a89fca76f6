import NumericCore
import ArgumentParsing
import LearningTasks

extension MechanismError {
  /// What is wrong and what to do.
  var sentence: String {
    switch self {
    case .noEquations:
      "a goku wants equations; add --system NAME ('neural-ode systems' lists them) or --system file.ode"
    case .unknownName(let name, let setting, let system, let known):
      "--\(setting): \(system) has no '\(name)'; "
        + (nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
          ?? "it has \(known.joined(separator: ", "))")
    case .notASetting(let text, let setting):
      setting == "range"
        ? "--range: '\(text)' is not name=lower..upper; write it as in --range length=0.5..3"
        : "--\(setting): '\(text)' is not as it should be; write it as in --\(setting) "
          + (setting == "column" ? "column=state" : "name=1.5")
    case .emptyRange(let name, let lower, let upper):
      "--range: \(name) has no values between \(shortText(lower)) and \(shortText(upper)); write the smaller bound first"
    case .outOfRange(let name, let value, let lower, let upper):
      "--fix: \(name)=\(shortText(value)) is outside of the bounds \(shortText(lower))..\(shortText(upper)) of the "
        + "equations; choose a value within them"
    case .twoRoles(let name):
      "'\(name)' is given by --fix and asked for by --shared or --range; keep one of them"
    case .unmatchedChannels(let channels, let system, let names):
      "no part of \(system) is measured by \(channels.joined(separator: ", ")); map each as in --column "
        + "\(channels[0])=\(names[0]) (known are \(names.joined(separator: ", "))), leave it out with --channels, or let a "
        + "network explain it with --emission learned"
    case .noSuchChannel(let name, let channels):
      "--column: the data have no channel '\(name)'; "
        + (nearestName(to: name, among: channels).map { "did you mean '\($0)'?" }
          ?? "they have \(channels.joined(separator: ", "))")
    case .measuredTwice(let name, let channels):
      "\(channels.joined(separator: " and ")) both measure '\(name)'; map one of them elsewhere or leave it out"
    case .inputWithoutValue(let name):
      "the equations' input '\(name)' has no value; write 'input \(name) = 0' in the equations, or make it a parameter"
    case .dependsOnTime(let system):
      "\(system) depends on the time t itself, and a model's windows begin anywhere; make the phase a state, as in "
        + "'phase\u{27} = 1', or use 'fit'"
    case .hasJumps(let system):
      "\(system) has doses or events, which a model of windows does not follow; use 'fit', or make doses an input"
    case .isAlgebraic(let system):
      "\(system) has algebraic equations '0 = …', which a model of windows does not solve; use 'fit'"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .inputWithoutValue, .dependsOnTime, .hasJumps, .isAlgebraic: .badData
    default: .usage
    }
  }
}
