/// `event condition: x = formula, …, stop` as it was written.
struct EventSyntax {
  typealias Position = EquationError.Position

  var condition: EquationSyntax
  var direction: EquationSystem.EventDirection
  var assignments: [(state: String, position: Position, value: EquationSyntax)]
  var isTerminal: Bool
}

/// `dose amount into state at times …` as it was written.
struct DoseSyntax {
  typealias Position = EquationError.Position

  var amount: EquationSyntax
  var compartment: (name: String, position: Position)
  var times: [EquationSyntax] = []
  /// `every interval`, with `count` or `until` or neither.
  var interval: EquationSyntax?
  var count: EquationSyntax?
  var until: EquationSyntax?
  /// `over duration` or `rate rate`.
  var duration: EquationSyntax?
  var rate: EquationSyntax?
  var lag: EquationSyntax?
  var bioavailability: EquationSyntax?
}
