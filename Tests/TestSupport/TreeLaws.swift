package import Tensors
package import Testing

/// Fails unless `visit` lists every tensor that reflection finds in the value, each once.
package func expectVisitsEveryTensor(
  _ tree: some TensorTree, sourceLocation: SourceLocation = #_sourceLocation
) {
  let visited = tree.tensors.map { ObjectIdentifier($0.node) }
  var found: [ObjectIdentifier] = []
  var pending: [Any] = [tree]
  while let value = pending.popLast() {
    if let tensor = value as? Tensor {
      found.append(ObjectIdentifier(tensor.node))
    } else {
      pending += Mirror(reflecting: value).children.map(\.value)
    }
  }
  #expect(
    visited.count == found.count && Set(visited) == Set(found),
    "visit lists \(tree.tensorNames), reflection finds \(found.count) tensors",
    sourceLocation: sourceLocation)
}
