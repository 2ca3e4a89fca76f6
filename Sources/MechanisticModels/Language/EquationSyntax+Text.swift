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
