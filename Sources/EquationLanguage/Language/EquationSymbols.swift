import Graphs
import Tensors

/// What the names of a system stand for, and a scalar of a trace for each quantity.
struct EquationSymbols {
  private enum Symbol {
    case constant(Double)
    case leaf(Tensor)
    case parameter(Int)
    case intermediate(Int)
  }

  private var symbols: [String: Symbol] = ["pi": .constant(.pi)]
  private let time = EquationSymbols.makeLeaf()
  private var states: [Tensor] = []
  private var inputs: [Tensor] = []
  private var parameters: [Tensor] = []
  /// Names of parameters that some formula uses.
  private(set) var used: Set<String> = []
  var networkCount = 0

  /// No names but that of π: formulas of numbers.
  init() {}

  init(states: [String], inputs: [String], parameters: [String], intermediates: [String]) {
    self.states = states.map { _ in Self.makeLeaf() }
    self.inputs = inputs.map { _ in Self.makeLeaf() }
    self.parameters = parameters.map { _ in Self.makeLeaf() }
    symbols["t"] = .leaf(time)
    for (name, leaf) in zip(states, self.states) { symbols[name] = .leaf(leaf) }
    for (name, leaf) in zip(inputs, self.inputs) { symbols[name] = .leaf(leaf) }
    for (place, name) in parameters.enumerated() { symbols[name] = .parameter(place) }
    for (place, name) in intermediates.enumerated() { symbols[name] = .intermediate(place) }
  }

  private static func makeLeaf() -> Tensor {
    Tensor(.parameter(0), [], TensorType([], .float64))
  }

  /// The time, the states, the inputs, the parameters.
  var leaves: [Tensor] { [time] + states + inputs + parameters }

  func number(_ value: Double) -> Tensor {
    Tensor(repeating: value, shape: [], scalarType: .float64)
  }

  /// The value of a number; nil for any other expression.
  func value(of expression: Tensor) -> Double? {
    if case .splat(let value) = expression.operation { value } else { nil }
  }

  /// The value of what has none.
  var missing: Tensor { number(.nan) }

  /// What a name stands for; nil for an intermediate or an unknown name.
  mutating func leaf(named name: String) -> Tensor? {
    switch symbols[name] {
    case .constant(let value): return number(value)
    case .leaf(let leaf): return leaf
    case .parameter(let place):
      used.insert(name)
      return parameters[place]
    case .intermediate, nil: return nil
    }
  }

  /// The place of an intermediate.
  func intermediate(_ name: String) -> Int? {
    if case .intermediate(let place) = symbols[name] { place } else { nil }
  }

  /// The places of the intermediates among names, each once, the last one first.
  func intermediates(among names: [String]) -> [Int] {
    var found: Set<Int> = []
    return names.compactMap(intermediate).filter { found.insert($0).inserted }.reversed()
  }

  /// A new parameter, which is used.
  mutating func addParameter(_ name: String) -> Tensor {
    symbols[name] = .parameter(parameters.count)
    used.insert(name)
    parameters.append(Self.makeLeaf())
    return parameters[parameters.count - 1]
  }
}
