import NumericCore

/// Equations with their switches frozen, and where the parts of events and doses are in them.
extension EquationReader {
  /// A reader of the same equations in which switches, infusions, events and doses are hidden inputs and intermediates.
  func frozen() throws(EquationError) -> (reader: EquationReader, outline: HybridOutline) {
    var builder = HybridBuilder(self)
    builder.addResiduals()
    try builder.addEvents()
    try builder.addDosing()
    return builder.finish()
  }
}

private struct HybridBuilder {
  typealias Position = EquationError.Position

  private let base: EquationReader
  private var freezer: SwitchFreezer
  private var outline = HybridOutline()
  private var derivatives: [EquationReader.Named<EquationSyntax>]
  /// Hidden intermediates, after those of the equations.
  private var hidden: [(name: String, formula: EquationSyntax)] = []
  private var infusions: [String] = []

  init(_ base: EquationReader) {
    self.base = base
    freezer = SwitchFreezer(
      formulas: Dictionary(base.definedFormulas.map { ($0.name, $0.value) }) { first, _ in first },
      states: Set(base.states.map(\.name)), inputs: Set(base.inputs.map(\.name)))
    derivatives = []
    for derivative in base.derivatives {
      derivatives.append(
        (derivative.name, derivative.position, freezer.freeze(derivative.value)))
    }
    outline.inputCount = base.inputs.count
    outline.firstHidden = base.definedFormulas.count
  }

  /// Adds an intermediate and gives its place.
  private mutating func hide(_ name: String, _ formula: EquationSyntax) -> Int {
    hidden.append((name, formula))
    return base.definedFormulas.count + hidden.count - 1
  }

  private func place(
    of state: String, at position: Position
  ) throws(EquationError) -> Int {
    let names = base.states.map(\.name)
    if let place = names.firstIndex(of: state) {
      if base.states[place].isAlgebraic { throw base.error(.algebraicChanged(state), at: position) }
      return place
    }
    throw base.error(
      .notAState(state, suggestion: nearestName(to: state, among: names)), at: position)
  }

  /// Hides the right sides of the algebraic equations as intermediates, whose derivatives are then there.
  mutating func addResiduals() {
    for (place, state) in base.states.enumerated() where state.isAlgebraic {
      outline.algebraic.append(
        .init(
          state: place, residual: hide("residual of \(state.name)", derivatives[place].value),
          line: derivatives[place].position.line,
          switches: freezer.switches(readBy: derivatives[place].value)))
    }
  }

  mutating func addEvents() throws(EquationError) {
    for (number, (_, position, event)) in base.events.enumerated() {
      let condition = hide("event \(number)", freezer.freeze(event.condition))
      var assignments: [(state: Int, value: Int)] = []
      for (state, at, value) in event.assignments {
        let place = try place(of: state, at: at)
        assignments.append((place, hide("event \(number) value \(place)", freezer.freeze(value))))
      }
      outline.events.append(
        .init(
          condition: condition, direction: event.direction, assignments: assignments,
          isTerminal: event.isTerminal, line: position.line))
    }
  }

  // MARK: Doses

  mutating func addDosing() throws(EquationError) {
    for state in base.states.map(\.name) {
      outline.lags.append(
        try base.lags[state].map { lag throws(EquationError) in
          try constant("lag of \(state)", lag)
        })
      outline.bioavailabilities.append(
        try base.bioavailabilities[state].map { fraction throws(EquationError) in
          try constant("bioavailability of \(state)", fraction)
        })
    }
    for (number, (_, _, dose)) in base.doses.enumerated() {
      outline.doses.append(try rule(number, dose))
    }
  }

  /// An intermediate that depends on parameters only.
  private mutating func constant(
    _ name: String, _ formula: EquationSyntax
  ) throws(EquationError) -> Int {
    if !freezer.dependence(of: formula).isEmpty {
      var offender = formula.names.first
      for name in formula.names
      where !freezer.dependence(of: .name(name.name, name.position)).isEmpty {
        offender = name
        break
      }
      throw base.error(
        .doseNotConstant(offender?.name ?? ""), at: offender?.position ?? formula.position)
    }
    return hide(name, freezer.freeze(formula))
  }

