import Serialization
import NumericCore
import ArgumentParsing
import MechanisticModels

/// `neural-ode systems`: the named systems and their equations.
struct SystemsCommand: Command {
  static let page = CommandPage(
    verb: "systems", summary: "Lists the named systems, or prints the equations of one.",
    discussion:
      "The printed equations can be saved, changed and solved: 'solve' and 'fit' take a file of "
      + "equations wherever they take a name.",
    examples: ["systems", "systems lorenz", "systems lorenz > mine.ode"])

  @Argument(value: "system", help: "A system's name.") var name: String?

  func run(_ console: Console) throws {
    guard let name else {
      console.table(
        ["name", "states", "parameters", "source"],
        try NamedSystem.all.map { named in
          let system = try named.equations()
          return [
            named.name, system.states.map(\.name).joined(separator: ", "),
            system.parameters.map { "\($0.name)=\(shortText($0.defaultValue))" }
              .joined(separator: ", "),
            named.source,
          ]
        })
      console.emit(.array(try NamedSystem.all.map(description)))
      return
    }
    let named = try SystemArgument.named(name)
    console.print("# \(named.name): \(named.source)")
    console.print(named.text)
    console.emit(try description(named))
  }

  private func description(_ named: NamedSystem) throws -> JSONValue {
    let system = try named.equations()
    return [
      "name": .string(named.name), "title": .string(system.title), "source": .string(named.source),
      "states": JSONValue(system.states.map(\.name)),
      "initial": JSONValue(system.initialState()),
      "parameters": .array(
        system.parameters.map {
          [
            "name": .string($0.name), "value": .number($0.defaultValue),
            "lower": .number($0.lowerBound), "upper": .number($0.upperBound),
            "fixed": .bool($0.isFixed), "note": .string($0.note),
          ]
        }),
      "intermediates": JSONValue(system.intermediates.map(\.name)),
      "span": JSONValue(system.span.map { [$0.lowerBound, $0.upperBound] } ?? []),
      "stiff": .bool(named.isStiff), "equations": .string(named.text),
    ]
  }
}
