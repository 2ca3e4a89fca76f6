import Platform
public import Tensors

/// A closed function of tensors: a list of instructions over numbered values.
///
/// Every operand is defined before its use. `trace` makes a graph; transforms return a new graph
/// and end in `verify`.
public struct Graph: Sendable {
  /// One application of an operation.
  public struct Instruction: Sendable {
    /// The applied operation.
    package var operation: Operation
    /// Value numbers.
    public var operands: [Int]
    /// Value numbers, consecutive; one, except for custom operations.
    public var results: Range<Int>
  }

  /// Type of each value, by its number.
  public internal(set) var types: [TensorType]
  /// Instructions in order of evaluation; parameters come first, in their order.
  public internal(set) var instructions: [Instruction]
  /// Values that are the parameters.
  public internal(set) var parameters: [Int]
  /// Values that are the outputs.
  public internal(set) var outputs: [Int]

  /// Types of the parameters, in order.
  public var parameterTypes: [TensorType] { parameters.map { types[$0] } }
  /// Types of the outputs, in order.
  public var outputTypes: [TensorType] { outputs.map { types[$0] } }
}

extension Graph {
  /// The graph of an open expression whose only leaves are constants and `parameters`.
  ///
  /// The traversal is iterative. A leaf of another trace is a programming error: it would be a
  /// captured variable.
  package init(parameters leaves: [Tensor], outputs results: [Tensor]) {
    var builder = GraphBuilder()
    for leaf in leaves { builder.addParameter(leaf) }
    for result in results { builder.add(result) }
    self = builder.finish(outputs: results)
  }

  /// The graph applied to tensors: its instructions as expressions.
  public func callAsFunction(_ arguments: [Tensor]) -> [Tensor] {
    precondition(
      arguments.map(\.type) == parameterTypes,
      "the graph takes \(parameterTypes), not \(arguments.map(\.type))")
    let values = replay(arguments)
    return outputs.map { values[$0] }
  }

  /// Every value of the graph as an expression of the arguments; some values may be passed in and
  /// are then not computed.
  package func replay(_ arguments: [Tensor], replacing given: [Int: Tensor] = [:]) -> [Tensor] {
    var values: [Tensor?] = Array(repeating: nil, count: types.count)
    for (place, value) in parameters.enumerated() { values[value] = arguments[place] }
    for instruction in instructions {
      if case .parameter = instruction.operation { continue }
      let node = Node(
        instruction.operation, instruction.operands.map { values[$0]! },
        instruction.results.map { types[$0] })
      for (index, value) in instruction.results.enumerated() {
        values[value] = given[value] ?? Tensor(node, index)
      }
    }
    return values.map { $0! }
  }
}

/// Converts expressions into numbered instructions, each node once.
private struct GraphBuilder {
  var graph = Graph(types: [], instructions: [], parameters: [], outputs: [])
  var firstResult: [ObjectIdentifier: Int] = [:]

  mutating func addParameter(_ leaf: Tensor) {
    let place = graph.parameters.count
    graph.parameters.append(graph.types.count)
    emit(leaf.node, as: .parameter(place))
  }

  mutating func add(_ tensor: Tensor) {
    var stack: [(node: Node, expanded: Bool)] = [(tensor.node, false)]
    while let (node, expanded) = stack.popLast() {
      if firstResult[ObjectIdentifier(node)] != nil { continue }
      if expanded || node.operands.isEmpty {
        if case .parameter = node.operation {
          preconditionFailure("a leaf of another trace was captured; pass it as an argument")
        }
        emit(node, as: node.operation)
      } else {
        stack.append((node, true))
        for operand in node.operands.reversed()
        where firstResult[ObjectIdentifier(operand.node)] == nil {
          stack.append((operand.node, false))
        }
      }
    }
  }

  private mutating func emit(_ node: Node, as operation: Operation) {
    let start = graph.types.count
    graph.types += node.types
    graph.instructions.append(
      .init(
        operation: operation, operands: node.operands.map(number),
        results: start..<start + node.types.count))
    firstResult[ObjectIdentifier(node)] = start
  }

  private func number(_ tensor: Tensor) -> Int {
    firstResult[ObjectIdentifier(tensor.node)]! + tensor.index
  }

  func finish(outputs: [Tensor]) -> Graph {
    var graph = graph
    graph.outputs = outputs.map(number)
    graph.verify()
    return graph
  }
}
