import Tensors

/// The evaluation order of the nodes of a scalar graph.
///
/// A part is computed in one scalar type: double in the even ones, single in the odd ones. A part
/// begins with elements of parameters, then conversions from earlier parts; its operations follow.
struct ScalarOrder {
  /// Nodes that depend on invariant parameters alone, by part.
  private(set) var setup: [[Int]] = []
  /// The other nodes, by part.
  private(set) var body: [[Int]] = []
  /// Whether a node depends on parameters that are not invariant.
  private(set) var varies: [Bool]
  /// The last reader of each node in this order; `nil` for outputs and unread nodes.
  private(set) var lastReader: [Int?]

  init(_ graph: ScalarGraph, outputs: [[Int]], invariant: Set<Int>) {
    let count = graph.nodes.count
    varies = Array(repeating: false, count: count)
    lastReader = Array(repeating: nil, count: count)
    var isNeeded = [Bool](repeating: false, count: count)
    for node in outputs.joined() { isNeeded[node] = true }
    for number in (0..<count).reversed() where isNeeded[number] {
      for operand in graph.nodes[number].operands { isNeeded[operand] = true }
    }
    var levels = [Int](repeating: 0, count: count)
    for number in 0..<count where isNeeded[number] {
      let node = graph.nodes[number]
      if case .element(let parameter, _) = node {
        varies[number] = !invariant.contains(parameter)
      } else {
        varies[number] = node.operands.contains { varies[$0] }
      }
      var level = graph.scalars[number] == .float64 ? 0 : 1
      for operand in node.operands where varies[operand] == varies[number] {
        let isSame = graph.scalars[operand] == graph.scalars[number]
        level = max(level, levels[operand] + (isSame ? 0 : 1))
      }
      levels[number] = level
      Self.append(number, at: level, to: varies[number] ? \.body : \.setup, of: &self)
    }
    for part in body.indices {
      body[part] = Self.sorted(body[part], graph)
    }
    for part in setup.indices {
      setup[part] = Self.sorted(setup[part], graph)
    }
    for number in body.joined() {
      for operand in graph.nodes[number].operands { lastReader[operand] = number }
    }
    for node in outputs.joined() { lastReader[node] = nil }
  }

  private static func append(
    _ number: Int, at level: Int, to parts: WritableKeyPath<ScalarOrder, [[Int]]>,
    of order: inout ScalarOrder
  ) {
    while order[keyPath: parts].count <= level { order[keyPath: parts].append([]) }
    order[keyPath: parts][level].append(number)
  }

  /// Elements and constants, then conversions, then the rest.
  private static func sorted(_ nodes: [Int], _ graph: ScalarGraph) -> [Int] {
    func rank(_ number: Int) -> Int {
      switch graph.nodes[number] {
      case .constant, .zero, .element: 0
      case .convert: 1
      default: 2
      }
    }
    return (0...2).flatMap { wanted in nodes.filter { rank($0) == wanted } }
  }
}
