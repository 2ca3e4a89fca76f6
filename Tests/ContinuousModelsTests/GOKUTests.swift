import Platform
import NumericCore
import ContinuousModels
import NeuralNets
import Programs
import Transforms
import Tensors
import Testing

private func tinyNet(correction: Int?) -> GOKUNet {
  GOKUNet(
    GOKUSizes(
      features: 3, states: 2, parameters: 1, embedding: 4, recurrent: 3, latent: 2, hidden: 5,
      correction: correction),
    known: PartlyKnownField.pendulum, activation: .tanh, key: RandomKey(5), scalarType: .float64)
}

private let times = [0, 0.05, 0.1, 0.15]
private let observed = RandomKey(6).normal([4, 2, 3], scalarType: .float64)
private let noise = RandomKey(7).normal([2, 4], scalarType: .float64)

@Suite struct GOKUTests {
  @Test func `the known field is the pendulum's`() {
    let state = Tensor([0.3, -0.4, 1.0, 2.0], shape: [2, 2])
    let lengths = Tensor([1.0, 2.0], shape: [2, 1])
    let slope = PartlyKnownField.pendulum(Tensor([0.0], shape: []), state, lengths).values
    let expected = [-0.4, -10 * Double.sine(0.3), 2, -5 * Double.sine(1)]
    // A sine, a product and a quotient in double precision.
    #expect(zip(slope, expected).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test func `predictions reach past the frames that were read`() {
    let prediction = tinyNet(correction: nil)(observed, at: times + [0.2, 0.25])
    #expect(prediction.parameters.shape == [2, 1])
    #expect(prediction.parameters.values.allSatisfy { $0 > 0 })
    #expect(prediction.states.shape == [6, 2, 2])
    #expect(prediction.observations.shape == [6, 2, 3])
  }

  @Test(arguments: [nil, 4])
  func `the gradient is the limit of differences`(correction: Int?) {
    let net = tinyNet(correction: correction)
    let lossAndGradient = valueAndGrad { (net: GOKUNet, batch: Pair<Tensor, Tensor>) in
      net.loss(batch.first, at: times, noise: batch.second)
    }
    let batch = Pair(observed, noise)
    let gradient = lossAndGradient(net, batch).gradient.tensors
    let direction = net.tensors.enumerated().map {
      RandomKey(8).folding(in: UInt64($0.offset)).normal($0.element.shape, scalarType: .float64)
    }
    func loss(_ step: Double) -> Double {
      let moved = zip(net.tensors, direction).map { ($0 + step * $1).evaluated() }
      return lossAndGradient(net.replacingTensors(with: moved), batch).loss
    }
    let slope = zip(gradient, direction).reduce(0.0) { $0 + ($1.0 * $1.1).sum().values[0] }
    let difference = (loss(1e-5) - loss(-1e-5)) / 2e-5
    // Truncation of order 1e-10 and rounding of order 1e-16 / 1e-5, both times the loss's size of about ten.
    #expect(abs(slope - difference) < 1e-6 * max(1, abs(slope)))
  }
}
