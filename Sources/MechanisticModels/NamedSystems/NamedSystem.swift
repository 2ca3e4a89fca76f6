/// A well-known system: its equations, where they come from, and values to begin with.
public struct NamedSystem: Sendable {
  /// The name on the command line.
  public let name: String
  /// Author, year, equation.
  public let source: String
  /// The equations in the language of `EquationSystem`.
  public let text: String
  /// Whether its fast and slow parts differ so much that explicit methods take very many steps.
  public let isStiff: Bool

  init(_ name: String, source: String, isStiff: Bool = false, _ text: String) {
    self.name = name
    self.source = source
    self.text = text
    self.isStiff = isStiff
  }

  /// The parsed equations.
  /// - Throws: never for a system of the table, which a test proves.
  public func equations() throws(EquationError) -> EquationSystem {
    try EquationSystem(text, name: name)
  }

  /// Every named system, in alphabetical order.
  public static let all: [NamedSystem] =
    (oscillators + mechanics + populations + chaos + reactions).sorted { $0.name < $1.name }

  /// The system of that name, or nil.
  public static func named(_ name: String) -> NamedSystem? { all.first { $0.name == name } }
}
