import NumericCore
import Tensors

/// Gives the statements of a text their meaning: which names are states, parameters and intermediates, and
/// what each formula is in numbered nodes.
struct EquationReader {
  typealias Position = EquationError.Position
  typealias Named<Value> = (name: String, position: Position, value: Value)

  private(set) var title = ""
  private(set) var states: [EquationSystem.State] = []
  private(set) var parameters: [EquationSystem.Parameter] = []
  var intermediates: [EquationSystem.Intermediate] = []
  var inputs: [EquationSystem.Input] = []
  private(set) var span: ClosedRange<Double>?
  private(set) var graph = ExpressionGraph()
  private(set) var derivativeRoots: [Int] = []
  private(set) var intermediateRoots: [Int] = []
  private(set) var initialRoots: [Int?] = []

  private let source: String
  /// Where each name was defined.
  var definitions: [String: Position] = [:]
  var derivatives: [Named<EquationSyntax>] = []
  var formulas: [Named<EquationSyntax>] = []
  private(set) var events: [Named<EventSyntax>] = []
  private(set) var doses: [Named<DoseSyntax>] = []
  /// Lag and bioavailability of doses by state.
  private(set) var lags: [String: EquationSyntax] = [:]
  private(set) var bioavailabilities: [String: EquationSyntax] = [:]
  private var initials: [Named<(formula: EquationSyntax, time: EquationSyntax, isFixed: Bool)>] = []
  /// Names of parameters that some formula uses.
  private(set) var used: Set<String> = []
  /// Nodes of finished intermediates, and the chain of those under way.
  private var finished: [String: Int] = [:]
  private var chain: [String] = []
  private var networkCount = 0

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
    guard !states.isEmpty else {
      throw error(.noDerivative, at: statements.last?.position ?? Position(line: 1, column: 1))
    }
    try separateDosing()
    var (frozen, outline) = try self.frozen()
    try lower()
    try frozen.lower()
    for parameter in parameters
    where !used.contains(parameter.name) && !frozen.used.contains(parameter.name) {
      throw error(.unusedParameter(parameter.name), at: place(of: parameter.name))
    }
    return (frozen, outline)
  }

  /// Gives every formula its node.
  private mutating func lower() throws(EquationError) {
    for derivative in derivatives { derivativeRoots.append(try node(derivative.value)) }
    for formula in formulas {
      intermediateRoots.append(try intermediate(formula.name, at: formula.position))
    }
    try resolveInitials()
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

  private func place(of name: String) -> Position {
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
      states.append(.init(name: name, note: note, hasInitialValue: false, isInitialFixed: false))
    case .initial(let formula, let time, let isFixed):
      if EquationFunction.isReserved(name) { throw error(.reservedName(name), at: position) }
      let isRepeated = initials.first { $0.name == name && $0.value.time.text == time.text }
      if let first = isRepeated {
        throw error(.definedTwice("\(name)(…)", firstLine: first.position.line), at: position)
      }
      initials.append((name, position, (formula, time, isFixed)))
    case .definition(let formula, let constraints):
      try define(name, at: position)
      if formula.names.contains(where: { $0.name != "pi" }) {
        guard constraints.isEmpty else { throw error(.notAParameter(name), at: position) }
        formulas.append((name, position, formula))
        intermediates.append(.init(name: name, note: note))
      } else {
        parameters.append(try parameter(name, formula, constraints, note, at: position))
      }
    case .event(let event): events.append((name, position, event))
    case .dose(let dose): doses.append((name, position, dose))
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
    for constraint in constraints {
      switch constraint {
      case .fixed: parameter.isFixed = true
      case .atLeast(let bound): parameter.lowerBound = try number(bound, naming: name)
      case .atMost(let bound): parameter.upperBound = try number(bound, naming: name)
      }
    }
    let (value, lower, upper) = (
      parameter.defaultValue, parameter.lowerBound, parameter.upperBound
    )
    guard lower < upper else { throw error(.emptyRange(from: lower, to: upper), at: position) }
    guard lower <= value, value <= upper else {
      throw error(.outsideBounds(name, value: value, lower: lower, upper: upper), at: position)
    }
    return parameter
  }

  private mutating func range(
    _ from: EquationSyntax, _ to: EquationSyntax
  ) throws(EquationError) -> ClosedRange<Double> {
    let (lower, upper) = (try number(from, naming: "span"), try number(to, naming: "span"))
    guard lower < upper else { throw error(.emptyRange(from: lower, to: upper), at: from.position) }
    return lower...upper
  }

  /// The value of a formula without names.
  private mutating func number(
    _ formula: EquationSyntax, naming name: String
  ) throws(EquationError) -> Double {
    if let found = formula.names.first(where: { $0.name != "pi" }) {
      throw error(.notConstant(found.name), at: found.position)
    }
    let root = try node(formula)
    let value = graph.value(of: root) ?? .nan
    guard value.isFinite else { throw error(.notFinite(name, value), at: formula.position) }
    return value
  }

  private mutating func resolveInitials() throws(EquationError) {
    initialRoots = Array(repeating: nil, count: states.count)
    let start = span?.lowerBound ?? 0
    for initial in initials {
      guard let place = states.firstIndex(where: { $0.name == initial.name }) else {
        guard let near = nearestName(to: initial.name, among: states.map(\.name)) else {
          throw error(.missingDerivative(initial.name), at: initial.position)
        }
        throw error(.unknownName(initial.name, suggestion: near), at: initial.position)
      }
      let time = try number(initial.value.time, naming: initial.name)
      guard time == start else {
        throw error(.initialTime(time, spanStart: start), at: initial.value.time.position)
      }
      let root = try node(initial.value.formula)
      guard !graph.reach(of: [root]).varies[root] else {
        throw error(.initialValueNotConstant(initial.name), at: initial.value.formula.position)
      }
      initialRoots[place] = root
      states[place].hasInitialValue = true
      states[place].isInitialFixed = initial.value.isFixed || graph.value(of: root) == nil
    }
  }
}

