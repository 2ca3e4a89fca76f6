// A learnable field is the same thing made of tensors. Its flow is a layer, and gradients pass through the solve.
import NeuralODE

struct SpiralField: TensorField {
  var network: MLP

  func callAsFunction(_ time: Tensor, _ z: Tensor) -> Tensor { network(pow(z, 3)) }

  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}

// Where the spiral goes: dy/dt = y³ A, from points drawn around the origin.
let truth = ClosureField { _, y in
  matmul(pow(y, 3), Tensor(rows: [[Float(-0.1), 2], [-2, -0.1]]))
}
let times = [0, 0.05, 0.1, 0.15, 0.2]
let solver = ODESolver(
  method: .dormandPrince5,
  control: .proportionalIntegral(Tolerance(relative: 1e-5, absolute: 1e-6)))
let initial = Tensor(RandomKey(1).normal(400, as: Float.self), shape: [200, 2])
let states = Flow(of: truth, solver: solver)(initial, at: times).states.evaluated()

var flow = Flow(
  of: SpiralField(network: MLP(sizes: [2, 50, 2], key: RandomKey(2))), solver: solver)
var optimizer = Adam(for: flow, learningRate: .cosine(from: 1e-2, over: 500))
let lossAndGradient = valueAndGrad { (flow: Flow<SpiralField>, batch: Pair<Tensor, Tensor>) in
  meanSquaredError(flow(batch.first, at: times).states, target: batch.second)
}
for step in 0..<500 {
  let result = lossAndGradient(flow, Pair(initial, states))
  optimizer.update(&flow, along: result.gradient)
  if step % 100 == 0 || step == 499 { print("step \(step): loss \(result.loss)") }
}
