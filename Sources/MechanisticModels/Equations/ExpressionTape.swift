package import Tensors

/// Formulas as a flat list of instructions over numbered registers.
///
/// The registers begin with the parameters, the time, the states and the inputs; then come constants and
/// results. What depends on parameters alone is computed once per set of parameters.
package struct ExpressionTape: Sendable {
  package enum Operation: Sendable {
    case unary(UnaryFunction)
    case binary(BinaryFunction)
    case compare(Comparison)
    case select
  }

  /// `register[target] = operation(register[a], register[b], register[c])`.
  package struct Instruction: Sendable {
    package var operation: Operation
    package var target: Int32
    package var a: Int32
    package var b: Int32
    package var c: Int32
  }

  package let parameterCount: Int
  package let stateCount: Int
  package let inputCount: Int
  package let constants: [Double]
  /// Whether no result depends on the time or an input.
  package let isAutonomous: Bool
  /// Instructions that depend on parameters alone.
  package private(set) var setup: [Instruction] = []
  /// Instructions that run at every evaluation.
  package private(set) var body: [Instruction] = []
  /// Register of each result.
  package private(set) var outputs: [Int32] = []
  package private(set) var registerCount: Int

  var timeRegister: Int { parameterCount }
  var firstState: Int { parameterCount + 1 }
  var firstInput: Int { firstState + stateCount }
  var firstConstant: Int { firstInput + inputCount }

  /// The tape that computes `roots`; a nil root is 0.
  package init(
    _ graph: ExpressionGraph, roots: [Int?], parameters: Int, states: Int, inputs: Int = 0
  ) {
    let (isNeeded, varies) = graph.reach(of: roots.compactMap { $0 })
    var constants = [0.0]
    for number in isNeeded.indices where isNeeded[number] {
      if let value = graph.value(of: number), value != 0 { constants.append(value) }
    }
    self.constants = constants
    isAutonomous = zip(isNeeded, graph.nodes).allSatisfy { isNeeded, node in
      switch node {
      case .time, .input: !isNeeded
      default: true
      }
    }
    parameterCount = parameters
    stateCount = states
    inputCount = inputs
    registerCount = parameters + 1 + states + inputs + constants.count
    var register = [Int32](repeating: 0, count: isNeeded.count)
    var nextConstant = firstConstant + 1
    for number in isNeeded.indices where isNeeded[number] {
      switch graph.nodes[number] {
      case .constant(let value):
        register[number] = Int32(value == 0 ? firstConstant : nextConstant)
        if value != 0 { nextConstant += 1 }
      case .parameter(let place): register[number] = Int32(place)
      case .time: register[number] = Int32(timeRegister)
      case .state(let place): register[number] = Int32(firstState + place)
      case .input(let place): register[number] = Int32(firstInput + place)
      case .unary(let function, let x):
        register[number] = emit(.unary(function), [register[x], register[x]], varies[number])
      case .binary(let function, let a, let b):
        register[number] = emit(.binary(function), [register[a], register[b]], varies[number])
      case .compare(let comparison, let a, let b):
        register[number] = emit(.compare(comparison), [register[a], register[b]], varies[number])
      case .select(let condition, let a, let b):
        register[number] = emit(
          .select, [register[condition], register[a], register[b]], varies[number])
      }
    }
    outputs = roots.map { $0.map { register[$0] } ?? Int32(firstConstant) }
  }

  private mutating func emit(
    _ operation: Operation, _ operands: [Int32], _ varies: Bool
  ) -> Int32 {
    let target = Int32(registerCount)
    registerCount += 1
    let (a, last) = (operands[0], operands[operands.count - 1])
    let instruction = Instruction(
      operation: operation, target: target, a: a, b: operands.count > 1 ? operands[1] : a, c: last)
    if varies { body.append(instruction) } else { setup.append(instruction) }
    return target
  }
}
