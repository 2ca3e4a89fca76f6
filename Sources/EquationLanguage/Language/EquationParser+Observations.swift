/// Observations, predictions and priors.
///
///     observation  = "observe" name [ "=" formula ] [ "~" distribution ]
///     prediction   = "predict" name "at" formula { "," formula }
///     prior        = "prior" name [ "(" formula ")" ] "~" distribution
///     distribution = name [ "(" formula { "," formula } ")" ]
///
/// The words are keywords only before another name. The formula of an observation may be `increase(formula)`.
extension EquationParser {
  /// Whether the line begins with this word and a name after it.
  func beginsStatement(_ word: String) -> Bool {
    guard token == .name(word), case .name = following else { return false }
    return true
  }

  mutating func observation() throws(EquationError) -> (String, ObservationSyntax) {
    place += 1
    let name = try takeName("the name of what is observed")
    var syntax = ObservationSyntax(isIncrease: false)
    if take(.symbol("=")) {
      var written = try formula()
      if case .call("increase", let arguments, let position) = written {
        guard arguments.count == 1 else {
          throw error(
            .argumentCount(
              function: "increase", expected: "one argument", found: arguments.count), at: position)
        }
        written = arguments[0]
        syntax.isIncrease = true
      }
      if let inner = written.firstCall(of: "increase") { throw error(.increaseInside, at: inner) }
      syntax.formula = written
    } else if token != .symbol("~") {
      throw unexpected("'=' and a formula, or '~' and a noise model")
    }
    if take(.symbol("~")) {
      let start = position
      let (name, arguments) = try distribution("a noise model")
      syntax.noise = (name, start, arguments)
    }
    return (name, syntax)
  }

  mutating func prediction() throws(EquationError) -> (String, [EquationSyntax]) {
    place += 1
    let name = try takeName("the name of what is predicted")
    try expectWord("at")
    var times: [EquationSyntax] = []
    repeat { times.append(try formula()) } while take(.symbol(","))
    return (name, times)
  }

  mutating func prior() throws(EquationError) -> (String, PriorSyntax) {
    place += 1
    var name = try takeName("a parameter or an initial value")
    if take(.symbol("(")) {
      _ = try formula()
      try expect(")")
      name += "(0)"
    }
    try expect("~")
    let start = position
    let (distribution, arguments) = try distribution("a distribution")
    return (name, PriorSyntax(distribution: distribution, position: start, arguments: arguments))
  }

  private mutating func distribution(
    _ what: String
  ) throws(EquationError) -> (name: String, arguments: [EquationSyntax]) {
    let name = try takeName(what)
    var arguments: [EquationSyntax] = []
    if take(.symbol("(")) {
      repeat { arguments.append(try formula()) } while take(.symbol(","))
      try expect(")")
    }
    return (name, arguments)
  }
}

extension EquationSyntax {
  /// Where a function is called first in the formula; `nil` for nowhere.
  fileprivate func firstCall(of function: String) -> Position? {
    switch self {
    case .number, .name: return nil
    case .negated(let operand, _), .complement(let operand, _):
      return operand.firstCall(of: function)
    case .binary(_, let left, let right, _):
      return left.firstCall(of: function) ?? right.firstCall(of: function)
    case .call(let name, let arguments, let position):
      if name == function { return position }
      for argument in arguments {
        if let found = argument.firstCall(of: function) { return found }
      }
      return nil
    }
  }
}
