/// Notation of other languages that has no meaning in equations, with what to write in its place.
public enum ForeignSyntax: Equatable, Sendable {
  case doubleSlash, percent, brackets, braces, dottedName, singleLogicalMark, superscript
  case decimalComma
  /// A name or a function of another language; the text is what to write.
  case named(write: String)

  /// The notation that a character belongs to; nil for any other character.
  init?(character: Character) {
    switch character {
    case "%": self = .percent
    case "[", "]": self = .brackets
    case "{", "}": self = .braces
    case _ where "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(character): self = .superscript
    default: return nil
    }
  }

  /// Functions of other languages.
  private static let functions = [
    "ifelse": "if(condition, a, b)", "iif": "if(condition, a, b)", "cond": "if(condition, a, b)",
    "where": "if(condition, a, b)", "IF": "if(condition, a, b)",
    "Piecewise": "piecewise(value, condition, …, otherwise)", "sgn": "sign(x)",
    "signum": "sign(x)", "fabs": "abs(x)", "ceiling": "ceil(x)", "power": "x^n",
    "fmod": "mod(a, b)", "rem": "mod(a, b)", "remainder": "mod(a, b)", "step": "heaviside(x)",
    "unitstep": "heaviside(x)", "Heaviside": "heaviside(x)", "exp2": "2^x", "exp10": "10^x",
    "logistic": "sigmoid(x)", "expit": "sigmoid(x)", "cbrt": "x^(1/3)", "fix": "trunc(x)",
    "sinh": "(exp(x) - exp(-x))/2", "cosh": "(exp(x) + exp(-x))/2", "int": "trunc(x)",
  ]

  /// Constants of other languages.
  private static let constants = [
    "e": "exp(1)", "π": "pi", "PI": "pi", "Pi": "pi", "time": "t", "TIME": "t", "T": "t",
    "true": "1", "false": "0", "True": "1", "False": "0", "TRUE": "1", "FALSE": "0",
  ]

  /// The notation in which a function of that name exists; nil if it is in no table.
  init?(function name: String) {
    guard let text = Self.functions[name] else { return nil }
    self = .named(write: text)
  }

  /// The notation in which a constant of that name exists; nil if it is in no table.
  init?(constant name: String) {
    guard let text = Self.constants[name] else { return nil }
    self = .named(write: text)
  }
}

extension ForeignSyntax: CustomStringConvertible {
  /// What to write.
  public var description: String {
    switch self {
    case .doubleSlash: "start a comment with '#'; write floor(a/b) for a whole quotient"
    case .percent: "start a comment with '#'; write mod(a, b) for a remainder"
    case .brackets: "give each component a name of its own, as in x1 and x2; group with ( )"
    case .braces: "group with ( )"
    case .dottedName: "a name has letters, digits and '_' only; write '_' in place of '.'"
    case .singleLogicalMark: "write 'and' or 'or'"
    case .superscript: "write a power with '^', as in x^2"
    case .decimalComma: "write a decimal point"
    case .named(let text): "write \(text)"
    }
  }
}
