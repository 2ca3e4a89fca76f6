import NeuralODE

struct NetworkField: TensorField {
  var network: MLP
  func callAsFunction(_ time: Tensor, _ z: Tensor) -> Tensor { network(z) }
  mutating func visit(_ visitor: inout some TensorVisitor) { visitor("network", &network) }
}

let times = [0, 0.5, 1]
let initial = Tensor(rows: [[Float(1), 0], [0, 1]])  // [batch, feature]
let rotation = ClosureField { _, z in matmul(z, Tensor(rows: [[Float(0), -1], [1, 0]])) }
let measured = Flow(of: rotation, solver: ODESolver())(initial, at: times).states.evaluated()

var flow = Flow(
  of: NetworkField(network: MLP(sizes: [2, 16, 2], key: RandomKey(1))), solver: ODESolver())
var optimizer = Adam(for: flow, learningRate: .constant(0.01))
let lossAndGradient = valueAndGrad { (flow: Flow<NetworkField>, data: Pair<Tensor, Tensor>) in
  meanSquaredError(flow(data.first, at: times).states, target: data.second)
}
for _ in 0..<300 {
  let result = lossAndGradient(flow, Pair(initial, measured))  // traced once per shape
  optimizer.update(&flow, along: result.gradient)
}
print(lossAndGradient(flow, Pair(initial, measured)).loss)
