/// Help pages, generated from the declarations.
package enum HelpText {
  private static let width = 100
  private static let column = 30

  /// The page of one verb.
  package static func page(of command: any Command) -> String {
    let page = type(of: command).page
    let parameters = command.parameters
    let arguments = parameters.filter { $0.parameter.kind == .argument }
    let options = parameters.filter { $0.parameter.kind != .argument }
    let required = options.filter { $0.parameter.isRequired }.map { usage($0.name, $0.parameter) }

    var words = [page.call] + arguments.map { usage($0.name, $0.parameter) }
    words += required + ["[options]"]
    var sections = [page.summary, "Usage: \(words.joined(separator: " "))"]
    if !page.discussion.isEmpty {
      sections.append(wrapped(page.discussion, indent: 0).joined(separator: "\n"))
    }
    if !arguments.isEmpty {
      sections.append(
        list("Arguments", arguments.map { (usage($0.name, $0.parameter), text($0.parameter)) }))
    }
    let general = [
      ("--json", "Write one JSON document to standard output, and nothing else."),
      ("--help", "Show this page."),
    ]
    let groups = options.reduce(into: [String?]()) { groups, option in
      if !groups.contains(option.group) { groups.append(option.group) }
    }
    for group in groups.contains(nil) ? groups : groups + [nil] {
      let own = options.filter { $0.group == group }
        .map { (usage($0.name, $0.parameter), text($0.parameter)) }
      sections.append(list(group ?? "Options", own + (group == nil ? general : [])))
    }
    if !page.examples.isEmpty {
      let lines = page.examples.map { $0.isEmpty ? "  \(page.tool)" : "  \(page.tool) \($0)" }
      sections.append((["Examples:"] + lines).joined(separator: "\n"))
    }
    return sections.joined(separator: "\n\n")
  }

  /// The page of the tool.
  package static func overview(_ commands: [any Command.Type], summary: String) -> String {
    [
      summary,
      "Usage: neural-ode <verb> [arguments] [options]",
      list("Verbs", commands.map { ($0.page.verb, $0.page.summary) }),
      list(
        "Options",
        [
          ("--help", "Show this page; after a verb, the verb's page."),
          ("--version", "Show the version."),
        ]),
      list(
        "Exit codes", ExitCode.allCases.map { (String($0.rawValue), $0.meaning) }),
    ].joined(separator: "\n\n")
  }

  private static func usage(_ name: String, _ parameter: any AnyParameter) -> String {
    switch parameter.kind {
    case .argument:
      let dots = parameter.isRepeatable ? "…" : ""
      return parameter.isRequired ? "<\(name)>" : "[<\(name)>\(dots)]"
    case .option: return "--\(name) <\(parameter.placeholder)>"
    case .flag: return "--\(name)"
    }
  }

  private static func text(_ parameter: any AnyParameter) -> String {
    var text = parameter.help
    if parameter.isRepeatable, parameter.kind == .option { text += " May be repeated." }
    if let value = parameter.defaultText { text += " (default: \(value))" }
    return text
  }

  private static func list(_ title: String, _ entries: [(term: String, text: String)]) -> String {
    var lines = ["\(title):"]
    for entry in entries {
      let body = wrapped(entry.text, indent: column)
      let term = "  \(entry.term)"
      if term.count + 2 > column {
        lines += [term] + body
      } else {
        let padding = String(repeating: " ", count: column - term.count)
        lines.append(term + padding + (body.first?.dropFirst(column) ?? ""))
        lines += body.dropFirst()
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Breaks text between words.
  private static func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      var lines: [String] = []
      var line = margin
      for word in paragraph.split(separator: " ") {
        if line.count > indent && line.count + 1 + word.count > width {
          lines.append(line)
          line = margin
        }
        line += line.count > indent ? " \(word)" : "\(word)"
      }
      return lines + [line]
    }
  }
}
