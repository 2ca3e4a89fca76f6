import CKernels
import Tensors

/// Nodes of a scalar graph as instructions over numbered registers.
///
/// A register is reused after the last read of its value, except for those of constants and of the
/// setup.
struct ScalarCode {
  struct Part {
    var isDouble: Bool
    var inputs: [nk_column] = []
    var conversions: [nk_conversion] = []
    var code: [nk_instruction] = []

    var isEmpty: Bool { inputs.isEmpty && conversions.isEmpty && code.isEmpty }
  }

  /// Instructions that depend on invariant parameters alone.
  private(set) var setup: [Part] = []
  private(set) var body: [Part] = []
  private(set) var outputs: [nk_column] = []
  private(set) var constants: [(register: Int32, value: Double)] = []
  /// Scalar type of each register.
  private(set) var isDouble: [Bool] = []

  private let graph: ScalarGraph
  private let order: ScalarOrder
  private var registers: [Int32]
  private var freeDoubles: [Int32] = []
  private var freeSingles: [Int32] = []

  init(_ graph: ScalarGraph, outputs: [[Int]], invariant: Set<Int>) {
    self.graph = graph
    order = ScalarOrder(graph, outputs: outputs, invariant: invariant)
    registers = Array(repeating: -1, count: graph.nodes.count)
    for (level, nodes) in order.setup.enumerated() {
      let part = assemble(nodes, isDouble: level % 2 == 0)
      if !part.isEmpty { setup.append(part) }
    }
    for (level, nodes) in order.body.enumerated() {
      let part = assemble(nodes, isDouble: level % 2 == 0)
      if !part.isEmpty { body.append(part) }
    }
    for (place, elements) in outputs.enumerated() {
      for (element, node) in elements.enumerated() {
        self.outputs.append(
          nk_column(argument: Int32(place), element: Int32(element), target: registers[node]))
      }
    }
  }

  private mutating func assemble(_ nodes: [Int], isDouble: Bool) -> Part {
    var part = Part(isDouble: isDouble)
    for number in nodes {
      let operands = graph.nodes[number].operands
      let a = operands.map { registers[$0] }
      for operand in Set(operands)
      where order.varies[operand] && order.lastReader[operand] == number {
        release(operand)
      }
      let target = takeRegister(isDouble, for: number)
      func emit(_ operation: nk_operation) {
        part.code.append(
          nk_instruction(
            operation: Int32(operation.rawValue), target: target, a: a[0],
            b: a.count > 1 ? a[1] : a[0], c: a.count > 2 ? a[2] : a[0]))
      }
      switch graph.nodes[number] {
      case .constant(let value): constants.append((target, value))
      case .zero: constants.append((target, 0))
      case .element(let parameter, let element):
        part.inputs.append(
          nk_column(argument: Int32(parameter), element: Int32(element), target: target))
      case .convert: part.conversions.append(nk_conversion(source: a[0], target: target))
      case .unary(let function, _): emit(function.kernel)
      case .binary(let function, _, _): emit(function.kernel)
      case .compare(let comparison, _, _): emit(comparison.kernel)
      case .select: emit(nk_select)
      }
    }
    return part
  }

  private mutating func takeRegister(_ isDouble: Bool, for number: Int) -> Int32 {
    var register = Int32(self.isDouble.count)
    if order.varies[number],
      let free = isDouble ? freeDoubles.popLast() : freeSingles.popLast()
    {
      register = free
    } else {
      self.isDouble.append(isDouble)
    }
    registers[number] = register
    return register
  }

  private mutating func release(_ number: Int) {
    if graph.scalars[number] == .float64 {
      freeDoubles.append(registers[number])
    } else {
      freeSingles.append(registers[number])
    }
  }
}
