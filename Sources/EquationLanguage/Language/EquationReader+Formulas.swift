import NumericCore
import Programs
import Tensors

// Formulas as tensor expressions.

extension EquationReader {
  /// What is left to do of a formula.
  private enum Task {
    case formula(EquationSyntax)
    case negate
    case complement
    case combine(EquationSyntax.Operator)
    case call(EquationFunction, count: Int)
    case network(inputs: Int, widths: [Int])
  }

  /// A formula as a tensor expression; the intermediates that it names come first.
  mutating func expression(_ syntax: EquationSyntax) throws(EquationError) -> Tensor {
    try finishIntermediates(named: syntax.names.map(\.name))
    return try expression(ofFinished: syntax)
  }

  /// Makes intermediates, those that they need first.
  mutating func finishIntermediates(named names: [String]) throws(EquationError) {
    var chain: [(place: Int, rest: [Int])] = []
    var isOpen: Set<Int> = []
    var needed = symbols.intermediates(among: names)
    while true {
      if let next = needed.popLast() {
        if finished[next] != nil { continue }
        let name = definedFormulas[next].name
        guard isOpen.insert(next).inserted else {
          let cycle = chain.map(\.place).drop { $0 != next }.map { definedFormulas[$0].name }
          throw error(.cyclicIntermediates(cycle + [name]), at: place(of: name))
        }
        chain.append((next, needed))
        needed = symbols.intermediates(among: definedFormulas[next].value.names.map(\.name))
      } else if let (place, rest) = chain.popLast() {
        finished[place] = try expression(ofFinished: definedFormulas[place].value)
        isOpen.remove(place)
        needed = rest
      } else {
        return
      }
    }
  }

  /// The expression of a formula whose intermediates are finished; not recursive, since formulas may be long.
  private mutating func expression(
    ofFinished syntax: EquationSyntax
  ) throws(EquationError) -> Tensor {
    var tasks: [Task] = [.formula(syntax)]
    var values: [Tensor] = []
    func take(_ count: Int) -> [Tensor] {
      defer { values.removeLast(count) }
      return Array(values.suffix(count))
    }
    func apply(_ count: Int, _ function: ([Tensor]) -> Tensor) {
      let operands = take(count)
      let value = function(operands)
      let isNumber = operands.allSatisfy { symbols.value(of: $0) != nil }
      values.append(isNumber ? value.folded : value)
    }
    while let task = tasks.popLast() {
      switch task {
      case .formula(.number(let value, _)): values.append(symbols.number(value))
      case .formula(.name(let name, let position)):
        values.append(try value(named: name, at: position))
      case .formula(.negated(let operand, _)): tasks += [.negate, .formula(operand)]
      case .formula(.complement(let operand, _)): tasks += [.complement, .formula(operand)]
      case .formula(.binary(let symbol, let left, let right, _)):
        tasks += [.combine(symbol), .formula(right), .formula(left)]
      case .formula(.call(let name, let arguments, let position)):
        let (call, operands) = try call(of: name, arguments, at: position)
        tasks.append(call)
        tasks += operands.reversed().map { .formula($0) }
      case .negate: apply(1) { -$0[0] }
      case .complement: apply(1) { select($0[0], $0[0].splat(0), $0[0].splat(1)) }
      case .combine(let symbol): apply(2) { symbol($0[0], $0[1]) }
      case .call(let function, let count): apply(count) { function($0) }
      case .network(let inputs, let widths): values.append(network(take(inputs), widths))
      }
    }
    return values[0]
  }

  /// A call as a task, and the arguments that are to be evaluated before.
  private func call(
    of name: String, _ arguments: [EquationSyntax], at position: Position
  ) throws(EquationError) -> (Task, [EquationSyntax]) {
    if name == "network" {
      let (inputs, widths) = try layers(arguments, at: position)
      return (.network(inputs: inputs.count, widths: widths), inputs)
    }
    guard let function = EquationFunction(rawValue: name) else {
      throw error(unknownFunction(name), at: position)
    }
    guard function.accepts(argumentCount: arguments.count) else {
      throw error(
        .argumentCount(function: name, expected: function.expectation, found: arguments.count),
        at: position)
    }
    return (.call(function, count: arguments.count), arguments)
  }

  private func unknownFunction(_ name: String) -> EquationError.Reason {
    if definitions[name] != nil { return .notAFunction(name) }
    if let habit = ForeignSyntax(function: name) { return .foreignSyntax(name, habit) }
    let near = nearestName(to: name, among: EquationFunction.names + ["network"])
    return .unknownFunction(name, suggestion: near)
  }

  private mutating func value(
    named name: String, at position: Position
  ) throws(EquationError) -> Tensor {
    if let leaf = symbols.leaf(named: name) { return leaf }
    if let place = symbols.intermediate(name), let value = finished[place] { return value }
    if EquationFunction.names.contains(name) {
      throw error(.functionWithoutArguments(name), at: position)
    }
    if let habit = ForeignSyntax(constant: name) {
      throw error(.foreignSyntax(name, habit), at: position)
    }
    let known = definitions.keys.filter { $0 != "span" }.sorted() + ["pi", "t"]
    throw error(.unknownName(name, suggestion: nearestName(to: name, among: known)), at: position)
  }
}

// MARK: - Networks

extension EquationReader {
  /// The inputs of a network, and the widths of its hidden layers: the numbers at the end.
  private func layers(
    _ arguments: [EquationSyntax], at position: Position
  ) throws(EquationError) -> (inputs: [EquationSyntax], widths: [Int]) {
    var inputs: [EquationSyntax] = []
    var widths: [Int] = []
    for argument in arguments {
      guard case .number(let value, let place) = argument else {
        guard widths.isEmpty else { throw error(.networkArguments, at: argument.position) }
        inputs.append(argument)
        continue
      }
      guard let width = Int(exactly: value), (1...64).contains(width) else {
        throw error(.networkWidth(value), at: place)
      }
      widths.append(width)
    }
    guard !inputs.isEmpty else { throw error(.networkArguments, at: position) }
    return (inputs, widths.isEmpty ? [5, 5] : widths)
  }

  /// The one output of a network of tanh layers, whose weights become parameters.
  private mutating func network(_ inputs: [Tensor], _ widths: [Int]) -> Tensor {
    symbols.networkCount += 1
    var layer = inputs
    var weights = 0
    for width in widths {
      let inputs = layer
      layer = (0..<width).map { _ in tanh(neuron(inputs, &weights)) }
    }
    return neuron(layer, &weights)
  }

  /// A bias and a weighted sum.
  private mutating func neuron(_ inputs: [Tensor], _ weights: inout Int) -> Tensor {
    var sum = weight(&weights, deviation: 0)
    let deviation = 1 / Double(inputs.count).squareRoot()
    for input in inputs { sum = sum + weight(&weights, deviation: deviation) * input }
    return sum
  }

  private mutating func weight(_ count: inout Int, deviation: Double) -> Tensor {
    count += 1
    let name = "network\(symbols.networkCount)[\(count)]"
    parameters.append(
      .init(
        name: name, defaultValue: 0, lowerBound: -.infinity, upperBound: .infinity, isFixed: false,
        note: "", weightDeviation: deviation))
    return symbols.addParameter(name)
  }
}
