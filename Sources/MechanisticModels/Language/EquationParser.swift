/// Reads the statements of a text of equations.
///
///     text       = { [ statement ] [ "#" comment ] line end }
///     statement  = name "'" "=" formula
///                | name "(" formula ")" "=" formula [ "fixed" ]
///                | name "=" formula { constraint }
///                | "input" name [ "=" formula ]
///                | "span" "=" formula ".." formula
///     constraint = "in" formula ".." [ formula ] | ( ">" | ">=" | "<" | "<=" ) formula | "fixed"
///     formula    = term { ( "+" | "-" ) term }
///     term       = factor { ( "*" | "/" ) factor }
///     factor     = ( "-" | "+" ) factor | power
///     power      = primary [ "^" factor ]
///     primary    = number | name | name "(" formula { "," formula } ")" | "(" formula ")"
struct EquationParser {
  typealias Position = EquationError.Position

  private let lexer: EquationLexer
  private let source: String
  private var place = 0
  /// Formulas that are open around the place, and operators of the current one.
  private var depth = 0
  /// So deep, and a formula of so many operators, can be read and differentiated without running out of stack.
  private static let depthLimit = 1_000

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
      guard parser.take(.endOfLine) else { throw parser.unexpected("the end of the line") }
      statements.append(statement)
    }
    return (statements, parser.lexer.comments)
  }

  private init(lexer: EquationLexer, source: String) {
    self.lexer = lexer
    self.source = source
  }

  // MARK: Statements

  private mutating func statement() throws(EquationError) -> EquationStatement {
    let start = position
    let name = try takeName("a statement such as x' = -k*x or k = 0.5")
    func made(_ kind: EquationStatement.Kind, _ name: String, _ position: Position)
      -> EquationStatement
    { EquationStatement(kind: kind, name: name, position: position, note: "") }

    if name == "input", case .name = token {
      let start = position
      let input = try takeName("the input's name")
      return made(.input(take(.symbol("=")) ? try formula() : nil), input, start)
    }
    if take(.symbol("'")) {
      if token == .symbol("'") { throw error(.higherDerivative(name), at: start) }
      try expect("=")
      return made(.derivative(try formula()), name, start)
    }
    if take(.symbol("(")) {
      let time = try formula()
      try expect(")")
      try expect("=")
      let value = try formula()
      return made(.initial(value, time: time, isFixed: take(.name("fixed"))), name, start)
    }
    try expect("=", or: "\"'\", \"(\" or \"=\" after '\(name)'")
    if name == "span" {
      let from = try formula()
      try expect("..")
      return made(.span(from, try formula()), name, start)
    }
    return made(.definition(try formula(), try constraints()), name, start)
  }

  private mutating func constraints() throws(EquationError) -> [EquationStatement.Constraint] {
    var found: [EquationStatement.Constraint] = []
    while true {
      if take(.name("fixed")) {
        found.append(.fixed)
      } else if take(.name("in")) {
        found.append(.atLeast(try formula()))
        try expect("..")
        if token != .endOfLine, token != .name("fixed") { found.append(.atMost(try formula())) }
      } else if take(.symbol(">")) || take(.symbol(">=")) {
        found.append(.atLeast(try formula()))
      } else if take(.symbol("<")) || take(.symbol("<=")) {
        found.append(.atMost(try formula()))
      } else {
        return found
      }
    }
  }

  // MARK: Formulas

  private mutating func formula() throws(EquationError) -> EquationSyntax {
    let outside = depth
    defer { depth = outside }
    try descend()
    var left = try term()
    while let (symbol, position) = takeOperator(among: ["+", "-"]) {
      try descend()
      left = .binary(symbol, left, try term(), position)
    }
    return left
  }

  /// One level more; what is too deep is refused where it becomes so.
  private mutating func descend() throws(EquationError) {
    depth += 1
    if depth > Self.depthLimit { throw error(.tooDeep(Self.depthLimit), at: position) }
  }

  private mutating func term() throws(EquationError) -> EquationSyntax {
    var left = try factor()
    while let (symbol, position) = takeOperator(among: ["*", "/"]) {
      try descend()
      left = .binary(symbol, left, try factor(), position)
    }
    switch token {
    case .number, .symbol("("): throw error(.missingOperator(before: token.quoted), at: position)
    case .name(let name) where name != "in" && name != "fixed":
      throw error(.missingOperator(before: token.quoted), at: position)
    default: return left
    }
  }

  private mutating func factor() throws(EquationError) -> EquationSyntax {
    let (start, outside) = (position, depth)
    defer { depth = outside }
    try descend()
    if take(.symbol("-")) { return .negated(try factor(), start) }
    if take(.symbol("+")) { return try factor() }
    let base = try primary()
    let position = position
    return take(.symbol("^")) ? .binary(.power, base, try factor(), position) : base
  }

  private mutating func primary() throws(EquationError) -> EquationSyntax {
    let start = position
    switch token {
    case .number(let value):
      place += 1
      return .number(value, start)
    case .name(let name):
      place += 1
      guard take(.symbol("(")) else { return .name(name, start) }
      var arguments = [try formula()]
      while take(.symbol(",")) { arguments.append(try formula()) }
      try expect(")")
      return .call(name, arguments, start)
    case .symbol("("):
      place += 1
      let inner = try formula()
      try expect(")")
      return inner
    default: throw unexpected("a number, a name or '('")
    }
  }

  // MARK: Tokens

  private var token: EquationToken {
    place < lexer.tokens.count ? lexer.tokens[place].token : .endOfLine
  }

  private var position: Position {
    lexer.tokens[min(place, lexer.tokens.count - 1)].position
  }

  private mutating func take(_ wanted: EquationToken) -> Bool {
    guard token == wanted else { return false }
    place += 1
    return true
  }

  private mutating func takeName(_ what: String) throws(EquationError) -> String {
    guard case .name(let name) = token else { throw unexpected(what) }
    place += 1
    return name
  }

  private mutating func takeOperator(
    among symbols: [String]
  ) -> (EquationSyntax.Operator, Position)? {
    guard case .symbol(let symbol) = token, symbols.contains(symbol),
      let found = EquationSyntax.Operator(rawValue: symbol)
    else { return nil }
    let start = position
    place += 1
    return (found, start)
  }

  private mutating func expect(_ symbol: String, or what: String? = nil) throws(EquationError) {
    if !take(.symbol(symbol)) { throw unexpected(what ?? "'\(symbol)'") }
  }

  private func unexpected(_ what: String) -> EquationError {
    error(.expected(what, found: token.quoted), at: position)
  }

  private func error(_ reason: EquationError.Reason, at position: Position) -> EquationError {
    EquationError(source: source, position: position, reason: reason)
  }
}
