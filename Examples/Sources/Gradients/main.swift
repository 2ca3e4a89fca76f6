// The gradient through a solve, by three adjoints and in closed form.
import Foundation
import NeuralODE

/// `dy/dt = −rate · y`; its loss `y(1)²` has the derivative `−2 y(0)² exp(−2 rate)`.
struct Decay: TensorField {
  var rate: Tensor
  func callAsFunction(_ time: Tensor, _ y: Tensor) -> Tensor { -(y * rate) }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("rate", &rate) }
}

let initial = Tensor([2.0], shape: [1, 1])
let adaptive = ODESolver(
  method: .dormandPrince5,
  control: .proportionalIntegral(Tolerance(relative: 1e-9, absolute: 1e-11)))
let fixed = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 50))
let lossAndGradient = valueAndGrad { (flow: Flow<Decay>, y: Tensor) in
  square(flow(y, at: [0, 1]).final).sum()
}

for (name, solver, adjoint) in [
  ("discrete", adaptive, Adjoint.discrete), ("backsolve", adaptive, .backsolve()),
  ("unrolled", fixed, .unrolled),
] {
  let flow = Flow(
    of: Decay(rate: Tensor([0.7], shape: [1, 1])), solver: solver, adjoint: adjoint)
  let result = lossAndGradient(flow, initial)
  print(name, result.loss, result.gradient.field.rate.values)
}
print("closed form", 4 * exp(-1.4), -8 * exp(-1.4))