// MARK: - Formulas

extension EquationReader {
  /// The node of a formula.
  private mutating func node(_ syntax: EquationSyntax) throws(EquationError) -> Int {
    switch syntax {
    case .number(let value, _): return graph.constant(value)
    case .name(let name, let position): return try node(named: name, at: position)
    case .negated(let operand, _): return graph.unary(.negate, try node(operand))
    case .binary(let symbol, let left, let right, _):
      return symbol.node(try node(left), try node(right), in: &graph)
    case .complement(let operand, _): return graph.complement(of: try node(operand))
    case .call("network", let arguments, let position):
      return try network(arguments, at: position)
    case .call(let name, let arguments, let position):
      guard let function = EquationFunction(rawValue: name) else {
        throw error(unknownFunction(name), at: position)
      }
      guard function.accepts(argumentCount: arguments.count) else {
        throw error(
          .argumentCount(
            function: name, expected: function.expectation, found: arguments.count), at: position)
      }
      var operands: [Int] = []
      for argument in arguments { operands.append(try node(argument)) }
      return function.node(of: operands, in: &graph)
    }
  }

  private func unknownFunction(_ name: String) -> EquationError.Reason {
    if definitions[name] != nil { return .notAFunction(name) }
    if let habit = ForeignSyntax(function: name) { return .foreignSyntax(name, habit) }
    let near = nearestName(to: name, among: EquationFunction.names + ["network"])
    return .unknownFunction(name, suggestion: near)
  }

  private mutating func node(
    named name: String, at position: Position
  ) throws(EquationError) -> Int {
    if name == "t" { return graph.number(of: .time) }
    if name == "pi" { return graph.constant(.pi) }
    if let place = states.firstIndex(where: { $0.name == name }) {
      return graph.number(of: .state(place))
    }
    if let place = parameters.firstIndex(where: { $0.name == name }) {
      used.insert(name)
      return graph.number(of: .parameter(place))
    }
    if let place = inputs.firstIndex(where: { $0.name == name }) {
      return graph.number(of: .input(place))
    }
    if formulas.contains(where: { $0.name == name }) { return try intermediate(name, at: position) }
    if EquationFunction.names.contains(name) {
      throw error(.functionWithoutArguments(name), at: position)
    }
    if let habit = ForeignSyntax(constant: name) {
      throw error(.foreignSyntax(name, habit), at: position)
    }
    let known = definitions.keys.filter { $0 != "span" }.sorted() + ["pi", "t"]
    throw error(.unknownName(name, suggestion: nearestName(to: name, among: known)), at: position)
  }

  /// The node of an intermediate; those that it needs come first.
  private mutating func intermediate(
    _ name: String, at position: Position
  ) throws(EquationError) -> Int {
    if let found = finished[name] { return found }
    if let start = chain.firstIndex(of: name) {
      throw error(.cyclicIntermediates(chain[start...] + [name]), at: place(of: name))
    }
    guard let formula = formulas.first(where: { $0.name == name })?.value else {
      throw error(.unknownName(name, suggestion: nil), at: position)
    }
    chain.append(name)
    let number = try node(formula)
    chain.removeLast()
    finished[name] = number
    return number
  }
}

// MARK: - Networks

extension EquationReader {
  /// The one output of a network of tanh layers, whose weights become parameters.
  ///
  /// Numbers among the arguments are widths of its hidden layers.
  private mutating func network(
    _ arguments: [EquationSyntax], at position: Position
  ) throws(EquationError) -> Int {
    var layer: [Int] = []
    var widths: [Int] = []
    for argument in arguments {
      guard case .number(let value, let place) = argument else {
        guard widths.isEmpty else { throw error(.networkArguments, at: argument.position) }
        layer.append(try node(argument))
        continue
      }
      guard let width = Int(exactly: value), (1...64).contains(width) else {
        throw error(.networkWidth(value), at: place)
      }
      widths.append(width)
    }
    guard !layer.isEmpty else { throw error(.networkArguments, at: position) }
    networkCount += 1
    var weights = 0
    for width in widths.isEmpty ? [5, 5] : widths {
      let inputs = layer
      layer = (0..<width).map { _ in
        let sum = neuron(inputs, &weights)
        return graph.unary(.tanh, sum)
      }
    }
    return neuron(layer, &weights)
  }

  /// A bias and a weighted sum.
  private mutating func neuron(_ inputs: [Int], _ weights: inout Int) -> Int {
    var sum = weight(&weights, deviation: 0)
    let deviation = 1 / Double(inputs.count).squareRoot()
    for input in inputs {
      sum = graph.binary(
        .add, sum, graph.binary(.multiply, weight(&weights, deviation: deviation), input))
    }
    return sum
  }

  private mutating func weight(_ count: inout Int, deviation: Double) -> Int {
    count += 1
    let name = "network\(networkCount)[\(count)]"
    parameters.append(
      .init(
        name: name, defaultValue: 0, lowerBound: -.infinity, upperBound: .infinity, isFixed: false,
        note: "", weightDeviation: deviation))
    used.insert(name)
    return graph.number(of: .parameter(parameters.count - 1))
  }
}
