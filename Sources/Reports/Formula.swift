/// A formula as presentation MathML.
public struct Formula: Hashable, Sendable {
  let markup: String

  private init(markup: String) { self.markup = markup }

  /// A variable, or a function's name.
  public static func name(_ text: String) -> Formula {
    Formula(markup: element("mi", [:], escaped(text)))
  }
  /// A vector or matrix.
  public static func bold(_ text: String) -> Formula {
    Formula(markup: element("mi", ["mathvariant": "bold"], escaped(text)))
  }
  /// A number.
  public static func number(_ text: String) -> Formula {
    Formula(markup: element("mn", [:], escaped(text)))
  }
  /// An operator or a bracket: `=`, `+`, `∫`, `(`.
  public static func sign(_ text: String) -> Formula {
    Formula(markup: element("mo", [:], escaped(text)))
  }
  /// Upright text.
  public static func words(_ text: String) -> Formula {
    Formula(markup: element("mtext", [:], escaped(text)))
  }
  /// Parts beside each other.
  public static func row(_ parts: Formula...) -> Formula {
    Formula(markup: element("mrow", [:], parts.map(\.markup).joined()))
  }
  /// A fraction.
  public static func fraction(_ above: Formula, _ below: Formula) -> Formula {
    Formula(markup: element("mfrac", [:], above.markup + below.markup))
  }
  /// A square root.
  public static func root(_ inside: Formula) -> Formula {
    Formula(markup: element("msqrt", [:], inside.markup))
  }
  /// `function(argument, …)`.
  public static func call(_ function: String, _ arguments: Formula...) -> Formula {
    let list = arguments.map(\.markup).joined(separator: element("mo", [:], ","))
    return Formula(
      markup: element(
        "mrow", [:],
        element("mi", [:], escaped(function)) + element("mo", [:], "(") + list
          + element("mo", [:], ")")))
  }

  /// The formula with a subscript.
  public func sub(_ index: Formula) -> Formula {
    Formula(markup: element("msub", [:], markup + index.markup))
  }
  /// The formula with a superscript.
  public func sup(_ power: Formula) -> Formula {
    Formula(markup: element("msup", [:], markup + power.markup))
  }
  /// Limits below and above: of a sum or an integral.
  public func limits(_ low: Formula, _ high: Formula) -> Formula {
    Formula(markup: element("munderover", [:], markup + low.markup + high.markup))
  }

  var html: String {
    element(
      "math", ["xmlns": "http://www.w3.org/1998/Math/MathML", "display": "block"], markup)
  }
}
