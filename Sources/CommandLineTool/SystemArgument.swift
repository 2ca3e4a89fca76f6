import Platform
import NumericCore
import ArgumentParsing
import MechanisticModels
import Integrators

/// A system on the command line: a name of the table, or a file of equations.
enum SystemArgument {
  /// The equations of `word`: a file if it contains a dot or a slash, otherwise a name.
  static func equations(_ word: String) throws -> EquationSystem {
    guard word.contains(".") || word.contains("/") else { return try named(word).equations() }
    return try EquationSystem(contentsOf: word)
  }

  /// Refuses a method that cannot solve the equations.
  static func check(
    _ method: ODEMethod, for equations: EquationSystem
  ) throws(UsageError) {
    if !equations.accepts(method) {
      throw .combination(
        "\(equations.name) has algebraic equations '0 = …', which the explicit method '\(method.name)' cannot solve",
        fix: "write --method rodas5p, or leave --method out")
    }
  }

  static func named(_ name: String) throws(UsageError) -> NamedSystem {
    if let found = NamedSystem.named(name) { return found }
    let near = nearestName(to: name, among: NamedSystem.all.map(\.name))
    throw .combination(
      "there is no system '\(name)'",
      fix: near.map { "did you mean '\($0)'?" }
        ?? "see 'neural-ode systems', or name a file of equations such as mine.ode")
  }

  /// The parameter values of `--set`.
  static func parameters(
    of system: EquationSystem, setting assignments: [Assignment]
  ) throws(UsageError) -> [Double] {
    var values = system.defaultParameters
    for assignment in assignments {
      let names = system.parameters.map(\.name)
      guard let place = system.parameterIndex(assignment.name) else {
        let near = nearestName(to: assignment.name, among: names)
        throw .combination(
          "--set: \(system.name) has no parameter '\(assignment.name)'",
          fix: near.map { "did you mean '\($0)'?" }
            ?? "the parameters are \(names.joined(separator: ", "))")
      }
      guard let value = Double(assignment.value), value.isFinite else {
        throw .combination(
          "--set: '\(assignment.value)' is not a number",
          fix: "write one as in --set \(assignment.name)=\(system.defaultParameters[place])")
      }
      let parameter = system.parameters[place]
      guard parameter.lowerBound <= value, value <= parameter.upperBound else {
        throw .combination(
          "--set: \(assignment.name)=\(assignment.value) is outside of its bounds "
            + "\(parameter.lowerBound)..\(parameter.upperBound)",
          fix: "choose a value within them")
      }
      values[place] = value
    }
    return values
  }
}

extension ODEMethod {
  /// The method of that name.
  static func argument(_ name: String) throws(UsageError) -> ODEMethod {
    if let found = named(name) { return found }
    let near = nearestName(to: name, among: all.map(\.name))
    throw .combination(
      "there is no method '\(name)'",
      fix: near.map { "did you mean '\($0)'?" } ?? "see 'neural-ode methods'")
  }
}
