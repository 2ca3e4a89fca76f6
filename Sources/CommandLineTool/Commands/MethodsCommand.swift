import Serialization
import ArgumentParsing
import Integrators

/// `neural-ode methods`: the solvers.
struct MethodsCommand: Command {
  static let page = CommandPage(
    verb: "methods", summary: "Lists the methods that solve differential equations.",
    discussion:
      "A method without an embedded order estimates no error and takes equal steps: give it --step. "
      + "Stiff equations, whose fast parts have long died away, need rodas5p: explicit methods take steps for the "
      + "fast parts all the same.",
    examples: ["methods", "methods --json"])

  func run(_ console: Console) throws {
    console.table(
      ["name", "order", "embedded", "stages", "dense", "kind", "source"],
      ODEMethod.all.map { method in
        [
          method.name, "\(method.order)", method.embeddedOrder.map { "\($0)" } ?? "-",
          "\(method.stageCount)", "\(method.interpolant.order)", method.kind, method.source,
        ]
      })
    console.emit(
      .array(
        ODEMethod.all.map { method in
          [
            "name": .string(method.name), "order": JSONValue(method.order),
            "embeddedOrder": method.embeddedOrder.map { JSONValue($0) } ?? .null,
            "stages": JSONValue(method.stageCount), "kind": .string(method.kind),
            "interpolantOrder": JSONValue(method.interpolant.order),
            "source": .string(method.source),
          ]
        }))
  }
}
