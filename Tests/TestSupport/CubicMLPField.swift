import Adjoints
package import Tensors

/// `dy/dt = tanh(y³ W1 + b1) W2 + b2`, the field of the cubic spiral.
package struct CubicMLPField: TensorField {
  package var w1, b1, w2, b2: Tensor

  package init(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) {
    self.w1 = w1
    self.b1 = b1
    self.w2 = w2
    self.b2 = b2
  }

  package func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    matmul(tanh(matmul(pow(state, 3), w1) + b1), w2) + b2
  }

  package mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("w1", &w1)
    visitor("b1", &b1)
    visitor("w2", &w2)
    visitor("b2", &b2)
  }
}
