/// A verb of the tool.
///
/// A command is a struct whose wrapped properties are its parameters:
///
/// ```swift
/// struct Greet: Command {
///   static let page = CommandPage(
///     verb: "greet", summary: "Greets someone.", examples: ["greet Ada --times 2"])
///
///   @Argument(help: "Who is greeted.") var name: String
///   @Option(help: "How often.") var times = 1
///   @Flag(help: "In capitals.") var loud
///
///   func run(_ console: Console) throws {
///     for _ in 0..<times { console.print("hello \(loud ? name.uppercased() : name)") }
///     console.emit(["greeted": .string(name)])
///   }
/// }
/// ```
///
/// `--help` and `--json` belong to every command and are not declared. A property named `relativeTolerance`
/// is the option `--relative-tolerance` unless it has a `name:` of its own.
package protocol Command: SendableMetatype {
  static var page: CommandPage { get }

  init()

  /// Validates combinations of parameters; throws `UsageError.combination`.
  func validate() throws(UsageError)

  /// The files of the command line, checked so that no output overwrites an input.
  var files: CommandFiles { get }

  /// Runs the command. A thrown error ends the tool with its message and exit code.
  func run(_ console: Console) throws
}

extension Command {
  package func validate() throws(UsageError) {}

  package var files: CommandFiles { CommandFiles() }

  /// The declared parameters in order of declaration, each with its name.
  package var parameters: [DeclaredParameter] { declaredParameters(of: self, group: nil) }
}

/// Options that several commands share, or that belong together: a property of a command.
///
/// ```swift
/// struct RunOptions: ParameterGroup {
///   static let title = "Run"
///   @Option(help: "The run folder.") var out: String?
/// }
/// ```
package protocol ParameterGroup {
  /// The heading of the options in help pages.
  static var title: String { get }
  init()
}

/// A parameter with its name and the heading of its group.
package struct DeclaredParameter {
  package var name: String
  /// `nil` for an argument, or for an option of the command itself.
  package var group: String?
  package var parameter: any AnyParameter
}

/// The parameters among the properties of a command or a group.
private func declaredParameters(of value: Any, group: String?) -> [DeclaredParameter] {
  Mirror(reflecting: value).children.flatMap { child -> [DeclaredParameter] in
    if let inner = child.value as? any ParameterGroup {
      return declaredParameters(of: inner, group: type(of: inner).title)
    }
    guard let declaration = child.value as? any ParameterDeclaration, let label = child.label
    else { return [] }
    let parameter = declaration.parameter
    let property = label.hasPrefix("_") ? String(label.dropFirst()) : label
    return [
      DeclaredParameter(
        name: parameter.customName ?? hyphenated(property), group: group, parameter: parameter)
    ]
  }
}

/// The texts of a help page, apart from the parameters.
package struct CommandPage: Sendable {
  /// The tool of the command.
  package var tool: String
  /// The verb; empty for the only command of a tool.
  package var verb: String
  /// One sentence.
  package var summary: String
  /// Further paragraphs.
  package var discussion: String
  /// Command lines without the tool's name.
  package var examples: [String]

  /// The full command.
  package var call: String { verb.isEmpty ? tool : "\(tool) \(verb)" }

  package init(
    tool: String = "neural-ode", verb: String = "", summary: String, discussion: String = "",
    examples: [String] = []
  ) {
    self.tool = tool
    self.verb = verb
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
  }
}

/// `relativeTolerance` → `relative-tolerance`.
private func hyphenated(_ property: String) -> String {
  var name = ""
  for character in property {
    name += character.isUppercase ? "-\(character.lowercased())" : String(character)
  }
  return name
}
