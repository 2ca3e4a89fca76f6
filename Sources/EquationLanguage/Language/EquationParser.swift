/// Reads the statements of a text of equations.
///
///     text       = { [ statement ] [ "#" comment ] line end }
///     statement  = derivative "=" formula
///                | name "(" formula ")" "=" sum { constraint }
///                | name "=" formula { constraint }
///                | ( "input" | "algebraic" ) name [ "=" formula ]
///                | "0" "=" formula
///                | "span" "=" formula ".." formula
///                | event | dose | observation | prediction | prior
///     derivative = name "'" | "d" name "/" "dt" | "d" "(" name ")" "/" "dt" | "der" "(" name ")"
///     constraint = "in" sum ".." [ sum ] | ( ">" | ">=" | "<" | "<=" ) sum | "fixed"
///
/// `d` of `dx/dt` stands without a space before the name. The grammar of a formula is in `EquationParser+Formulas.swift`, that of events and
/// doses in `EquationParser+Hybrid.swift`, that of observations and priors in `EquationParser+Observations.swift`.
/// `;` ends a statement as a line end does.
struct EquationParser {
  typealias Position = EquationError.Position

  private let lexer: EquationLexer
  private let source: String
  var place = 0
  /// Formulas that are open around the place, and operators of the current one.
  var depth = 0
  /// Words that end a formula in the present statement.
  var endWords: Set<String> = []
  /// Whether `not` is a quantity, so that `not - 1` is a difference.
  let definesNot: Bool
  /// Formulas of this depth and this number of operators are read and differentiated without overflowing the stack.
  static let depthLimit = 1_000

  /// The statements of `text`; `source` names it in errors.
  static func statements(
    of text: String, source: String
  ) throws(EquationError) -> (statements: [EquationStatement], comments: [Int: String]) {
    var parser = EquationParser(
      lexer: try EquationLexer(text, source: source), source: source)
    var statements: [EquationStatement] = []
    while parser.place < parser.lexer.tokens.count {
      if parser.take(.endOfLine) { continue }
      var statement = try parser.statement()
      statement.note = parser.lexer.comments[parser.position.line] ?? ""
      guard parser.take(.endOfLine) else { throw parser.unexpectedEnd() }
      statements.append(statement)
    }
    return (statements, parser.lexer.comments)
  }

  private init(lexer: EquationLexer, source: String) {
    self.lexer = lexer
    self.source = source
    definesNot = lexer.tokens.indices.contains { index in
      guard lexer.tokens[index].token == .name("not") else { return false }
      let before = index > 0 ? lexer.tokens[index - 1].token : .endOfLine
      return before == .endOfLine || before == .name("input")
    }
  }

  // MARK: Statements

  private mutating func statement() throws(EquationError) -> EquationStatement {
    let start = position
    func made(_ kind: EquationStatement.Kind, _ name: String, _ position: Position)
      -> EquationStatement
    { EquationStatement(kind: kind, name: name, position: position, note: "") }

    if beginsEvent { return made(.event(try event()), "event", start) }
    if beginsDose { return made(.dose(try dose()), "dose", start) }
    if beginsStatement("observe") {
      let (name, observation) = try observation()
      return made(.observation(observation), name, start)
    }
    if beginsStatement("predict") {
      let (name, times) = try prediction()
      return made(.prediction(times), name, start)
    }
    if beginsStatement("prior") {
      let (name, prior) = try prior()
      return made(.prior(prior), name, start)
    }
    if let name = try takeDerivative() {
      try expect("=")
      return made(.derivative(try formula()), name, start)
    }
    if takeAll([.number(0), .symbol("=")]) { return made(.constraint(try formula()), "0", start) }
    let name = try takeName("a statement such as x' = -k*x or k = 0.5")
    if name == "input" || name == "algebraic", case .name(let declared) = token {
      let start = position
      place += 1
      let value = take(.symbol("=")) ? try formula() : nil
      return made(name == "input" ? .input(value) : .algebraic(value), declared, start)
    }
    if take(.symbol("(")) {
      let time = try formula()
      try expect(")")
      try expect("=")
      let (value, found) = try constrained()
      return made(.initial(value, time: time, found), name, start)
    }
    if token != .symbol("="), restOfLine.contains(.symbol("=")), followsOperator {
      throw error(.equationOfFormulas, at: start)
    }
    try expect("=", or: "\"'\", \"(\" or \"=\" after '\(name)'")
    if name == "span" {
      let from = try formula()
      try expect("..")
      return made(.span(from, try formula()), name, start)
    }
    return made(try definition(), name, start)
  }

