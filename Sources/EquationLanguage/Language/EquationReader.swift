import NumericCore
import Graphs
import Tensors

/// Gives the statements of a text their meaning: which names are states, parameters and intermediates, and
/// what each formula is as a tensor expression.
struct EquationReader {
  typealias Position = EquationError.Position
  typealias Named<Value> = (name: String, position: Position, value: Value)

  private(set) var title = ""
  private(set) var states: [EquationSystem.State] = []
  var parameters: [EquationSystem.Parameter] = []
  var intermediates: [EquationSystem.Intermediate] = []
  var inputs: [EquationSystem.Input] = []
  private(set) var span: ClosedRange<Double>?
  /// The statements as one graph; there once they are read.
  private(set) var formulas = EquationFormulas.none

  private let source: String
  /// Where each name was defined.
  var definitions: [String: Position] = [:]
  var derivatives: [Named<EquationSyntax>] = []
  var definedFormulas: [Named<EquationSyntax>] = []
  private(set) var events: [Named<EventSyntax>] = []
  private(set) var doses: [Named<DoseSyntax>] = []
  /// Lag and bioavailability of doses by state.
  private(set) var lags: [String: EquationSyntax] = [:]
  private(set) var bioavailabilities: [String: EquationSyntax] = [:]
  private var initials:
    [Named<
      (
        formula: EquationSyntax, time: EquationSyntax, constraints: [EquationStatement.Constraint]
      )
    >] = []
  var observationSyntax: [Named<ObservationSyntax>] = []
  var predictionSyntax: [Named<[EquationSyntax]>] = []
  var priorSyntax: [Named<PriorSyntax>] = []
  var observables: [EquationSystem.Observable] = []
  var predictions: [EquationSystem.Prediction] = []
  private(set) var priors: [String: Prior] = [:]
  /// Right sides of `0 = …`.
  private(set) var constraints: [Named<EquationSyntax>] = []
  /// Values near which the algebraic states begin.
  private var guesses: [String: EquationSyntax] = [:]
  /// What names stand for, and the scalars of a trace that stand for them.
  var symbols = EquationSymbols()
  /// Finished intermediates.
  var finished: [Int: Tensor] = [:]

  init(source: String) { self.source = source }

  /// Reads a text; the result is the reader of the same equations with their switches frozen.
  mutating func read(
    _ text: String
  ) throws(EquationError) -> (frozen: EquationReader, outline: HybridOutline) {
    let (statements, comments) = try EquationParser.statements(of: text, source: source)
    let firstLine = statements.first?.position.line ?? .max
    title =
      comments.filter { $0.key < firstLine && !$0.value.isEmpty }
      .min { $0.key < $1.key }?.value ?? ""
    for statement in statements { try collect(statement) }
    guard states.contains(where: { !$0.isAlgebraic }) else {
      throw error(.noDerivative, at: statements.last?.position ?? Position(line: 1, column: 1))
    }
    try pairConstraints()
    try separateDosing()
    var (frozen, outline) = try self.frozen()
    try lower()
    try readPriors()
    // The frozen equations are solved, not observed.
    frozen.observationSyntax = []
    frozen.predictionSyntax = []
    try frozen.lower()
    for parameter in parameters
    where !symbols.used.contains(parameter.name) && !frozen.symbols.used.contains(parameter.name) {
      throw error(.unusedParameter(parameter.name), at: place(of: parameter.name))
    }
    return (frozen, outline)
  }

  /// Gives each algebraic state one of the algebraic equations: any will do, for they are solved together.
  private mutating func pairConstraints() throws(EquationError) {
    let places = states.indices.filter { states[$0].isAlgebraic }
    guard places.count == constraints.count else {
      let known = Set(definitions.keys)
      let undefined = constraints.lazy.flatMap { $0.value.names.map(\.name) }
        .first { $0 != "t" && $0 != "pi" && !known.contains($0) }
      throw error(
        .algebraicCount(
          equations: constraints.count, states: places.map { states[$0].name },
          undefined: undefined),
        at: constraints.count > places.count
          ? constraints[places.count].position : place(of: states[places[constraints.count]].name))
    }
    for (place, constraint) in zip(places, constraints) {
      (derivatives[place].position, derivatives[place].value) = (
        constraint.position, constraint.value
      )
    }
  }

  /// Every algebraic state occurs in an algebraic equation.
  private func checkConstraints() throws(EquationError) {
    let residuals = states.indices.filter { states[$0].isAlgebraic }
    for place in residuals {
      let depends = formulas.graph.outputs(dependingOn: [formulas.statePlaces.lowerBound + place])
      guard residuals.contains(where: { depends[$0] }) else {
        throw error(.algebraicUnused(states[place].name), at: self.place(of: states[place].name))
      }
    }
  }

