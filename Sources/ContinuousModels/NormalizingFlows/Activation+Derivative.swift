import Graphs
import NeuralNets
import Tensors

extension Activation {
  /// The function of every element of `x`, and its derivative there.
  func valueAndDerivative(at x: Tensor) -> (value: Tensor, derivative: Tensor) {
    let graph = trace([x.type]) { [self($0[0])] }
    let values = graph.replay([x])
    let ones = Tensor.ones(x.shape, scalarType: x.scalarType)
    return (values[graph.outputs[0]], graph.pushforward([ones], at: values)[0])
  }
}
