import NumericCore
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

struct DepthTests {
  private let solver = ODESolver(method: .rungeKutta4, control: .steps(perInterval: 2))

  private func images(_ shape: [Int]) -> Tensor {
    Tensor(RandomKey(4).normal(shape.reduce(1, *), as: Float.self), shape: shape)
  }

  private func classifier(channels: Int, groups: Int? = nil) -> ImageClassifier {
    ImageClassifier(
      inputChannels: 1, channels: channels, classes: 10, groups: groups, key: RandomKey(1)
    ) { groups, key in
      let block = ConvolutionalBlock(
        channels: channels, groups: groups, takesTime: true, key: key)
      return .continuous(Flow(of: block, solver: solver), time: 1)
    }
  }

  @Test func `the image ODE-Net of the paper has 208,266 parameters`() {
    #expect(classifier(channels: 64).parameterCount == 208_266)
  }

  @Test(arguments: [(8, 8), (32, 32), (48, 48), (64, 32), (65, 65), (96, 32)])
  func `any number of channels makes groups`(channels: Int, groups: Int) {
    #expect(classifier(channels: channels).norm.groups == groups)
  }

  @Test func `the dense networks have the parameters of their formulas`() {
    let residual = DenseClassifier.resNet(features: 64, width: 64, classes: 10, key: RandomKey(2))
    let continuous = DenseClassifier.odeNet(
      features: 64, width: 64, classes: 10, solver: solver, key: RandomKey(2))
    #expect(residual.parameterCount == 54_730)
    #expect(continuous.parameterCount == 13_194)
    expectVisitsEveryTensor(residual)
    expectVisitsEveryTensor(continuous)
  }

  @Test func `a convolutional ODE-Net learns a batch by heart`() {
    var model = classifier(channels: 8, groups: 4)
    let batch = Pair(images([6, 12, 12, 1]), Tensor([Float(0), 3, 1, 9, 4, 4]))
    let lossAndGradient = valueAndGrad {
      (model: ImageClassifier, batch: Pair<Tensor, Tensor>) in
      crossEntropy(model(batch.first), target: batch.second)
    }
    let before = lossAndGradient(model, batch).loss
    for _ in 0..<40 {
      let gradient = lossAndGradient(model, batch).gradient
      model = model.replacingTensors(
        with: zip(model.tensors, gradient.tensors).map { ($0 - 0.1 * $1).evaluated() })
    }
    let after = lossAndGradient(model, batch).loss
    // Six images and some thousand parameters: plain descent cuts the loss far below the log 10 of a guess.
    #expect(after < 0.5 * before && before < 4)
  }

  @Test func `the gradient of a convolutional block is that of differences`() {
    func double(_ tensor: Tensor) -> Tensor { tensor.converted(to: .float64).evaluated() }
    let model = classifier(channels: 4, groups: 2).mapTensors(double)
    let batch = Pair(double(images([2, 12, 12, 1])), Tensor([1.0, 7]))
    let lossAndGradient = valueAndGrad {
      (model: ImageClassifier, batch: Pair<Tensor, Tensor>) in
      crossEntropy(model(batch.first), target: batch.second)
    }
    let gradient = lossAndGradient(model, batch).gradient
    // Along the gradient itself the slope is its length. With h = 1e-5 the error of fourth-order differences is their
    // rounding, 1e-16 / 1e-5, unless a relu turns within 2e-5.
    let length = gradient.tensors.flatMap(\.values).reduce(0) { $0 + $1 * $1 }.squareRoot()
    func loss(_ shift: Double) -> Double {
      let moved = model.replacingTensors(
        with: zip(model.tensors, gradient.tensors).map {
          ($0 + (shift / length) * $1).evaluated()
        })
      return lossAndGradient(moved, batch).loss
    }
    let h = 1e-5
    let slope = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * h)
    #expect(Swift.abs(slope - length) < 1e-7 * length)
  }

  @Test func `a plain flow of the line keeps the order of its points`() {
    let model = AugmentedODE(
      features: 1, augmentedBy: 0, outputs: nil, solver: solver, key: RandomKey(9))
    let points = Tensor((0..<40).map { Float($0) / 10 - 2 }, shape: [40, 1])
    let after = model(points).values
    #expect(zip(after, after.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `augmentation by zeros, a lift and velocities keeps or widens the state`() {
    let x = images([3, 2])
    #expect(Augmentation.none(x).shape == [3, 2])
    #expect(Augmentation.zeros(5)(x).shape == [3, 7])
    #expect(Augmentation.lift(Linear(2, 4, key: RandomKey(1)))(x).shape == [3, 4])
    #expect(Augmentation.secondOrder(x).shape == [3, 4])
  }
}