  /// Makes the graph of all formulas.
  private mutating func lower() throws(EquationError) {
    symbols = EquationSymbols(
      states: states.map(\.name), inputs: inputs.map(\.name), parameters: parameters.map(\.name),
      intermediates: definedFormulas.map(\.name))
    var outputs: [Tensor] = []
    for derivative in derivatives { outputs.append(try expression(derivative.value)) }
    for (place, formula) in definedFormulas.enumerated() {
      try finishIntermediates(named: [formula.name])
      outputs.append(finished[place] ?? symbols.missing)
    }
    outputs += try initialValues()
    let observations = try observations()
    try readPredictions()
    formulas = EquationFormulas(
      Graph(parameters: symbols.leaves, outputs: outputs + observations), states: states.count,
      inputs: inputs.count, parameters: parameters.count, intermediates: intermediates.count,
      observations: observations.count)
    try checkInitialValues()
    try checkConstraints()
  }

  /// Takes `lag(x) = …` and `bioavailability(x) = …` out of what looks like initial values.
  private mutating func separateDosing() throws(EquationError) {
    let names = Set(states.map(\.name))
    for initial in initials {
      guard !names.contains(initial.name), case .name(let state, _) = initial.value.time,
        names.contains(state)
      else { continue }
      switch initial.name {
      case "lag": lags[state] = initial.value.formula
      case "bioavailability": bioavailabilities[state] = initial.value.formula
      default: continue
      }
    }
    initials.removeAll { initial in
      guard !names.contains(initial.name), case .name(let state, _) = initial.value.time else {
        return false
      }
      return ["lag", "bioavailability"].contains(initial.name) && names.contains(state)
    }
  }

  func error(_ reason: EquationError.Reason, at position: Position) -> EquationError {
    EquationError(source: source, position: position, reason: reason)
  }

  func place(of name: String) -> Position {
    definitions[name] ?? Position(line: 1, column: 1)
  }
}

// MARK: - Statements

extension EquationReader {
  private mutating func collect(_ statement: EquationStatement) throws(EquationError) {
    let (name, position, note) = (statement.name, statement.position, statement.note)
    switch statement.kind {
    case .derivative(let formula):
      try define(name, at: position)
      derivatives.append((name, position, formula))
      states.append(.init(name: name, note: note))
    case .initial(let formula, let time, let constraints):
      if EquationFunction.isReserved(name) { throw error(.reservedName(name), at: position) }
      let isRepeated = initials.first { $0.name == name && $0.value.time.text == time.text }
      if let first = isRepeated {
        throw error(.definedTwice("\(name)(…)", firstLine: first.position.line), at: position)
      }
      initials.append((name, position, (formula, time, constraints)))
    case .definition(let formula, let constraints):
      try define(name, at: position)
      if formula.names.contains(where: { $0.name != "pi" }) {
        guard constraints.isEmpty else { throw error(.notAParameter(name), at: position) }
        definedFormulas.append((name, position, formula))
        intermediates.append(.init(name: name, note: note))
      } else {
        parameters.append(try parameter(name, formula, constraints, note, at: position))
      }
    case .algebraic(let guess):
      try define(name, at: position)
      if let guess { guesses[name] = guess }
      // The formula is that of an algebraic equation: see `pairConstraints`.
      derivatives.append((name, position, .number(0, position)))
      states.append(
        .init(
          name: name, note: note, hasInitialValue: true, isInitialFixed: true, isAlgebraic: true))
    case .constraint(let formula): constraints.append((name, position, formula))
    case .event(let event): events.append((name, position, event))
    case .dose(let dose): doses.append((name, position, dose))
    case .observation(let observation):
      if let first = observationSyntax.first(where: { $0.name == name }) {
        throw error(.definedTwice("observe \(name)", firstLine: first.position.line), at: position)
      }
      observationSyntax.append((name, position, observation))
    case .prediction(let times): predictionSyntax.append((name, position, times))
    case .prior(let prior):
      if let first = priorSyntax.first(where: { $0.name == name }) {
        throw error(.definedTwice("prior \(name)", firstLine: first.position.line), at: position)
      }
      priorSyntax.append((name, position, prior))
    case .input(let value):
      try define(name, at: position)
      var number: Double?
      if let value { number = try self.number(value, naming: name) }
      inputs.append(.init(name: name, defaultValue: number, note: note))
    case .span(let from, let to):
      if let first = definitions["span"] {
        throw error(.definedTwice("span", firstLine: first.line), at: position)
      }
      definitions["span"] = position
      span = try range(from, to)
    }
  }

  private mutating func define(_ name: String, at position: Position) throws(EquationError) {
    if EquationFunction.isReserved(name) {
      throw error(.reservedName(name), at: position)
    }
    if let first = definitions[name] {
      throw error(.definedTwice(name, firstLine: first.line), at: position)
    }
    definitions[name] = position
  }

  private mutating func parameter(
    _ name: String, _ formula: EquationSyntax, _ constraints: [EquationStatement.Constraint],
    _ note: String, at position: Position
  ) throws(EquationError) -> EquationSystem.Parameter {
    var parameter = EquationSystem.Parameter(
      name: name, defaultValue: try number(formula, naming: name), lowerBound: -.infinity,
      upperBound: .infinity, isFixed: false, note: note, weightDeviation: nil)
    (parameter.lowerBound, parameter.upperBound, parameter.isFixed) = try bounds(
      constraints, of: name, parameter.defaultValue, at: position)
    return parameter
  }

