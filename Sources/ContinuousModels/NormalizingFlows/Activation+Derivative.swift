import Graphs
import NeuralNets
import Tensors

extension Activation {
  /// The derivative at `x`, by the derivative rules of its operations.
  func derivative(at x: Tensor) -> Tensor {
    let tangent = trace([x.type]) { [self($0[0])] }.jvp(includingOutputs: false)
    return tangent([x, Tensor.ones(x.shape, scalarType: x.scalarType)])[0]
  }
}
