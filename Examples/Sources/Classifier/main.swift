// An ODE-Net that separates a disc from the ring around it.
import NeuralODE

let draws = RandomKey(1).uniform(800, as: Float.self)
let coordinates = draws.map { (draw: Float) -> Float in 4 * draw - 2 }
let classes = (0..<400).map { (row: Int) -> Float in
  let (x, y) = (coordinates[2 * row], coordinates[2 * row + 1])
  return x * x + y * y < 1.5 ? 1 : 0
}
let batch = Pair(Tensor(coordinates, shape: [400, 2]), Tensor(classes))

var model = DenseClassifier.odeNet(
  features: 2, width: 16, classes: 2, time: 1,
  solver: ODESolver(method: .rungeKutta4, control: .steps(perInterval: 4)), key: RandomKey(2))
var optimizer = Adam(for: model, learningRate: .constant(0.01))
let lossAndGradient = valueAndGrad { (model: DenseClassifier, batch: Pair<Tensor, Tensor>) in
  crossEntropy(model(batch.first), target: batch.second)
}
for step in 0..<200 {
  let result = lossAndGradient(model, batch)
  optimizer.update(&model, along: result.gradient)
  if step % 50 == 0 || step == 199 { print("step \(step): loss \(result.loss)") }
}
