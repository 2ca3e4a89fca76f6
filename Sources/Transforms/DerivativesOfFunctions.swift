import Graphs
import Platform
public import Tensors

// Derivatives and batches of functions of trees, as functions.
//
// Each traces its function at every call and returns expressions, so they compose with each other and with traced losses:
// `hessianVectorProduct` is the derivative of a derivative. Pass the result to `CompiledFunction`, or call it inside a loss of
// `valueAndGrad`, to trace only once.

/// The gradient of a scalar function of a tree, in the tree's own type.
///
/// - Precondition: the function returns a scalar.
public func grad<Input: TensorTree>(
  _ function: @escaping (Input) -> Tensor
) -> (Input) -> Input {
  { input in
    let graph = trace(like: input) { [function($0)] }
    precondition(
      graph.outputTypes[0].shape.isEmpty,
      "a gradient needs a scalar function, not one of type \(graph.outputTypes[0])")
    return input.replacingTensors(with: graph.gradient()(input.tensors))
  }
}

/// The value of a function at `input` and its derivative `J · tangent` in a direction (forward mode).
///
/// Shapes: `tangent` has the shapes of `input`, the derivative that of the value.
public func jvp<Input: TensorTree>(
  _ function: (Input) -> Tensor, at input: Input, _ tangent: Input
) -> (value: Tensor, derivative: Tensor) {
  let graph = trace(like: input) { [function($0)] }
  let results = graph.jvp()(input.tensors + tangent.tensors)
  return (results[0], results[1])
}

/// The value of a function at `input` and the product `Jᵀ · cotangent` (reverse mode).
///
/// Shapes: `cotangent` has the shape of the value, the product is a tree like `input`.
public func vjp<Input: TensorTree>(
  _ function: (Input) -> Tensor, at input: Input, _ cotangent: Tensor
) -> (value: Tensor, product: Input) {
  let graph = trace(like: input) { [function($0)] }
  let results = graph.vjp()(input.tensors + [cotangent])
  return (results[0], input.replacingTensors(with: results.dropFirst()))
}

/// The product of a scalar function's Hessian at `input` with a vector, by forward mode over reverse mode.
public func hessianVectorProduct<Input: TensorTree>(
  _ function: @escaping (Input) -> Tensor, at input: Input, _ vector: Input
) -> Input {
  let gradient = grad(function)
  let graph = trace(like: input) { gradient($0).tensors }
  let results = graph.jvp(includingOutputs: false)(input.tensors + vector.tensors)
  return input.replacingTensors(with: results)
}

/// A function of one example as a function of a batch, without a loop: the leading axis of every tensor of the input is the
/// batch, and the result has it too.
///
/// - Precondition: all leading axes have the same size.
public func vmap<Input: TensorTree>(
  _ function: @escaping (Input) -> Tensor
) -> (Input) -> Tensor {
  { input in
    let tensors = input.tensors
    let size = tensors.first?.shape.first ?? 0
    precondition(
      size > 0 && tensors.allSatisfy { $0.shape.first == size },
      "a batch needs leading axes of one size, got \(tensors.map(\.shape))")
    let example = input.mapTensors { $0.at(0) }
    let graph = trace(like: example) { [function($0)] }
    let isBatched = [Bool](repeating: true, count: tensors.count)
    return graph.batched(parameters: isBatched, size: size)(tensors)[0]
  }
}
