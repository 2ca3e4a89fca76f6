import Integrators
import NumericCore

/// `neural-ode methods`: the solvers.
struct MethodsCommand: Command {
  static let page = CommandPage(
    verb: "methods", summary: "Lists the methods that solve differential equations.",
    discussion:
      "A method without an embedded order estimates no error and takes equal steps: give it --step.",
    examples: ["methods", "methods --json"])

  func run(_ console: Console) throws {
    console.table(
      ["name", "order", "embedded", "stages", "dense", "kind", "source"],
      ODEMethod.all.map { method in
        let tableau = method.tableau
        return [
          method.name, "\(tableau.order)", tableau.embeddedOrder.map { "\($0)" } ?? "-",
          "\(tableau.stageCount)", "\(tableau.interpolant.order)", method.kind, method.source,
        ]
      })
    console.emit(
      .array(
        ODEMethod.all.map { method in
          let tableau = method.tableau
          return [
            "name": .string(method.name), "order": JSONValue(tableau.order),
            "embeddedOrder": tableau.embeddedOrder.map { JSONValue($0) } ?? .null,
            "stages": JSONValue(tableau.stageCount), "kind": .string(method.kind),
            "interpolantOrder": JSONValue(tableau.interpolant.order),
            "source": .string(method.source),
          ]
        }))
  }
}
