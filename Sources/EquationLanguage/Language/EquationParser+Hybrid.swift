/// Events and doses.
///
///     event  = "event" formula [ "=" formula ] [ "rising" | "falling" | "both" ] ":" action { "," action }
///     action = "stop" | name "=" formula
///     dose   = "dose" formula "into" name "at" formula { "," formula } { clause }
///     clause = "every" formula [ "count" formula | "until" formula ] | "over" formula | "rate" formula
///            | "lag" formula | "bioavailability" formula
///
/// The words are keywords only in these statements, and there only where an operator can stand.
extension EquationParser {
  /// Whether the line begins an event: `event`, no left side of an equation, and a colon after it.
  var beginsEvent: Bool { begins("event", with: .symbol(":")) }

  /// Whether the line begins a dose: `dose`, no left side of an equation, and `into` after it.
  var beginsDose: Bool { begins("dose", with: .name("into")) }

  private func begins(_ word: String, with mark: EquationToken) -> Bool {
    guard token == .name(word), following != .symbol("="), following != .symbol("'") else {
      return false
    }
    switch following {
    case .number, .name: return true
    default: return restOfLine.contains(mark)
    }
  }

  mutating func event() throws(EquationError) -> EventSyntax {
    place += 1
    endWords = ["rising", "falling", "both"]
    defer { endWords = [] }
    var condition = try formula()
    var direction = EquationSystem.EventDirection.rising
    if take(.symbol("=")) {
      let start = position
      condition = .binary(.greater, condition, try formula(), start)
      direction = .both
    } else if case .binary(.equal, let left, let right, let start) = condition {
      condition = .binary(.greater, left, right, start)
      direction = .both
    }
    for word in EquationSystem.EventDirection.allCases where take(.name(word.rawValue)) {
      direction = word
    }
    endWords = []
    try expect(":")
    var event = EventSyntax(
      condition: condition, direction: direction, assignments: [], isTerminal: false)
    repeat {
      let start = position
      let name = try takeName("a state and its new value, as in x = 0, or stop")
      if name == "stop", token != .symbol("=") {
        event.isTerminal = true
      } else {
        try expect("=")
        event.assignments.append((name, start, try formula()))
      }
    } while take(.symbol(","))
    return event
  }

  mutating func dose() throws(EquationError) -> DoseSyntax {
    place += 1
    endWords = [
      "into", "at", "every", "count", "until", "over", "rate", "lag", "bioavailability",
    ]
    defer { endWords = [] }
    let amount = try formula()
    try expectWord("into")
    let start = position
    var dose = DoseSyntax(amount: amount, compartment: (try takeName("a state"), start))
    try expectWord("at")
    repeat { dose.times.append(try formula()) } while take(.symbol(","))
    while token != .endOfLine {
      let start = position
      let clause = try takeName("'every', 'over', 'rate', 'lag' or 'bioavailability'")
      guard let path = Self.clauses[clause] else {
        throw error(
          .expected("'every', 'over', 'rate', 'lag' or 'bioavailability'", found: "'\(clause)'"),
          at: start)
      }
      if dose[keyPath: path] != nil { throw error(.clauseTwice(clause), at: start) }
      dose[keyPath: path] = try formula()
    }
    if dose.interval == nil, let end = dose.count ?? dose.until {
      throw error(.repetitionWithoutInterval, at: end.position)
    }
    if dose.duration != nil, let rate = dose.rate {
      throw error(.rateAndDuration, at: rate.position)
    }
    if dose.count != nil, let until = dose.until {
      throw error(.countAndEnd, at: until.position)
    }
    return dose
  }

  private static var clauses: [String: WritableKeyPath<DoseSyntax, EquationSyntax?>] {
    [
      "every": \.interval, "count": \.count, "until": \.until, "over": \.duration, "rate": \.rate,
      "lag": \.lag, "bioavailability": \.bioavailability,
    ]
  }

  mutating func expectWord(_ word: String) throws(EquationError) {
    if !take(.name(word)) { throw unexpected("'\(word)'") }
  }
}