  private mutating func rule(
    _ number: Int, _ dose: DoseSyntax
  ) throws(EquationError) -> HybridModel.DoseRule {
    let (state, at) = dose.compartment
    let compartment = try place(of: state, at: at)
    let position = dose.amount.position
    func product(_ a: EquationSyntax, _ b: EquationSyntax?) -> EquationSyntax {
      b.map { .binary(.multiply, a, $0, position) } ?? a
    }
    let lag = dose.lag ?? base.lags[state]
    let amount = product(dose.amount, dose.bioavailability ?? base.bioavailabilities[state])
    var times: [Int] = []
    for (place, time) in dose.times.enumerated() {
      let late = lag.map { EquationSyntax.binary(.add, time, $0, position) } ?? time
      times.append(try constant("dose \(number) time \(place)", late))
    }
    var rule = HybridModel.DoseRule(
      compartment: compartment, amount: try constant("dose \(number) amount", amount),
      times: times)
    rule.interval = try optional("dose \(number) interval", dose.interval)
    rule.count = try optional("dose \(number) count", dose.count)
    rule.until = try optional("dose \(number) until", dose.until)
    rule.lag = try optional("dose \(number) lag", lag)
    let rate = dose.rate ?? dose.duration.map { .binary(.divide, amount, $0, position) }
    let duration = dose.duration ?? dose.rate.map { .binary(.divide, amount, $0, position) }
    rule.duration = try optional("dose \(number) duration", duration)
    if let rate {
      let input = "infusion \(number)"
      infusions.append(input)
      rule.input = base.inputs.count + 2 * base.states.count + infusions.count - 1
      derivatives[compartment].value = .binary(
        .add, derivatives[compartment].value, product(.name(input, position), rate), position)
    }
    return rule
  }

  private mutating func optional(
    _ name: String, _ formula: EquationSyntax?
  ) throws(EquationError) -> Int? {
    guard let formula else { return nil }
    return try constant(name, formula)
  }

  // MARK: The frozen equations

  consuming func finish() -> (reader: EquationReader, outline: HybridOutline) {
    var reader = base
    let frozen = base.definedFormulas.map { freezer.frozenFormulas[$0.name] ?? $0.value }
    for formula in freezer.timedFunctions(of: derivatives.map(\.value) + frozen) {
      outline.timedFunctions.append(hide("timed \(outline.timedFunctions.count)", formula))
    }
    let firstMode = base.inputs.count + 2 * base.states.count + infusions.count
    for (place, draft) in freezer.drafts.enumerated() {
      outline.switches.append(
        .init(
          kind: draft.kind, root: hide("root \(place)", draft.root), mode: firstMode + place,
          isTimed: !draft.dependence.contains(.state), isAffine: draft.degree <= 1,
          dependencies: draft.dependencies.sorted()))
    }
    hidden += freezer.parts.map { ($0.name, $0.formula) }
    addRates()
    let start = Position(line: 1, column: 1)
    reader.derivatives = derivatives
    reader.definedFormulas =
      zip(base.definedFormulas, frozen).map { ($0.name, $0.position, $1) }
      + hidden.map { ($0.name, start, $0.formula) }
    reader.intermediates += hidden.map { .init(name: $0.name, note: "") }
    let names = base.states.map(\.name)
    let inputs =
      names.map { "rate of \($0)" } + names.map { "scaled rate of \($0)" } + infusions
      + freezer.drafts.indices.map(SwitchFreezer.modeName)
    reader.inputs += inputs.map { .init(name: $0, defaultValue: 0, note: "") }
    return (reader, outline)
  }

  /// Adds the rates of infusions that are no part of the equations.
  private mutating func addRates() {
    for (place, state) in base.states.map(\.name).enumerated()
    where !base.states[place].isAlgebraic {
      let (formula, position) = (derivatives[place].value, derivatives[place].position)
      var sum = EquationSyntax.binary(
        .add, formula, .name("rate of \(state)", position), position)
      if base.bioavailabilities[state] != nil {
        let scaled = EquationSyntax.binary(
          .multiply, .name("scaled rate of \(state)", position),
          .name("bioavailability of \(state)", position), position)
        sum = .binary(.add, sum, scaled, position)
      }
      derivatives[place].value = sum
    }
  }
}
