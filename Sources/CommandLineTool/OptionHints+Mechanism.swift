import ArgumentParsing
import LearningTasks
import NumericCore

extension MechanismError {
  /// The description with the option that it is about.
  var message: String {
    switch self {
    case .noEquations:
      description + " (--system NAME or --system file.ode; 'neural-ode systems' lists names)"
    case .unknownName(_, let setting, _, _), .notASetting(_, let setting):
      "--\(setting): " + description
    case .noData: description + " (--data)"
    case .emptyRange: "--range: " + description
    case .outOfRange: "--fix: " + description
    case .twoRoles: description + " (--fix, --shared, --range)"
    case .unmatchedChannels(let channels, _, let names):
      description + " (--column \(channels[0])=\(names[0]), --channels, --emission learned)"
    case .noSuchChannel: "--column: " + description
    case .hasJumps: description + " (--read experiments)"
    case .measuredTwice, .inputWithoutValue, .dependsOnTime, .isAlgebraic: description
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .inputWithoutValue, .dependsOnTime, .hasJumps, .isAlgebraic: .badData
    case .noEquations, .noData, .unknownName, .notASetting, .emptyRange, .outOfRange, .twoRoles,
      .unmatchedChannels, .noSuchChannel, .measuredTwice:
      .usage
    }
  }
}
