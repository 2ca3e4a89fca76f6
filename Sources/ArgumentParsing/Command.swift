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

  /// Checks what no single value can tell; throws `UsageError.combination`.
  func validate() throws(UsageError)

  /// The files that the command line names, so that no output destroys an input.
  var files: CommandFiles { get }

  /// Does the work. A thrown error ends the tool with the error's line and exit code.
  func run(_ console: Console) throws
}

extension Command {
  package func validate() throws(UsageError) {}

  package var files: CommandFiles { CommandFiles() }

  /// The declared parameters in order of declaration, each with its name as written.
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

/// A parameter with its name as written and the heading of its group.
package struct DeclaredParameter {
  package var name: String
  /// nil: an argument, or an option of the command's own.
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

/// What a help page says besides the parameters.
package struct CommandPage: Sendable {
  /// The tool that the command belongs to.
  package var tool: String
  /// Empty for the only command of a tool.
  package var verb: String
  /// One sentence.
  package var summary: String
  /// Further paragraphs.
  package var discussion: String
  /// Command lines without the tool's name.
  package var examples: [String]

  /// The command as a user calls it.
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