  /// The bounds of a value, which lies within them, and whether it is fixed.
  private mutating func bounds(
    _ constraints: [EquationStatement.Constraint], of name: String, _ value: Double,
    at position: Position
  ) throws(EquationError) -> (lower: Double, upper: Double, isFixed: Bool) {
    var (lower, upper, isFixed) = (-Double.infinity, Double.infinity, false)
    for constraint in constraints {
      switch constraint {
      case .fixed: isFixed = true
      case .atLeast(let bound): lower = try number(bound, naming: name)
      case .atMost(let bound): upper = try number(bound, naming: name)
      }
    }
    guard lower < upper else { throw error(.emptyRange(from: lower, to: upper), at: position) }
    guard lower <= value, value <= upper else {
      throw error(.outsideBounds(name, value: value, lower: lower, upper: upper), at: position)
    }
    return (lower, upper, isFixed)
  }

  private mutating func range(
    _ from: EquationSyntax, _ to: EquationSyntax
  ) throws(EquationError) -> ClosedRange<Double> {
    let (lower, upper) = (try number(from, naming: "span"), try number(to, naming: "span"))
    guard lower < upper else { throw error(.emptyRange(from: lower, to: upper), at: from.position) }
    return lower...upper
  }

  /// The value of a formula without names.
  mutating func number(
    _ formula: EquationSyntax, naming name: String
  ) throws(EquationError) -> Double {
    if let found = formula.names.first(where: { $0.name != "pi" }) {
      throw error(.notConstant(found.name), at: found.position)
    }
    let value = symbols.value(of: try expression(formula)) ?? .nan
    guard value.isFinite else { throw error(.notFinite(name, value), at: formula.position) }
    return value
  }

  /// The states' initial values; not a number for a state without one.
  private mutating func initialValues() throws(EquationError) -> [Tensor] {
    var values = states.map { $0.isAlgebraic ? symbols.number(0) : symbols.missing }
    for (place, state) in states.enumerated() {
      if let guess = guesses[state.name] { values[place] = try expression(guess) }
    }
    let start = span?.lowerBound ?? 0
    for initial in initials {
      guard let place = states.firstIndex(where: { $0.name == initial.name }) else {
        guard let near = nearestName(to: initial.name, among: states.map(\.name)) else {
          throw error(.missingDerivative(initial.name), at: initial.position)
        }
        throw error(.unknownName(initial.name, suggestion: near), at: initial.position)
      }
      if guesses[initial.name] != nil {
        throw error(
          .definedTwice("\(initial.name)(…)", firstLine: self.place(of: initial.name).line),
          at: initial.position)
      }
      let time = try number(initial.value.time, naming: initial.name)
      guard time == start else {
        throw error(.initialTime(time, spanStart: start), at: initial.value.time.position)
      }
      values[place] = try expression(initial.value.formula)
    }
    return values
  }

  /// Initial values depend on parameters only; which of them do is noted.
  private mutating func checkInitialValues() throws(EquationError) {
    let graph = formulas.graph
    let varies = graph.outputs(dependingOn: 0..<formulas.parameterPlaces.lowerBound)
    let depends = graph.outputs(dependingOn: formulas.parameterPlaces)
    for (place, state) in states.enumerated() {
      if let guess = guesses[state.name], varies[formulas.initialValues.lowerBound + place] {
        throw error(.initialValueNotConstant(state.name), at: guess.position)
      }
    }
    for initial in initials {
      guard let place = states.firstIndex(where: { $0.name == initial.name }) else { continue }
      let output = formulas.initialValues.lowerBound + place
      guard !varies[output] else {
        throw error(.initialValueNotConstant(initial.name), at: initial.value.formula.position)
      }
      states[place].hasInitialValue = true
      let constraints = initial.value.constraints
      let isFixed = constraints.contains { if case .fixed = $0 { true } else { false } }
      states[place].isInitialFixed =
        states[place].isAlgebraic || isFixed || depends[output]
      if depends[output] {
        guard constraints.count == (isFixed ? 1 : 0) else {
          throw error(.boundedFormula(initial.name), at: initial.position)
        }
        continue
      }
      let value = symbols.value(of: try expression(initial.value.formula)) ?? .nan
      let bounds = try bounds(
        constraints, of: "\(initial.name)(0)", value, at: initial.position)
      (states[place].initialLowerBound, states[place].initialUpperBound) = (
        bounds.lower, bounds.upper
      )
    }
  }

  /// The priors of parameters and initial values.
  private mutating func readPriors() throws(EquationError) {
    for prior in priorSyntax {
      let name = prior.name
      let known = parameters.map(\.name) + states.map { "\($0.name)(0)" }
      guard known.contains(name) else {
        throw error(
          .priorOfUnknown(name, suggestion: nearestName(to: name, among: known)),
          at: prior.position)
      }
      let isFixed =
        parameters.first { $0.name == name }?.isFixed
        ?? states.first { "\($0.name)(0)" == name }?.isInitialFixed ?? false
      guard !isFixed else { throw error(.priorOfFixed(name), at: prior.position) }
      priors[name] = try distribution(prior.value)
    }
  }
}