  /// Whether an arithmetic operator comes next.
  private var followsOperator: Bool {
    ["+", "-", "*", "/", "^"].contains { token == .symbol($0) } && following != .name("dt")
  }

  /// The state of a left side `x'`, `dx/dt`, `d(x)/dt` or `der(x)`; nil, and nothing is taken, for any other.
  private mutating func takeDerivative() throws(EquationError) -> String? {
    let (start, first) = (place, position)
    if case .name(let name) = token {
      place += 1
      if take(.symbol("'")) {
        if token == .symbol("'") { throw error(.higherDerivative(name), at: first) }
        return name
      }
      let isState = name.dropFirst().first.map { $0.isLetter || $0 == "_" } ?? false
      if name.hasPrefix("d"), isState, takeAll([.symbol("/"), .name("dt")]) {
        return String(name.dropFirst())
      }
      if name == "d" || name == "der", take(.symbol("(")), case .name(let state) = token {
        place += 1
        let end: [EquationToken] = name == "d" ? [.symbol("/"), .name("dt")] : []
        if takeAll([.symbol(")")] + end), token == .symbol("=") { return state }
      }
    }
    place = start
    return nil
  }

  /// A parameter or an intermediate.
  ///
  /// A comparison at its top is a bound, unless an operator follows that no bound can have.
  private mutating func definition() throws(EquationError) -> EquationStatement.Kind {
    let (formula, found) = try constrained()
    return .definition(formula, found)
  }

  private mutating func constrained() throws(EquationError) -> (
    EquationSyntax, [EquationStatement.Constraint]
  ) {
    let start = place
    if !startsComplement {
      let formula = try sum()
      let found = try constraints()
      guard continuesCondition else { return (formula, found) }
      place = start
    }
    return (try formula(), [])
  }

  private mutating func constraints() throws(EquationError) -> [EquationStatement.Constraint] {
    var found: [EquationStatement.Constraint] = []
    while true {
      if take(.name("fixed")) {
        found.append(.fixed)
      } else if take(.name("in")) {
        found.append(.atLeast(try sum()))
        try expect("..")
        if token != .endOfLine, token != .name("fixed") { found.append(.atMost(try sum())) }
      } else if take(.symbol(">")) || take(.symbol(">=")) {
        found.append(.atLeast(try sum()))
      } else if take(.symbol("<")) || take(.symbol("<=")) {
        found.append(.atMost(try sum()))
      } else {
        return found
      }
    }
  }

  // MARK: Tokens

  var token: EquationToken {
    place < lexer.tokens.count ? lexer.tokens[place].token : .endOfLine
  }

  /// The token after this one.
  var following: EquationToken {
    place + 1 < lexer.tokens.count ? lexer.tokens[place + 1].token : .endOfLine
  }

  /// The tokens from this one to the end of the line.
  var restOfLine: some Sequence<EquationToken> {
    lexer.tokens[place...].lazy.map(\.token).prefix { $0 != .endOfLine }
  }

  var position: Position {
    lexer.tokens[min(place, lexer.tokens.count - 1)].position
  }

  mutating func take(_ wanted: EquationToken) -> Bool {
    guard token == wanted else { return false }
    place += 1
    return true
  }

  /// Takes a sequence of tokens, or none of them.
  private mutating func takeAll(_ wanted: [EquationToken]) -> Bool {
    let start = place
    for token in wanted where !take(token) {
      place = start
      return false
    }
    return true
  }

  mutating func takeName(_ what: String) throws(EquationError) -> String {
    guard case .name(let name) = token else { throw unexpected(what) }
    place += 1
    return name
  }

  mutating func takeOperator(
    among symbols: [String]
  ) -> (EquationSyntax.Operator, Position)? {
    guard case .symbol(let symbol) = token, symbols.contains(symbol),
      let found = EquationSyntax.Operator(rawValue: symbol)
    else { return nil }
    let start = position
    place += 1
    return (found, start)
  }

  mutating func expect(_ symbol: String, or what: String? = nil) throws(EquationError) {
    if !take(.symbol(symbol)) { throw unexpected(what ?? "'\(symbol)'") }
  }

  /// What is wrong where a statement should have ended.
  private func unexpectedEnd() -> EquationError {
    if token == .symbol(","), place > 0, case .number = lexer.tokens[place - 1].token,
      case .number = lexer.tokens[place + 1].token
    {
      return error(.foreignSyntax(",", .decimalComma), at: position)
    }
    return unexpected("the end of the line")
  }

  func unexpected(_ what: String) -> EquationError {
    error(.expected(what, found: token.quoted), at: position)
  }

  func error(_ reason: EquationError.Reason, at position: Position) -> EquationError {
    EquationError(source: source, position: position, reason: reason)
  }
}
