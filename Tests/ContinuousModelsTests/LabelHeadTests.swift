import Platform
import NumericCore
import ContinuousModels
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing
import Training

/// Sines of two frequencies at irregular times: slow or fast is a label of the series, rising or falling one of each point.
private struct LabelledSines: TensorTree {
  var series: IrregularSeries
  /// `[batch]`.
  var isFast: Tensor
  /// `[row, batch]`.
  var isRising: Tensor

  mutating func visit(_ visitor: inout some TensorVisitor) {
    visitor("series", &series)
    visitor("isFast", &isFast)
    visitor("isRising", &isRising)
  }

  init(_ count: Int, key: RandomKey) {
    let points = 14
    var (times, values) = ([[Double]](), [[Double?]]())
    var rising = [Double](repeating: 0, count: points * count)
    for number in 0..<count {
      let keys = key.folding(in: UInt64(number)).split(2)
      let own = keys[0].uniform(points, from: 0.0, to: 3.0).sorted()
      let phase = keys[1].uniform(1, from: 0.0, to: 2 * .pi)[0]
      let speed = number % 2 == 0 ? 2.0 : 5
      times.append(own)
      values.append(own.map { Double.sine(speed * $0 + phase) })
      for (row, time) in own.enumerated() {
        rising[row * count + number] = Double.cosine(speed * time + phase) > 0 ? 1 : 0
      }
    }
    series = IrregularSeries(times: times, values: values, channelCount: 1)
    isFast = Tensor((0..<count).map { Float($0 % 2) })
    isRising = Tensor(rising.map(Float.init), shape: [points, count])
  }
}

@Suite struct LabelHeadTests {
  private let training = LabelledSines(120, key: RandomKey(1))
  private let test = LabelledSines(100, key: RandomKey(2))

  private func trained<Model: TensorTree>(
    _ start: Model, steps: Int, _ loss: @escaping @Sendable (Model, LabelledSines) -> Tensor
  ) -> Model {
    var model = start
    var optimizer = Adam(for: model, learningRate: 1e-2)
    let gradient = valueAndGrad(loss)
    for _ in 0..<steps { optimizer.update(&model, along: gradient(model, training).gradient) }
    return model
  }

  @Test func `whole series are classified by the latent state that an ODE-RNN infers`() {
    let keys = RandomKey(5).split(4)
    let encoder = BackwardRNN(
      unit: .normal(4, 8, gateUnits: 16, key: keys[0]),
      dynamics: .steps(2, of: LatentField(network: MLP(sizes: [8, 16, 8], key: keys[1]))),
      head: PosteriorHead(network: MLP(sizes: [16, 8], key: keys[2])))
    let start = Pair(encoder, LabelHead(network: MLP(sizes: [4, 16, 2], key: keys[3])))
    let model = trained(start, steps: 150) { model, batch in
      let posterior = model.first.posterior(of: batch.series.observations, summary: nil)
      return model.second.loss(posterior.mean, labels: batch.isFast)
    }
    let states = model.first.posterior(of: test.series.observations, summary: nil).mean
    // A hundred series: by chance 0.5 with a deviation of 0.05.
    #expect(model.second.accuracy(states, labels: test.isFast).values[0] >= 0.9)
  }

  @Test func `single points are classified by the state after them`() {
    let keys = RandomKey(6).split(2)
    let start = Pair(
      ODERNN(.odeRNN, ODERNN.Sizes(channels: 1, hidden: 12, field: [16]), key: keys[0]),
      LabelHead(network: MLP(sizes: [12, 2], key: keys[1])))
    let model = trained(start, steps: 150) { model, batch in
      model.second.loss(
        model.first.prediction(batch.series).after, labels: batch.isRising)
    }
    let states = model.first.prediction(test.series).after
    // The first point of a series has no information, and fourteen in all: by chance 0.5.
    #expect(model.second.accuracy(states, labels: test.isRising).values[0] >= 0.8)
  }

  @Test func `labels of weight zero count neither in the loss nor in the accuracy`() {
    let head = LabelHead(
      network: MLP(layers: [Linear(weight: Tensor([1.0, -1], shape: [1, 2]), bias: nil)]))
    let states = Tensor([2.0, -2, 3], shape: [3, 1])
    let weights = Tensor([1.0, 1, 0])
    func both(_ last: Double) -> [Double] {
      let labels = Tensor([0.0, 0, last])
      return [
        head.loss(states, labels: labels, weights: weights).values[0],
        head.accuracy(states, labels: labels, weights: weights).values[0],
      ]
    }
    #expect(both(0) == both(1))
    // Logits (2, −2) and (−2, 2): softplus(−4) and softplus(4), one of two right.
    let mean =
      (Double.logarithm(1 + Double.exponential(-4)) + Double.logarithm(1 + Double.exponential(4)))
      / 2
    #expect(abs(both(0)[0] - mean) < 1e-12)
    #expect(both(0)[1] == 0.5)
  }
}
