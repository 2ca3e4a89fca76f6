extension EquationSyntax {
  /// The formula with all its parentheses: equal formulas have equal texts.
  var text: String {
    switch self {
    case .number(let value, _): "\(value)"
    case .name(let name, _): name
    case .negated(let operand, _): "-(\(operand.text))"
    case .complement(let operand, _): "!(\(operand.text))"
    case .binary(let symbol, let left, let right, _):
      "(\(left.text))\(symbol.rawValue)(\(right.text))"
    case .call(let name, let arguments, _):
      "\(name)(\(arguments.map(\.text).joined(separator: ",")))"
    }
  }

  /// The formula for a reader, with the parentheses that it needs.
  var plainText: String { plainText(within: 0) }

  private func plainText(within level: Int) -> String {
    switch self {
    case .number(let value, _):
      return Int(exactly: value).map(String.init) ?? "\(value)"
    case .name(let name, _): return name
    case .negated(let operand, _): return "-" + operand.plainText(within: 9)
    case .complement(let operand, _): return "not " + operand.plainText(within: 9)
    case .binary(let symbol, let left, let right, _):
      let own = symbol.strength
      let space = own < 6 ? " " : ""
      let text =
        left.plainText(within: own) + space + symbol.rawValue + space
        + right.plainText(within: own + 1)
      return own < level ? "(\(text))" : text
    case .call(let name, let arguments, _):
      return "\(name)(\(arguments.map(\.plainText).joined(separator: ", ")))"
    }
  }

  /// Whether a network stands in the formula.
  var containsNetwork: Bool {
    switch self {
    case .number, .name: false
    case .negated(let operand, _), .complement(let operand, _): operand.containsNetwork
    case .binary(_, let left, let right, _): left.containsNetwork || right.containsNetwork
    case .call(let name, let arguments, _):
      name == "network" || arguments.contains(where: \.containsNetwork)
    }
  }
}

extension EquationSyntax.Operator {
  /// Operators of a higher number bind first.
  fileprivate var strength: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: 3
    case .add, .subtract: 5
    case .multiply, .divide: 6
    case .power: 8
    }
  }
}
