import NeuralNets
import NumericCore
import Programs
import Transforms
import Tensors
import Testing
import Training

@Suite struct GradientAccumulatorTests {
  private func batch(_ rows: Range<Int>) -> Pair<Tensor, Tensor> {
    let x = rows.map { Double($0) / 7 - 1 }
    return Pair(
      Tensor(x, shape: [x.count, 1]), Tensor(x.map { $0 * $0 }, shape: [x.count, 1]))
  }

  @Test func `the weighted mean over parts is the gradient of the whole batch`() {
    let model = Linear(1, 1, key: RandomKey(1), scalarType: .float64)
    let gradient = valueAndGrad { (model: Linear, batch: Pair<Tensor, Tensor>) in
      meanSquaredError(model(batch.first), target: batch.second)
    }
    let whole = gradient(model, batch(0..<12)).gradient
    var accumulator = GradientAccumulator(for: model)
    for _ in 0..<2 {
      for part in [0..<5, 5..<6, 6..<12] {
        accumulator.add(gradient(model, batch(part)).gradient, weight: Double(part.count))
      }
      #expect(accumulator.weight == 12)
      for (mean, expected) in zip(accumulator.mean.tensors, whole.tensors) {
        #expect(mean.type == expected.type)
        for (a, b) in zip(mean.values, expected.values) { #expect(abs(a - b) <= 1e-14) }
      }
      accumulator.reset()
    }
  }

  @Test func `gradients of another shape and empty means are refused`() async {
    await #expect(processExitsWith: .failure) {
      var accumulator = GradientAccumulator(for: Tensor([1.0, 2.0]))
      accumulator.add(Tensor([1.0]))
    }
    await #expect(processExitsWith: .failure) {
      _ = GradientAccumulator(for: Tensor([1.0])).mean
    }
  }
}
