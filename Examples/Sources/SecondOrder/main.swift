// A second-order field: the network gives the acceleration, and the state is [position, velocity].
import NeuralODE

struct Oscillator: TensorField {
  var acceleration: MLP

  func callAsFunction(_ time: Tensor, _ state: Tensor) -> Tensor {
    let velocity = state.sliced(1..<2, axis: 1)
    return concatenate([velocity, acceleration(state)], axis: 1)
  }

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("acceleration", &acceleration)
  }
}

let times = (0...20).map { Double($0) * 0.2 }
let initial = Tensor([Float(1), 0], shape: [1, 2])
// The measured motion: a damped spring.
let spring = ClosureField { _, y in
  matmul(y, Tensor(rows: [[Float(0), -2], [1, -0.2]]))
}
let solver = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 2))
let measured = Flow(of: spring, solver: solver)(initial, at: times).states.evaluated()

var flow = Flow(
  of: Oscillator(acceleration: MLP(sizes: [2, 16, 1], key: RandomKey(1))), solver: solver)
var optimizer = Adam(for: flow, learningRate: .constant(0.01))
let lossAndGradient = valueAndGrad { (flow: Flow<Oscillator>, batch: Pair<Tensor, Tensor>) in
  meanSquaredError(flow(batch.first, at: times).states, target: batch.second)
}
for step in 0..<400 {
  let result = lossAndGradient(flow, Pair(initial, measured))
  optimizer.update(&flow, along: result.gradient)
  if step % 100 == 0 || step == 399 { print("step \(step): loss \(result.loss)") }
}
