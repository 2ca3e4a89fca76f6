public import Tensors

/// The closed graph of `body`, called with fresh leaves of the given types.
public func trace(
  _ types: [TensorType], _ body: ([Tensor]) throws -> [Tensor]
) rethrows -> Graph {
  let leaves = types.enumerated().map { Tensor(.parameter($0.offset), [], $0.element) }
  return Graph(parameters: leaves, outputs: try body(leaves))
}

/// The closed graph of a function of one tree; the parameters are its tensors in the order of `visit`.
public func trace<Input: TensorTree>(
  like input: Input, _ body: (Input) throws -> [Tensor]
) rethrows -> Graph {
  try trace(input.tensors.map(\.type)) { try body(input.replacingTensors(with: $0)) }
}

/// The closed graph of a function of two trees (a model and a batch); the parameters are the tensors of the
/// first, then those of the second, each in the order of `visit`.
public func trace<First: TensorTree, Second: TensorTree>(
  like first: First, _ second: Second, _ body: (First, Second) throws -> [Tensor]
) rethrows -> Graph {
  let (a, b) = (first.tensors.map(\.type), second.tensors.map(\.type))
  return try trace(a + b) { leaves in
    try body(
      first.replacingTensors(with: leaves.prefix(a.count)),
      second.replacingTensors(with: leaves.dropFirst(a.count)))
  }
}
