/// The known dynamics of a recipe: equations, and the roles of their parameters.
public struct MechanismSettings: Hashable, Sendable {
  /// The model of channels that are not part of the equations.
  public enum Emission: String, Hashable, Sendable, CaseIterable {
    /// None: every channel is a state or an intermediate.
    case direct
    /// A learned network of the states.
    case learned
  }

  /// A name of the table of systems, or the path of a file.
  public var system: String?
  /// The text of the equations, stored so that a model needs no other file.
  public var equations: String?
  /// Parameters shared by all series.
  public var shared: [String] = []
  /// `name=value`: parameters that are not inferred.
  public var known: [String] = []
  /// `name=lower..upper` for parameters, or for initial values as in `prey(0)=0..`; a missing end
  /// is unbounded.
  public var ranges: [String] = []
  /// `column=name`: a channel of the data and the state or intermediate that it measures.
  public var columns: [String] = []
  /// How channels that are not part of the equations are explained.
  public var emission = Emission.direct
  /// Dimensions of z̃₀ and of θ̃, and widths of the encoders and of the other networks.
  public var latent = 8
  /// The number of hidden units of the encoders.
  public var recurrent = 32
  /// The width of the hidden layers.
  public var hidden = 64

  /// Settings without equations.
  public init() {}
}

extension MechanismSettings {
  /// The two parts of `name=rest`.
  static func parts(
    _ text: String, setting: String
  ) throws(MechanismError) -> (name: String, rest: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw .notASetting(text, setting: setting)
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  /// The bounds of `lower..upper`; a missing end is infinite.
  static func bounds(
    _ text: String, of name: String
  ) throws(MechanismError) -> (lower: Double, upper: Double) {
    let setting = "range"
    let characters = Array(text)
    let dots = characters.indices.dropLast().first {
      characters[$0] == "." && characters[$0 + 1] == "."
    }
    guard let dots else { throw .notASetting("\(name)=\(text)", setting: setting) }
    func number(_ part: ArraySlice<Character>, else infinite: Double) throws(MechanismError)
      -> Double
    {
      if part.isEmpty { return infinite }
      guard let value = Double(String(part)), value.isFinite else {
        throw .notASetting("\(name)=\(text)", setting: setting)
      }
      return value
    }
    let lower = try number(characters[..<dots], else: -.infinity)
    let upper = try number(characters[(dots + 2)...], else: .infinity)
    guard lower < upper else { throw .emptyRange(name, lower: lower, upper: upper) }
    return (lower, upper)
  }
}

extension MechanismSettings {
  /// The settings of known equations as part of a recipe.
  static func settings<Recipe>(
    _ path: any WritableKeyPath<Recipe, MechanismSettings> & Sendable
  ) -> [RecipeSetting<Recipe>] {
    own.map { $0.part(of: path) }
  }

  private static let own: [RecipeSetting<MechanismSettings>] = [
    .text("law.system", \.system),
    .text("law.equations", \.equations),
    .texts("law.shared", \.shared),
    .texts("law.known", \.known),
    .texts("law.ranges", \.ranges),
    .texts("law.columns", \.columns),
    .size("law.latent", \.latent) { LayerSize(weights: product($0.latent, $0.hidden)) },
    .size("law.recurrent", \.recurrent) {
      LayerSize(weights: product($0.recurrent, $0.recurrent))
    },
    .size("law.hidden", \.hidden) { LayerSize(weights: product($0.hidden, $0.hidden)) },
  ]
}
