/// Formulas.
///
///     formula    = or [ "?" formula ":" formula ]
///     or         = and { "or" and }
///     and        = not { "and" not }
///     not        = "not" not | comparison
///     comparison = sum { ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum }
///     sum        = term { ( "+" | "-" ) term }
///     term       = factor { ( "*" | "/" ) factor }
///     factor     = ( "-" | "+" ) factor | power
///     power      = primary [ "^" factor ]
///     primary    = number | name | name "(" formula { "," formula } ")" | "(" formula ")"
///
/// `||`, `&&` and `!` are other spellings of `or`, `and` and `not`, `**` of `^`. The words are operators only where an
/// operator can stand; elsewhere they are names. `a < b < c` means `a < b and b < c`.
extension EquationParser {
  mutating func formula() throws(EquationError) -> EquationSyntax {
    let (start, outside) = (position, depth)
    defer { depth = outside }
    try descend()
    let condition = try disjunction()
    guard take(.symbol("?")) else { return condition }
    let first = try formula()
    try expect(":")
    return .call("if", [condition, first, try formula()], start)
  }

  /// One level more; what is too deep is refused where it becomes so.
  private mutating func descend() throws(EquationError) {
    depth += 1
    if depth > Self.depthLimit { throw error(.tooDeep(Self.depthLimit), at: position) }
  }

  private mutating func disjunction() throws(EquationError) -> EquationSyntax {
    var left = try conjunction()
    while let position = takeWord("or", symbol: "||") {
      try descend()
      left = .binary(.or, left, try conjunction(), position)
    }
    return left
  }

  private mutating func conjunction() throws(EquationError) -> EquationSyntax {
    var left = try complement()
    while let position = takeWord("and", symbol: "&&") {
      try descend()
      left = .binary(.and, left, try complement(), position)
    }
    return left
  }

  private mutating func complement() throws(EquationError) -> EquationSyntax {
    guard startsComplement else { return try comparison() }
    let (start, outside) = (position, depth)
    defer { depth = outside }
    try descend()
    place += 1
    return .complement(try complement(), start)
  }

  private mutating func comparison() throws(EquationError) -> EquationSyntax {
    var last = try sum()
    var chain: EquationSyntax?
    while let (symbol, position) = takeOperator(among: ["<", "<=", ">", ">=", "==", "!="]) {
      try descend()
      let next = try sum()
      let link = EquationSyntax.binary(symbol, last, next, position)
      chain = chain.map { .binary(.and, $0, link, position) } ?? link
      last = next
    }
    return chain ?? last
  }

  /// A formula without comparisons at its top.
  mutating func sum() throws(EquationError) -> EquationSyntax {
    let outside = depth
    defer { depth = outside }
    var left = try term()
    while let (symbol, position) = takeOperator(among: ["+", "-"]) {
      try descend()
      left = .binary(symbol, left, try term(), position)
    }
    return left
  }

  private mutating func term() throws(EquationError) -> EquationSyntax {
    var left = try factor()
    while let (symbol, position) = takeOperator(among: ["*", "/"]) {
      try descend()
      left = .binary(symbol, left, try factor(), position)
    }
    switch token {
    case .number, .symbol("("): throw error(.missingOperator(before: token.quoted), at: position)
    case .name(let name)
    where !["in", "fixed", "and", "or"].contains(name) && !endWords.contains(name):
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

  // MARK: Words

  /// Whether a `not` stands here: `!`, or the word before an operand.
  var startsComplement: Bool {
    if token == .symbol("!") { return true }
    guard token == .name("not") else { return false }
    switch following {
    case .number, .name, .symbol("!"): return true
    case .symbol("("), .symbol("-"), .symbol("+"): return !definesNot
    default: return false
    }
  }

  /// Whether what stands here continues a formula and no bound.
  var continuesCondition: Bool {
    switch token {
    case .symbol("?"), .symbol("=="), .symbol("!="), .symbol("&&"), .symbol("||"): true
    case .name("and"), .name("or"): true
    default: false
    }
  }

  private mutating func takeWord(_ word: String, symbol: String) -> Position? {
    let start = position
    return take(.name(word)) || take(.symbol(symbol)) ? start : nil
  }
}
