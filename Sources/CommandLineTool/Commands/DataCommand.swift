import Experiments
import NumericCore

/// `neural-ode data`: the bundled data sets.
struct DataCommand: Command {
  static let page = CommandPage(
    verb: "data", summary: "Lists the bundled data sets, or prints one as CSV.",
    discussion:
      "Without a name, every bundled file with its licence and source. With a name, the file's "
      + "text; with --json, its description only.",
    examples: ["data", "data co2.csv", "data --json"])

  @Argument(value: "file", help: "A bundled file's name.") var name: String?

  func run(_ console: Console) throws {
    guard let name else {
      console.table(
        ["name", "licence", "source", "what"],
        BundledData.entries.map { [$0.name, $0.licence, $0.source, $0.summary] })
      console.emit(.array(BundledData.entries.map(description)))
      return
    }
    let contents = try BundledData.contents(of: name)
    console.print(String(decoding: contents, as: UTF8.self).trimmingNewline)
    if let entry = BundledData.entries.first(where: { $0.name == name }) {
      console.emit(description(entry))
    }
  }

  private func description(_ entry: BundledData.Entry) -> JSONValue {
    [
      "name": .string(entry.name), "summary": .string(entry.summary),
      "licence": .string(entry.licence), "source": .string(entry.source),
    ]
  }
}

extension String {
  /// The text without one newline at its end.
  fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
